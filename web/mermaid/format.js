import { count as whole, decimal } from "../kit/numbers.js";
import { hex } from "../kit/text.js";

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
export const plural = (form, count) => fill(count === 1 ? form.one : form.many, { count: whole(count) });

/**
 * Text in one line: line breaks and tabs as signs, and no character that acts on the text around it.
 *
 * @param {string} text
 */
export function plain(text) {
  return text.replace(/\r?\n/g, "↵").replace(/\t/g, "⇥").replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, "�");
}

/**
 * The text of a token, its spaces visible too.
 *
 * @param {string} text
 */
export const visible = (text) => plain(text).replace(/ /g, "·");

/**
 * A piece of a text; its bytes where they are not whole characters.
 *
 * @param {{ text: string, bytes?: number[] }} piece
 */
export const pieceOf = ({ text, bytes }) => (bytes ? `‹${hex(bytes)}›` : visible(text));

// East Asian wide characters and emoji: two places of a monospaced line.
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/**
 * How many places of a monospaced line a text takes.
 *
 * @param {string} text
 */
export function cells(text) {
  let count = 0;
  for (const character of text) count += WIDE.test(character) ? 2 : 1;
  return count;
}

/**
 * As much of the beginning as fits, with an ellipsis where something was cut.
 *
 * @param {string} text
 * @param {number} columns
 */
export function clip(text, columns) {
  let used = 0;
  let fits = ""; // with room for the ellipsis
  for (const character of text) {
    used += cells(character);
    if (used > columns) return fits + CUT;
    if (used < columns) fits += character;
  }
  return text;
}

/**
 * The first numbers of a row with its name before them, in one line, as many as fit.
 *
 * @param {string} name
 * @param {ArrayLike<number>} values
 * @param {Room} room
 */
export const named = (name, values, { columns }) => `${name} ${slice(values, { columns: columns - name.length - 1, rows: 1 })}`;

/**
 * The first numbers of a row, as many as fit.
 *
 * @param {ArrayLike<number>} values
 * @param {Room} room
 */
export function slice(values, room) {
  return wrap(Array.from(values, decimal), room, { separator: " ", open: true });
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
    if (last !== undefined && cells(longer) <= width) lines[lines.length - 1] = longer;
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

/**
 * Puts a token into a template, clipped so that the whole fits in one line.
 *
 * @param {string} template
 * @param {string} text the token's
 * @param {Record<string, string | number>} values
 * @param {number} columns
 */
export function withToken(template, text, values, columns) {
  const rest = cells(fill(template, { ...values, token: "" }));
  return fill(template, { ...values, token: clip(visible(text), Math.max(2, columns - rest)) });
}

/**
 * Sets a text in lines as it stands: with its line breaks, which show, and with its indentation.
 *
 * @param {string} text
 * @param {Room} room
 * @param {boolean} open more of it follows that is not given
 */
export function asWritten(text, room, open) {
  /** @type {string[]} */
  const lines = [];
  const written = text.split(/\r?\n/);
  for (const [i, line] of written.entries()) {
    const ends = i < written.length - 1;
    const words = plain(line).match(/ *[^ ]+| +$/g) ?? []; // each with the blanks before it
    const left = { columns: room.columns, rows: room.rows - lines.length };
    const set = wrap(ends ? [...words, "↵"] : words, left, { open: open && !ends });
    lines.push(...set.split("\n").map((part, at) => (at ? part.trimStart() : part)));
    if (lines.length < room.rows || !ends) continue;
    if (!lines[room.rows - 1].endsWith(CUT)) lines[room.rows - 1] += CUT;
    break;
  }
  return lines.join("\n");
}
