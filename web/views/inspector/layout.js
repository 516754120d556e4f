/** @import { Axis } from "./tensors.js" */
import { named } from "./tensors.js";

/** Most columns of a picture at a time. */
export const COLUMNS = 256;

const cell = { least: 9, token: 15, most: 28, height: 18, low: 13 }; // px
const lines = [64, 32, 16, 8]; // cells of a line of a strip
const many = 24; // rows from which on they are low

/**
 * How the cells of a picture lie: a matrix has a line for each row; a single row of numbers is broken into lines, like text.
 *
 * @typedef {{ rows: number, columns: number, perLine: number, lines: number, wrapped: boolean, width: number, height: number }} Layout `width` and `height` of a cell
 */

/**
 * @param {{ rows: number, columns: number }} shape
 * @param {Axis} axis
 * @param {number} width px that there are
 * @returns {Layout}
 */
export function layoutOf({ rows, columns }, axis, width) {
  if (rows === 1 && !named(axis)) {
    const fit = lines.find((n) => width / n >= cell.least) ?? lines[lines.length - 1];
    const perLine = Math.min(columns, fit);
    const size = Math.max(1, Math.min(cell.most, width / fit));
    return { rows, columns, perLine, lines: Math.ceil(columns / perLine), wrapped: true, width: size, height: cell.height };
  }
  const fit = width / columns;
  const size = Math.min(cell.most, named(axis) ? Math.max(cell.token, fit) : Math.max(1, fit));
  return { rows, columns, perLine: columns, lines: rows, wrapped: false, width: size, height: rows > many ? cell.low : cell.height };
}

/**
 * Where a cell lies, in px.
 *
 * @param {Layout} layout
 * @param {number} row @param {number} column both count from the first that is shown
 */
export function boxOf(layout, row, column) {
  const line = layout.wrapped ? Math.floor(column / layout.perLine) : row;
  return { x: (column % layout.perLine) * layout.width, y: line * layout.height };
}

/**
 * The cell at a point, null where there is none.
 *
 * @param {Layout} layout
 * @param {number} x @param {number} y px
 */
export function cellAt(layout, x, y) {
  const [i, line] = [Math.floor(x / layout.width), Math.floor(y / layout.height)];
  if (i < 0 || i >= layout.perLine || line < 0 || line >= layout.lines) return null;
  const column = layout.wrapped ? line * layout.perLine + i : i;
  return column < layout.columns ? { row: layout.wrapped ? 0 : line, column } : null;
}

/**
 * The cell that a key goes to from another, as it lies; null for any other key. It may lie outside what is shown.
 *
 * @param {Layout} layout
 * @param {string} key
 * @param {{ row: number, column: number }} from
 */
export function moved({ wrapped, perLine, columns }, key, { row, column }) {
  const [down, along] = wrapped ? [0, perLine] : [1, 0];
  switch (key) {
    case "ArrowLeft":
      return { row, column: column - 1 };
    case "ArrowRight":
      return { row, column: column + 1 };
    case "ArrowUp":
      return { row: row - down, column: column - along };
    case "ArrowDown":
      return { row: row + down, column: column + along };
    case "Home":
      return { row, column: 0 };
    case "End":
      return { row, column: columns - 1 };
    default:
      return null;
  }
}
