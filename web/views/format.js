/** Numbers as the page writes them. Units and words come from the string table. */

import { count } from "../kit/numbers.js";

/**
 * A probability as percent with one digit.
 *
 * @param {number} p
 */
export function percent(p) {
  if (p > 0 && p < 0.0005) return "<0.1 %";
  return `${(100 * p).toFixed(1)} %`;
}

/**
 * A float32 with the digits that it has: 7 significant ones are enough to tell any two apart near 1.
 *
 * @param {number} x
 */
export function exact(x) {
  return String(Number(x.toPrecision(7)));
}

/**
 * Bytes in the largest decimal unit that `of` needs, so that a progress keeps its unit.
 *
 * @param {number} bytes
 * @param {number} [of]
 * @returns {{ value: string, unit: "kB" | "MB" }}
 */
export function size(bytes, of = bytes) {
  if (of < 1e6) return { value: (bytes / 1e3).toFixed(0), unit: "kB" };
  return { value: (bytes / 1e6).toFixed(1), unit: "MB" };
}

/**
 * Three significant digits, or a whole number where that is longer; without an exponent.
 *
 * @param {number} x
 */
export function three(x) {
  if (x >= 100) return count(x);
  return x >= 10 ? x.toFixed(1) : x.toFixed(2);
}

/**
 * A text as one quoted line, with its line breaks and tabs written out.
 *
 * @param {string} text
 */
export function quote(text) {
  return JSON.stringify(text).replaceAll('\\"', '"');
}
