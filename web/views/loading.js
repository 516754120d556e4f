/** @import {Progress} from "../vitrine.js" */
/** @import {Strings} from "../i18n/en.js" */
import { el, focusWithin, send } from "../kit/dom.js";
import { size } from "../kit/numbers.js";
import { Pace } from "../kit/pace.js";

/** A shorter wait is not worth a word. */
const SHORT_S = 5;

/**
 * What is being loaded, in bytes, with the time left where it takes long; where nothing has come for a while, what it
 * waits for, and what can be done. Sends "cancelload" and "retryload".
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
  const left = el("p", { class: "hint", hidden: true });
  const slow = el("p", { class: "hint", hidden: true });
  const retry = el("button", { type: "button", class: "secondary", hidden: true, text: strings.retry });
  retry.addEventListener("click", () => send(root, "retryload"), { signal });
  root.append(el("p", { class: "field-head" }, phase, bytes), bar, left, slow, el("p", { class: "loading-foot" }, retry, cancel));

  const focus = focusWithin(root);
  let pace = new Pace();
  let canStay = false;

  return {
    /**
     * Begins.
     *
     * @param {boolean} cancellable whether there is a model to stay with
     */
    start(cancellable) {
      focus.remember();
      root.hidden = false;
      canStay = cancellable;
      pace = new Pace();
      cancel.hidden = !canStay;
      left.hidden = true;
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
      if (phase.textContent !== strings[now]) pace = new Pace();
      phase.textContent = strings[now];
      pace.add(performance.now(), loaded);
      const seconds = total > 0 ? pace.left(total) : null;
      left.hidden = seconds === null || seconds < SHORT_S;
      if (seconds !== null) left.textContent = strings.left(seconds);
      bytes.textContent = total > 0 ? strings.bytesOf(value, size(total).value, unit) : strings.bytes(value, unit);
      if (total > 0) bar.value = loaded / total;
      else bar.removeAttribute("value");
      return `${phase.textContent}, ${bytes.textContent}`;
    },
    /** @param {string} words what has not come for a while; "" where all is well */
    wait(words) {
      slow.textContent = words;
      slow.hidden = retry.hidden = words === "";
      cancel.hidden = !canStay && words === "";
      if (words !== "") left.hidden = true;
    },
    end() {
      focus.giveBack(() => (root.hidden = true));
    },
  };
}
