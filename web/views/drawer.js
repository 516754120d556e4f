/** @import { ControlStrings } from "../i18n/control-en.js" */
import { el, focusWithin, send } from "../kit/dom.js";
import { icon, iconButton } from "../kit/icons.js";

const names = /** @type {const} */ (["breakpoints", "branches", "decoding", "compare"]);

/** @typedef {typeof names[number]} Panel */

/**
 * One panel at a time over the bar, each opened and closed by a button of the bar. Sends "drawer" with the name of the one
 * that opened, or "".
 *
 * @param {HTMLElement} root
 * @param {{ strings: ControlStrings["drawer"], buttons: HTMLElement, signal: AbortSignal }} options `buttons`: their place in the bar
 */
export function mountDrawer(root, { strings, buttons, signal }) {
  const title = el("h2", { id: "drawer-title", tabindex: -1 });
  const close = iconButton("close", strings.close);
  root.append(el("div", { class: "drawer-head" }, title, close));
  root.setAttribute("role", "region");
  root.setAttribute("aria-labelledby", "drawer-title");
  root.hidden = true;
  const focus = focusWithin(root);
  const panels = names.map((name) => {
    const panel = el("div", { class: "drawer-panel", hidden: true });
    const count = el("span", { class: "drawer-count" });
    const button = el("button", { type: "button", class: "quiet", "aria-controls": root.id, "aria-expanded": "false" }, icon(name), el("span", { class: "drawer-name", text: strings.panels[name] }), count);
    button.addEventListener("click", () => (show(open === name ? "" : name), open && title.focus()), { signal }); // the panel lies before its button
    root.append(panel);
    buttons.append(button);
    setCount(name, button, count, 0);
    return { name, panel, button, count };
  });
  close.addEventListener("click", () => show(""), { signal });
  root.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
      event.preventDefault();
      show("");
    },
    { signal },
  );
  let open = "";

  /** @param {Panel | ""} name */
  function show(name) {
    if (name) focus.remember();
    open = name;
    for (const { name: one, panel, button } of panels) {
      panel.hidden = one !== name;
      button.ariaExpanded = String(one === name);
      if (one === name) title.textContent = strings.panels[one];
    }
    if (name) root.hidden = false;
    else focus.giveBack(() => (root.hidden = true));
    send(root, "drawer", name);
  }

  /** @param {Panel} name @param {HTMLElement} button @param {HTMLElement} count @param {number} n */
  function setCount(name, button, count, n) {
    count.textContent = n ? ` ${n}` : ""; // the blank is for the button's name
    button.title = n ? strings.counted(strings.panels[name], n) : strings.panels[name];
  }

  return {
    show,
    /** @param {Panel} name */
    panel: (name) => panels[names.indexOf(name)].panel,
    /** How many there are of what a panel lists. @param {Panel} name @param {number} n */
    setCount(name, n) {
      const { button, count } = panels[names.indexOf(name)];
      setCount(name, button, count, n);
    },
    /** Whether the panel is of use as things are. @param {Panel} name @param {boolean} ready */
    setReady: (name, ready) => panels[names.indexOf(name)].button.toggleAttribute("data-ready", ready),
  };
}
