/** Numbers as every part of the page writes them. */

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/**
 * A whole number with its thousands apart: 8,192.
 *
 * @param {number} n
 */
export const count = (n) => whole.format(n);
