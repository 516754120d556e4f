/** @import {Progress} from "../vitrine.js" */
/** @import {Strings} from "../i18n/en.js" */
import { el, focusWithin, send } from "../kit/dom.js";
import { size } from "../kit/numbers.js";

/**
 * What is being loaded, in bytes. Sends "cancelload".
 *
 * @param {HTMLElement} root hidden while nothing is loading
 * @param {{ strings: Strings["loading"], signal: AbortSignal }} options
 */
export function mountLoading(root, { strings, signal }) {
  const phase = el("span", { id: "loading-phase" });
  const bytes = el("span", { class: "count" });
  const bar = el("progress", { "aria-labelledby": "loading-phase", max: 1, value: 0 });
  const cancel = el("button", { type: "button", class: "quiet", text: strings.cancel });
  cancel.addEventListener("click", () => send(root, "cancelload"), { signal });
  root.append(el("p", { class: "field-head" }, phase, bytes), bar, cancel);

  const focus = focusWithin(root);

  return {
    /**
     * Begins.
     *
     * @param {boolean} cancellable whether there is a model to stay with
     */
    start(cancellable) {
      focus.remember();
      root.hidden = false;
      cancel.hidden = !cancellable;
      phase.textContent = strings.prepare;
      bytes.textContent = "";
      bar.value = 0;
    },
    /**
     * @param {Progress} progress
     * @returns {string} the same in words
     */
    show({ phase: now, loaded, total }) {
      const { value, unit } = size(loaded, total || loaded);
      phase.textContent = strings[now];
      bytes.textContent = total > 0 ? strings.bytesOf(value, size(total).value, unit) : strings.bytes(value, unit);
      if (total > 0) bar.value = loaded / total;
      else bar.removeAttribute("value");
      return `${phase.textContent}, ${bytes.textContent}`;
    },
    end() {
      focus.giveBack(() => (root.hidden = true));
    },
  };
}
