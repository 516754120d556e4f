/** @import {HostStrings} from "../i18n/host-en.js" */
import { el } from "../kit/dom.js";

/**
 * Offers a new version of the page, in words and with a button. Nothing happens until it is pressed.
 *
 * @param {HTMLElement} root hidden while there is nothing to offer
 * @param {{ strings: HostStrings["offer"], signal: AbortSignal }} options
 */
export function mountOffer(root, { strings, signal }) {
  root.role = "status";
  const words = el("span");
  const button = el("button", { type: "button", class: "secondary", text: strings.use });

  return {
    /** @param {() => Promise<number>} use takes the new version; answers how many other pages must be closed before */
    show(use) {
      words.textContent = strings.ready;
      button.onclick = async () => {
        const others = await use();
        if (others > 0 && !signal.aborted) words.textContent = strings.others(others);
      };
      root.replaceChildren(words, button);
      root.hidden = false;
    },
  };
}
