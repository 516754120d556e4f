import { MOST_HEIGHT } from "../run/messages.js";
import { wordsOf } from "./attributes.js";

/**
 * What of an element is hidden, and how high its diagram is.
 *
 * @param {Element} element
 * @param {HTMLElement} app in it
 */
export function layOut(element, app) {
  const hidden = [...wordsOf(element, "hide"), ...(element.getAttribute("controls") === "none" ? ["transport"] : [])];
  app.dataset.hide = hidden.join(" ");
  const height = Number.parseFloat(element.getAttribute("height") ?? "");
  if (height > 0) app.style.setProperty("--height", `${Math.min(height, MOST_HEIGHT)}px`);
  else app.style.removeProperty("--height");
}
