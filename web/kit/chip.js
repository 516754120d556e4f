import { hex, parts } from "./text.js";
import { el } from "./dom.js";

/**
 * @typedef {object} Token what a chip stands for
 * @property {number} position
 * @property {number} id
 * @property {string} piece the token alone
 * @property {string} text what it adds to the text: nothing while its character is not whole
 * @property {ArrayLike<number>} bytes that its chip shows instead; none where its text can be read
 * @property {number | null} probability null for a token of the prompt
 * @property {boolean} special it stands for itself: an added token, or one that no text becomes
 * @property {number} kept how many characters of its text are part of the result: the stop text is not
 */

/**
 * One token as an element.
 *
 * @param {Token} token
 */
export function chip({ position, text, bytes, probability, special }) {
  const element = el("span", { class: bytes.length ? "chip partial" : special ? "chip special" : "chip", "data-index": position });
  if (bytes.length) element.dataset.bytes = hex(bytes);
  if (probability === null) element.dataset.prompt = "";
  else {
    element.style.setProperty("--p", String(probability));
    element.dataset.quarter = String(Math.min(3, Math.floor(4 * probability)));
  }
  if (!bytes.length) fill(element, text);
  return element;
}

/**
 * Appends a text, with its blanks, and what else cannot be seen, in elements of their own, which CSS makes visible.
 *
 * @param {Element} parent
 * @param {string} text
 */
export function fill(parent, text) {
  for (const { text: part, sign } of parts(text)) {
    parent.append(sign ? el("span", { class: "blank", "data-sign": sign, text: part }) : part);
  }
}
