/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
import { el, send } from "../../kit/dom.js";

/**
 * Goes from one window of rows or columns to the next; hidden where one holds all. Sends "page" { from }.
 *
 * @param {"rows" | "columns"} kind
 * @param {InspectorStrings["tensor"]} strings
 * @param {AbortSignal} signal
 */
export function mountPager(kind, strings, signal) {
  const before = el("button", { type: "button", class: "quiet", "aria-label": strings.before[kind], text: "‹" });
  const after = el("button", { type: "button", class: "quiet", "aria-label": strings.after[kind], text: "›" });
  const words = el("span", { class: "pager-words" });
  const field = el("input", { type: "text", inputmode: "numeric", "aria-label": strings.goTo[kind], placeholder: strings.goToShort });
  const root = el("div", { class: "pager", role: "group", "aria-label": strings[kind], hidden: true }, el("span", { text: strings[kind] }), before, words, after, field);
  let shown = { from: 0, count: 0, of: 0 };

  /** @param {HTMLButtonElement} button @param {() => number} from */
  function turns(button, from) {
    button.addEventListener("click", () => button.ariaDisabled !== "true" && send(root, "page", { from: from() }), { signal });
  }

  turns(before, () => shown.from - 1);
  turns(after, () => shown.from + shown.count);
  field.addEventListener(
    "change",
    () => {
      if (/^\d+$/.test(field.value.trim())) send(root, "page", { from: Number(field.value) });
      field.value = "";
    },
    { signal },
  );

  return {
    root,
    /** @param {{ from: number, count: number, of: number }} next */
    show(next) {
      shown = next;
      root.hidden = next.count >= next.of;
      before.ariaDisabled = String(next.from === 0);
      after.ariaDisabled = String(next.from + next.count >= next.of);
      words.textContent = strings.page(next.from, next.from + next.count - 1, next.of);
    },
  };
}
