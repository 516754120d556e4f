/** @import {Progress} from "../vitrine.js" */
/** @import {Strings} from "../i18n/en.js" */
import { el, focusWithin, send } from "../kit/dom.js";
import { size } from "../kit/numbers.js";

/**
 * What is being loaded, in bytes, and what it waits for. Sends "cancelload" and "loadagain".
 *
 * @param {HTMLElement} root hidden while nothing is loading
 * @param {{ strings: Strings["loading"], again: string, signal: AbortSignal }} options again: the button that begins once more
 */
export function mountLoading(root, { strings, again, signal }) {
  const phase = el("span", { id: "loading-phase" });
  const bytes = el("span", { class: "count" });
  const bar = el("progress", { "aria-labelledby": "loading-phase", max: 1, value: 0 });
  const cancel = el("button", { type: "button", class: "quiet", text: strings.cancel });
  cancel.addEventListener("click", () => send(root, "cancelload"), { signal });
  const slow = el("p", { class: "hint", hidden: true });
  const retry = el("button", { type: "button", class: "secondary", hidden: true, text: again });
  retry.addEventListener("click", () => send(root, "loadagain"), { signal });
  root.append(el("p", { class: "field-head" }, phase, bytes), bar, slow, retry, cancel);

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
    /** @param {string} words what has not come for a while; "" where all is well */
    wait(words) {
      slow.textContent = words;
      slow.hidden = retry.hidden = words === "";
    },
    end() {
      focus.giveBack(() => (root.hidden = true));
    },
  };
}
