/** @import {Strings} from "../i18n/en.js" */
import { el, send } from "../kit/dom.js";

/**
 * What the page is, in one sentence, and the way to what can be done with it. Sends "help".
 *
 * @param {HTMLElement} root
 * @param {{ strings: Strings["about"], signal: AbortSignal }} options
 */
export function mountAbout(root, { strings, signal }) {
  const link = el("button", { type: "button", class: "link", "aria-haspopup": "dialog", text: strings.link });
  link.addEventListener("click", () => send(root, "help"), { signal });
  root.append(strings.sentence, " ", link);
}
