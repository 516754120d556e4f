/** @typedef {{ columns: number, rows: number }} Room monospaced characters that a value line holds, and its lines */

const CUT = "…";

/**
 * Fills the braces of a template of the string table.
 *
 * @param {string} template
 * @param {Record<string, string | number>} values
 */
export const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

/**
 * @param {{ one: string, many: string }} form
 * @param {number} count
 */
export const plural = (form, count) => fill(count === 1 ? form.one : form.many, { count });

/**
 * A number of at most six characters, with a sign column, so that digits keep their places.
 *
 * @param {number} x
 */
export function decimal(x) {
  const size = Math.abs(x);
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
  return (size < 1e5 ? x.toFixed(digits) : x.toExponential(0)).replace("-", "−").padStart(6);
}

/**
 * A probability, to one digit.
 *
 * @param {number} p
 */
export const percent = (p) => `${(p * 100).toFixed(1)}%`;

/**
 * Token text with its white space and control characters made visible.
 *
 * @param {string} text
 */
export function visible(text) {
  return text
    .replace(/ /g, "·")
    .replace(/\r?\n/g, "⏎")
    .replace(/\t/g, "⇥")
    .replace(/[\p{Cc}\p{Bidi_Control}]/gu, "�");
}

/**
 * The first `columns` characters, the last of them an ellipsis where something was cut.
 *
 * @param {string} text
 * @param {number} columns
 */
export function clip(text, columns) {
  const characters = [...text];
  return characters.length <= columns ? text : characters.slice(0, Math.max(0, columns - 1)).join("") + CUT;
}

/**
 * The first numbers of a row, as many as fit.
 *
 * @param {ArrayLike<number>} values
 * @param {Room} room
 * @param {number} [rows]
 */
export function slice(values, room, rows = room.rows) {
  return wrap(Array.from(values, decimal), { ...room, rows }, { separator: " ", open: true });
}

/**
 * Sets pieces in lines, none broken unless it alone is longer than a line. What does not fit is cut at the end, or
 * with `tail` at the beginning.
 *
 * @param {string[]} pieces
 * @param {Room} room
 * @param {{ separator?: string, open?: boolean, tail?: boolean }} [how] open: more pieces follow that are not given
 */
export function wrap(pieces, { columns, rows }, { separator = "", open = false, tail = false } = {}) {
  const width = columns - 1; // keeps a place for the ellipsis
  /** @type {string[]} */
  const lines = [];
  let used = 0;
  const queue = tail ? [...pieces].reverse() : pieces;
  for (const piece of queue) {
    const text = clip(piece, width);
    const last = lines.at(-1);
    const longer = last === undefined ? text : tail ? text + separator + last : last + separator + text;
    if (last !== undefined && [...longer].length <= width) lines[lines.length - 1] = longer;
    else if (lines.length < rows) lines.push(text);
    else break;
    used++;
  }
  if (tail) lines.reverse();
  const cut = used < pieces.length || open;
  if (cut && lines.length) {
    if (tail) lines[0] = CUT + lines[0];
    else lines[lines.length - 1] += CUT;
  }
  return lines.join("\n");
}
