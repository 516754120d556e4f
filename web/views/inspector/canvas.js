/** @import { Layout } from "./layout.js" */
/** @import { Palette } from "./palette.js" */
import { boxOf } from "./layout.js";

const GAP = 6; // px of a cell from which on lines part the cells
const HATCH = 5; // px between the lines of a cell that is not there

/** Gives a canvas the place that the cells of a picture take. @param {HTMLCanvasElement} canvas @param {Layout} layout */
export function fit(canvas, { perLine, lines, width, height }) {
  canvas.style.width = `${perLine * width}px`;
  canvas.style.height = `${lines * height}px`;
}

/**
 * Paints the cells of a picture.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Layout} layout
 * @param {(row: number, column: number) => number | null} valueAt both count from the first that is shown; null: not there; such, and what is no number, is hatched
 * @param {{ palette: Palette, limit: number, signed: boolean }} colours
 */
export function paint(canvas, layout, valueAt, { palette, limit, signed }) {
  const { perLine, lines, width, height, rows, columns } = layout;
  const scale = devicePixelRatio;
  canvas.width = Math.round(perLine * width * scale);
  canvas.height = Math.round(lines * height * scale);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));

  const small = document.createElement("canvas"); // a pixel for each cell
  small.width = perLine;
  small.height = lines;
  const pixels = /** @type {CanvasRenderingContext2D} */ (small.getContext("2d"));
  const image = pixels.createImageData(perLine, lines);
  /** @type {{ x: number, y: number }[]} */
  const absent = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = valueAt(row, column);
      const line = layout.wrapped ? Math.floor(column / perLine) : row;
      if (value === null || !Number.isFinite(value)) absent.push(boxOf(layout, row, column));
      else palette.write(image.data, 4 * (line * perLine + (column % perLine)), value, limit, signed);
    }
  }
  pixels.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, canvas.width, canvas.height);

  context.scale(scale, scale);
  context.lineWidth = 1;
  context.strokeStyle = palette.lines.absent;
  context.globalAlpha = 0.35;
  for (const { x, y } of absent) hatch(context, x, y, width, height);
  context.globalAlpha = 1;
  if (width < GAP) return;
  context.fillStyle = palette.lines.gap;
  for (let i = 1; i <= perLine; i++) context.fillRect(i * width - 1, 0, 1, lines * height);
  for (let line = 1; line <= lines; line++) context.fillRect(0, line * height - 1, perLine * width, 1);
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} width @param {number} height */
function hatch(context, x, y, width, height) {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.beginPath();
  for (let at = Math.ceil((x + y) / HATCH) * HATCH; at < x + y + width + height; at += HATCH) {
    context.moveTo(at - y, y); // lines of one pattern through all cells
    context.lineTo(at - y - height, y + height);
  }
  context.stroke();
  context.restore();
}
