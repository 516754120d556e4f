/** @import {Strings} from "../i18n/en.js" */
import { el, send } from "../kit/dom.js";
import { iconButton } from "../kit/icons.js";

/**
 * What can be done on the page, and its keyboard shortcuts, in a dialog. Sends "singlekeys" { on }.
 *
 * @param {HTMLElement} root the button that opens it is appended here
 * @param {{ strings: Strings["help"], close: string, single: boolean, signal: AbortSignal }} options
 */
export function mountHelp(root, { strings, close, single, signal }) {
  const uses = el("dl", { class: "uses" });
  for (const { what, how } of strings.uses) uses.append(el("div", {}, el("dt", { text: what }), el("dd", { text: how })));
  const list = el("dl", { class: "keys" });
  for (const { keys, does } of strings.keys) {
    list.append(el("dt", {}, ...keys.map((key) => el("kbd", { text: key }))), el("dd", { text: does }));
  }
  const box = el("input", { type: "checkbox", checked: single, id: "single-keys" });
  box.addEventListener("change", () => send(root, "singlekeys", { on: box.checked }), { signal });
  const here = el("div");
  const shut = iconButton("close", close);
  const dialog = el(
    "dialog",
    { class: "help", "aria-labelledby": "help-title" },
    el("div", { class: "field-head" }, el("h2", { id: "help-title", text: strings.title }), shut),
    uses,
    el("h3", { text: strings.keysTitle }),
    list,
    el("p", { class: "check" }, box, el("label", { for: "single-keys", text: strings.single })),
    here,
    el("p", {}, el("a", { href: "./NOTICES.txt", text: strings.licences })),
  );
  const button = iconButton("help", strings.label, { "aria-haspopup": "dialog" });
  root.append(button, dialog);

  shut.addEventListener("click", () => dialog.close(), { signal });
  button.addEventListener("click", show, { signal });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close(), { signal }); // its backdrop

  function show() {
    if (!dialog.open) dialog.showModal();
  }

  return {
    show,
    /** Where the page says what it can do at the place where it is. */
    here,
  };
}
