import { beginning, hex, parts } from "./text.js";
import { el } from "./dom.js";

/**
 * One token as an element: its text, or its bytes where it has no text of its own.
 *
 * @param {{ position: number, text: string, bytes: ArrayLike<number>, probability: number | null, special: boolean, ahead: boolean, kept: number }} token
 *   `kept`: how much of its text is part of the result; the rest is struck out
 */
export function chip({ position, text, bytes, probability, special, ahead, kept }) {
  const element = el("span", { class: bytes.length ? "chip partial" : special ? "chip special" : "chip", "data-index": position });
  if (ahead) element.dataset.ahead = "";
  if (bytes.length) element.dataset.bytes = hex(bytes);
  if (probability === null) element.dataset.prompt = "";
  else {
    element.style.setProperty("--p", String(probability));
    element.dataset.quarter = String(Math.min(3, Math.floor(4 * probability)));
  }
  if (bytes.length) return element;
  fill(element, text.slice(0, kept));
  if (kept === text.length) return element;
  const struck = el("s");
  fill(struck, text.slice(kept));
  element.append(struck);
  return element;
}

/**
 * Appends a text, cut where it is very long, with its blanks, and what else cannot be seen, in elements of their own, which CSS makes visible.
 *
 * @param {Element} parent
 * @param {string} text
 */
export function fill(parent, text) {
  const some = beginning(text);
  for (const { text: part, sign } of parts(some)) {
    parent.append(sign ? el("span", { class: "blank", "data-sign": sign, text: part }) : part);
  }
  if (some !== text) parent.append("…");
}

/**
 * A token that is named in a list: its text, or its bytes where they are no whole characters.
 *
 * @param {{ text: string, bytes?: ArrayLike<number> }} token
 */
export function named({ text, bytes }) {
  const element = el("bdi", { class: "token-piece" });
  if (bytes) element.textContent = hex(bytes);
  else fill(element, text);
  return element;
}
