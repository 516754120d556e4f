// Says why the page has not started, where it has not. It is no module: from a file a browser loads none.
(() => {
  const file = location.protocol === "file:";
  /** Shows the one of the two texts in index.html that applies. */
  const tell = () => {
    const app = document.getElementById("app");
    if (!app || !app.hidden) return;
    for (const id of ["unstarted", file ? "unstarted-file" : "unstarted-load"]) {
      const part = document.getElementById(id);
      if (part) part.hidden = false;
    }
  };
  if (file) return tell();
  // Deferred scripts, modules too, have run, or failed, when the page is loaded.
  addEventListener("load", tell);
})();
