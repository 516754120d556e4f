import { count, fixed } from "../kit/numbers.js";

/** Sizes and texts as the page writes them. Units and words come from the string table. */

/**
 * Bytes in the largest decimal unit that `of` needs, so that a progress keeps its unit.
 *
 * @param {number} bytes
 * @param {number} [of]
 * @returns {{ value: string, unit: "kB" | "MB" }}
 */
export function size(bytes, of = bytes) {
  if (of < 1e6) return { value: fixed(bytes / 1e3, 0), unit: "kB" };
  return { value: fixed(bytes / 1e6, 1), unit: "MB" };
}

/**
 * Three significant digits, or a whole number where that is longer; without an exponent.
 *
 * @param {number} x
 */
export function three(x) {
  return x >= 100 ? count(x) : fixed(x, x >= 10 ? 1 : 2);
}
