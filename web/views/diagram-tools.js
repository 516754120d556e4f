/** @import {EngineInfo} from "../vitrine.js" */
/** @import {Strings} from "../i18n/en.js" */
import { el, send } from "../kit/dom.js";
import { icon, iconButton } from "../kit/icons.js";

/**
 * The head of the diagram: the model's shape, and the controls of the view. Sends "view" "follow" | "zoomIn" |
 * "zoomOut" | "fit", "editdiagram", and "head" { head }, 0-based, when one is chosen whose numbers attention shows.
 *
 * @param {HTMLElement} root
 * @param {{ strings: Strings["diagram"], own: { button: string, label: string }, signal: AbortSignal }} options `own`: words of the editor's button
 */
export function mountDiagramTools(root, { strings, own, signal }) {
  const shape = el("p", { class: "count" });
  const follow = el("button", { type: "button", class: "quiet", "aria-pressed": "true", title: strings.followLabel }, icon("follow"), el("span", { text: strings.follow }));
  const head = el("select", { id: "head-choice", class: "head-choice", "aria-label": strings.head, title: strings.headLabel, disabled: true, hidden: true });
  head.addEventListener("change", () => send(root, "head", { head: head.selectedIndex }), { signal });
  const buttons = {
    follow,
    zoomOut: iconButton("minus", strings.zoomOut),
    zoomIn: iconButton("plus", strings.zoomIn),
    fit: iconButton("fit", strings.fit),
  };
  for (const [name, button] of Object.entries(buttons)) {
    button.addEventListener("click", () => send(root, "view", name), { signal });
    button.disabled = true;
  }
  const edit = el("button", { type: "button", class: "quiet", "aria-expanded": "false", "aria-controls": "diagram-editor", title: own.label, disabled: true }, icon("rename"), el("span", { text: own.button }));
  edit.addEventListener("click", () => send(root, "editdiagram"), { signal });
  const tools = el("div", { class: "tools", role: "group", "aria-label": strings.tools }, edit, ...Object.values(buttons));
  root.append(el("h2", { text: strings.label }), shape, head, tools);

  return {
    /** Whether the editor is open. @param {boolean} open */
    editing(open) {
      edit.ariaExpanded = String(open);
    },
    /** @param {boolean} on */
    following(on) {
      follow.ariaPressed = String(on);
    },
    /** @param {number} index of the head that is shown, wherever it was chosen */
    setHead(index) {
      head.selectedIndex = index;
    },
    /** @param {EngineInfo | null} info of the model that is drawn; null while there is no diagram to control */
    setInfo(info) {
      shape.textContent = info ? strings.shape(info) : "";
      for (const button of [...Object.values(buttons), edit]) button.disabled = !info;
      head.disabled = !info;
      head.hidden = !info;
      head.replaceChildren(...Array.from({ length: info?.heads ?? 0 }, (_, i) => el("option", { text: strings.headOf(i + 1) })));
    },
  };
}
