import { el } from "./kit.js";

/**
 * @typedef {object} Token what a chip stands for
 * @property {number} position
 * @property {number} id
 * @property {string} piece the token alone
 * @property {string} text what its chip shows: nothing while its character is not whole
 * @property {number | null} probability null for a token of the prompt
 * @property {boolean} special it stands for itself: an added token, or one that no text becomes
 * @property {number} kept how many characters of its text are part of the result: the stop text is not
 */

/**
 * One token as an element.
 *
 * @param {Token} token
 */
export function chip({ position, text, probability, special }) {
  const element = el("span", { class: text === "" ? "chip partial" : special ? "chip special" : "chip", "data-index": position });
  if (probability === null) element.dataset.prompt = "";
  else {
    element.style.setProperty("--p", String(probability));
    element.dataset.quarter = String(Math.min(3, Math.floor(4 * probability)));
  }
  fill(element, text);
  return element;
}

/** @type {Record<string, string>} */
const blanks = { " ": "space", "\n": "line", "\r": "return", "\t": "tab" };

/**
 * Appends a text, with its blanks in elements of their own, which CSS makes visible.
 *
 * @param {Element} parent
 * @param {string} text
 */
export function fill(parent, text) {
  for (const part of text.split(/([ \n\r\t])/)) {
    parent.append(blanks[part] ? el("span", { class: "blank", "data-blank": blanks[part], text: part }) : part);
  }
}
