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
    for (let i = a * width, j = b * width, end = i + width; i < end; i++, j++) sum += data[i] * data[j];
    return sum;
  };
  const lengths = Array.from({ length: count }, (_, row) => Math.sqrt(dot(row, row)));
  for (let a = 0; a < count; a++) {
    for (let b = a; b < count; b++) out[a * count + b] = out[b * count + a] = dot(a, b) / (lengths[a] * lengths[b]);
  }
  return out;
}
