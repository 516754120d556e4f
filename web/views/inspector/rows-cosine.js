/**
 * The cosine of the angle between each two rows: their product, divided by both lengths. A row of zeros has none.
 *
 * @param {ArrayLike<number>} data [count, width]
 * @param {number} count
 * @param {number} width
 */
export function cosines(data, count, width) {
  const out = new Float32Array(count * count);
  const dot = (/** @type {number} */ a, /** @type {number} */ b) => {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += data[a * width + i] * data[b * width + i];
    return sum;
  };
  const lengths = Array.from({ length: count }, (_, row) => Math.sqrt(dot(row, row)));
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < count; b++) out[a * count + b] = dot(a, b) / (lengths[a] * lengths[b]);
  }
  return out;
}
