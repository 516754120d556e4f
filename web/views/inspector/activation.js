/** @import { EngineInfo } from "../../vitrine.d.ts" */

/** Of the tanh form of GELU. Source: Hendrycks and Gimpel 2016, section 2. */
const [CUBIC, SCALE] = [0.044715, Math.sqrt(2 / Math.PI)];

/**
 * The curve of each activation, as core/kernel computes it.
 *
 * @type {Record<EngineInfo["activation"], (x: number) => number>}
 */
export const activations = {
  gelu_new: (x) => 0.5 * x * (1 + Math.tanh(SCALE * (x + CUBIC * x ** 3))),
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  relu: (x) => Math.max(0, x),
};

/**
 * The error function to 1.5e-7, which no pixel of a curve can tell. Source: Abramowitz and Stegun 1964, 7.1.26.
 *
 * @param {number} x
 */
function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const y = 1 - ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.exp(-x * x);
  return Math.sign(x) * y;
}

/**
 * The hidden units with the largest activation, without regard to its sign; of equal ones the first.
 *
 * @param {ArrayLike<number>} activated
 * @param {number} most
 */
export function strongest(activated, most) {
  /** @type {number[]} */
  const best = [];
  let least = -1; // size of the last of them, where they are as many as that
  for (let unit = 0; unit < activated.length; unit++) {
    const size = Math.abs(activated[unit]);
    if (size <= least) continue;
    const at = best.findIndex((one) => Math.abs(activated[one]) < size);
    best.splice(at < 0 ? best.length : at, 0, unit);
    if (best.length > most) best.pop();
    if (best.length === most) least = Math.abs(activated[best[most - 1]]);
  }
  return best;
}
