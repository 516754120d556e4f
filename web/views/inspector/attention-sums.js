/** How the cells of attention came about, in numbers that add up. */

/**
 * What a vector loses by 16 bits, as a part of its largest magnitude: half a step, and a hundredth of that for the float32
 * product before it. Source: core/kernel/attention.go.
 */
const HALF = 1.01 / 65534;
/** What one float32 operation rounds by, as a part of its result. */
const ROUND = 2 ** -24;

/**
 * Parts that add up to a cell, and how far from it the engine's own rounding may bring it.
 *
 * @typedef {{ parts: number[], sum: number, bound: number }} Sum
 */

/** The largest magnitude. @param {ArrayLike<number>} x */
export const largest = (x) => Array.from(x).reduce((most, one) => Math.max(most, Math.abs(one)), 0);

/** @param {number[]} parts */
const added = (parts) => parts.reduce((sum, one) => sum + one, 0);

/** @param {number[]} parts */
const float32 = (parts) => parts.length * ROUND * added(parts.map(Math.abs));

/**
 * The product of a query and a key. The engine rounds both to 16 bits.
 *
 * @param {ArrayLike<number>} q [D]
 * @param {ArrayLike<number>} k [D]
 * @returns {Sum}
 */
export function dotOf(q, k) {
  const parts = Array.from(q, (x, d) => x * k[d]);
  const [ofQ, ofK] = [HALF * largest(q), HALF * largest(k)];
  const bound = ofQ * added(Array.from(k, Math.abs)) + ofK * added(Array.from(q, Math.abs)) + parts.length * ofQ * ofK;
  return { parts, sum: added(parts), bound: bound + float32(parts) };
}

/**
 * One channel of the output projection: the mix of all heads by its weights, and the bias. The engine rounds the mix to 16
 * bits, and adds in float32.
 *
 * @param {ArrayLike<number>} mix [H, D]
 * @param {ArrayLike<number>} weights [H, D]
 * @param {number} bias
 * @returns {Sum}
 */
export function projectionOf(mix, weights, bias) {
  const parts = Array.from(mix, (x, k) => x * weights[k]);
  const rounded = HALF * largest(mix) * added(Array.from(weights, Math.abs));
  return { parts, sum: added(parts) + bias, bound: rounded + float32([...parts, bias]) };
}

/**
 * A weight: the power of its score, as a part of those of the row. The largest score is taken from all before.
 *
 * @param {ArrayLike<number>} scores [n] of the row, as far as it sees
 * @param {number} j
 * @returns {Sum & { top: number }} `sum` is that of the powers, `bound` that of the weight
 */
export function softmaxOf(scores, j) {
  const top = Array.from(scores).reduce((most, one) => Math.max(most, one), -Infinity);
  const parts = Array.from(scores, (x) => Math.exp(Math.fround(x - top)));
  const sum = added(parts);
  // The engine's exp is off by two units in the last place at most, and the sum and the division round too.
  return { parts, sum, top, bound: (parts.length + 8) * 2 * ROUND * (parts[j] / sum) + Number.MIN_VALUE };
}

/**
 * One channel of the mix: the values of all tokens that the row sees, by their weights. The engine rounds values, and the
 * products of weights and the values' largest magnitudes, to 16 bits.
 *
 * @param {ArrayLike<number>} weights [n]
 * @param {ArrayLike<number>[]} values n of [D]
 * @param {number} channel
 * @returns {Sum}
 */
export function mixOf(weights, values, channel) {
  const parts = values.map((v, j) => weights[j] * v[channel]);
  const tops = values.map(largest);
  const heaviest = largest(tops.map((top, j) => top * weights[j]));
  const ofValues = added(tops.map((top, j) => HALF * top * weights[j]));
  const ofWeights = HALF * heaviest * added(values.map((v, j) => (tops[j] > 0 ? Math.abs(v[channel]) / tops[j] : 0)));
  return { parts, sum: added(parts), bound: ofValues + ofWeights + parts.length * HALF * HALF * heaviest + float32(parts) };
}
