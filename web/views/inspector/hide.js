import { send } from "../../kit/dom.js";

/**
 * Shows or hides a part. Sends "focuslost" from it where the focus goes with it.
 *
 * @param {HTMLElement} part
 * @param {boolean} hidden
 */
export function hide(part, hidden) {
  const lost = hidden && part.contains(document.activeElement);
  part.hidden = hidden;
  if (lost) send(part, "focuslost");
}
