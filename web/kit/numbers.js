/** Numbers as every part of the page writes them. */

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/**
 * A whole number with its thousands apart: 8,192.
 *
 * @param {number} n
 */
export const count = (n) => whole.format(n);

/** By the digits behind the point. */
const places = Array.from({ length: 8 }, (_, digits) =>
  new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false }),
);

/**
 * A number with so many digits behind the point, at most 7.
 *
 * @param {number} x
 * @param {number} digits
 */
export const fixed = (x, digits) => places[digits].format(x).replace("-", "−");

/**
 * A number of at most six characters, with a sign column, so that digits keep their places.
 *
 * @param {number} x
 */
export function decimal(x) {
  const size = Math.abs(x);
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
  return (size < 1e5 ? fixed(x, digits) : x.toExponential(0).replace("-", "−")).padStart(6);
}

/**
 * A probability or a share as percent with one digit, 100.0 %. What is there is never rounded to nothing.
 *
 * @param {number} p
 */
export const percent = (p) => (p > 0 && p < 0.0005 ? "<0.1 %" : `${fixed(100 * p, 1)} %`);

/**
 * A float32 with the 9 significant digits that tell any two apart. Source: IEEE 754-2008, table 12.4.
 *
 * @param {number} x
 */
export const exact = (x) => (Object.is(x, -0) ? "-0" : String(Number(x.toPrecision(9))));

/**
 * At most so many significant digits.
 *
 * @param {number} x
 * @param {number} digits
 */
export const significant = (x, digits) => String(Number(x.toPrecision(digits))).replaceAll("-", "−");

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

/** A number at an axis: 1.25M. @param {number} x */
export const short = (x) => compact.format(x).replace("-", "−");

/**
 * How large a small number is: 3.1e-7.
 *
 * @param {number} x
 */
export const magnitude = (x) => x.toExponential(1);

/**
 * A number with at most so many digits behind the point, as it is typed: without grouping, with a hyphen as minus.
 *
 * @param {number} x
 * @param {number} digits
 */
export const rounded = (x, digits) => String(Math.round(x * 10 ** digits) / 10 ** digits);

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

/** Bytes with their unit: 4.6 MB. @param {number} bytes */
export function sizeWords(bytes) {
  const { value, unit } = size(bytes);
  return `${value} ${unit}`;
}

/**
 * Three significant digits, or a whole number where that is longer; without an exponent.
 *
 * @param {number} x
 */
export function three(x) {
  return x >= 100 ? count(x) : fixed(x, x >= 10 ? 1 : 2);
}
