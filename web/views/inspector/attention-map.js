/** @import { Palette } from "./palette.js" */
import { WINDOW } from "./attention-weights.js";

/**
 * The first column of the small map of rows that end there.
 *
 * @param {number} end
 */
export const firstOf = (end) => Math.max(0, end - WINDOW);

/**
 * Paints the weights of one head, a pixel each; CSS makes them larger. Columns that a row does not see stay empty.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {{ data: ArrayLike<number>, first: number, rows: number, columns: number, masked: boolean }} weights
 * @param {Palette} palette
 */
export function paintMap(canvas, { data, first, rows, columns, masked }, palette) {
  const left = firstOf(columns);
  const width = columns - left;
  canvas.width = width;
  canvas.height = rows;
  canvas.style.aspectRatio = `${width} / ${rows}`;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(width, rows);
  for (let row = 0; row < rows; row++) {
    for (let column = left; column <= (masked ? first + row : columns - 1); column++) {
      palette.write(image.data, 4 * (row * width + column - left), data[row * columns + column], 1, false);
    }
  }
  context.putImageData(image, 0, 0);
}

/**
 * Paints a row of numbers, a pixel each.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} values
 * @param {{ palette: Palette, limit: number, signed: boolean }} colours
 */
export function paintStrip(canvas, values, { palette, limit, signed }) {
  canvas.width = values.length;
  canvas.height = 1;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(values.length, 1);
  for (let i = 0; i < values.length; i++) palette.write(image.data, 4 * i, values[i], limit, signed);
  context.putImageData(image, 0, 0);
}
