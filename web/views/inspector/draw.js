/**
 * What a number from 0 up to 1 chooses: the line on which the tokens that are left lie one after another, each as long as
 * its probability.
 */

/**
 * @typedef {object} Line
 * @property {ArrayLike<number>} ids in the order in which they lie
 * @property {Float64Array} ends where each of them ends; the last is their sum
 */

/**
 * The sum is that of core/decoding: of 64 bits, in this order.
 *
 * @param {ArrayLike<number>} ids
 * @param {ArrayLike<number>} probabilities
 * @returns {Line}
 */
export function lineOf(ids, probabilities) {
  const ends = new Float64Array(ids.length);
  let sum = 0;
  for (let i = 0; i < ids.length; i++) ends[i] = sum += probabilities[i];
  return { ids, ends };
}

/**
 * The place on the line that a random number falls on. Source: pick in core/decoding/random.go.
 *
 * @param {Line} line that is not empty
 * @param {number} random from 0 up to 1
 */
export function pick({ ends }, random) {
  const target = random * ends[ends.length - 1];
  let [low, high] = [0, ends.length - 1]; // the first whose end lies behind the target
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle] <= target) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * From where to where a place reaches, as shares of the line.
 *
 * @param {Line} line
 * @param {number} i
 */
export function reach({ ends }, i) {
  const sum = ends[ends.length - 1];
  return { from: i === 0 ? 0 : ends[i - 1] / sum, to: ends[i] / sum };
}
