/** Numbers as they stand in a formula: no more digits than anyone reads. */

import { significant } from "../../kit/numbers.js";

/** @param {number} x */
export const short = (x) => significant(x, 5);

/** One that a sign of the formula stands before. @param {number} x */
export const factor = (x) => (x < 0 ? `(${short(x)})` : short(x));
