/** Numbers as they stand in a formula: no more digits than anyone reads. */

/** @param {number} x */
export const short = (x) => String(Number(x.toPrecision(5))).replaceAll("-", "−");

/** One that a sign of the formula stands before. @param {number} x */
export const factor = (x) => (x < 0 ? `(${short(x)})` : short(x));
