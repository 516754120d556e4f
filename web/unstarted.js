// Says why the page has not started, where it has not. It is no module, since from a file a browser loads none, and waits for no other file.
(() => {
  const PATIENCE_MS = 10_000;
  const file = location.protocol === "file:";
  /** @param {string} id */
  const part = (id) => document.getElementById(id);
  /** @type {Set<string>} addresses of the files that have come */
  const came = new Set();
  new PerformanceObserver((list) => list.getEntries().forEach(({ name }) => came.add(name))).observe({ type: "resource", buffered: true });
  const started = () => part("app")?.hidden === false;

  /** Shows one of the texts in index.html, until the page has started. @param {string} id */
  const tell = (id) => {
    const app = part("app");
    const box = part("unstarted");
    if (!app || !box || started()) return;
    for (const text of box.querySelectorAll("div")) text.hidden = text.id !== id;
    box.hidden = false;
    new MutationObserver(() => (box.hidden = started())).observe(app, { attributes: true, attributeFilter: ["hidden"] });
  };

  /** The files of the page that have not come, by their addresses in index.html. */
  const missing = () => {
    const wanted = /** @type {NodeListOf<HTMLLinkElement | HTMLScriptElement>} */ (document.querySelectorAll('head > link[rel="stylesheet"], head > script'));
    return [...wanted].filter((one) => !came.has("src" in one ? one.src : one.href));
  };

  const wait = () => {
    if (started() || part("unstarted")?.hidden === false) return;
    const files = missing();
    const what = part("unstarted-what");
    if (what) what.textContent = files.map((one) => one.getAttribute("src") ?? one.getAttribute("href")).join(", ") || "a script of ./app.js";
    // A style sheet that does not come keeps the browser from showing anything, and scripts from running. One that a script adds does neither: the page starts without it.
    for (const link of files) {
      if (!(link instanceof HTMLLinkElement)) continue;
      const again = document.createElement("link");
      again.rel = "stylesheet";
      again.href = link.href;
      link.replaceWith(again);
    }
    tell("unstarted-wait");
  };

  // Scripts have run, or failed, when the page is loaded.
  addEventListener("load", () => tell(file ? "unstarted-file" : "unstarted-load"));
  if (!file) setTimeout(wait, PATIENCE_MS);
})();
