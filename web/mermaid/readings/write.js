/** @import { Room } from "../../kit/text.js" */
import { count as whole, decimal } from "../../kit/numbers.js";
import { beginning, cells, clip, hex, visible, wrap } from "../../kit/text.js";

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
 * The text of a token, cut where it is very long; its bytes where they are not whole characters.
 *
 * @param {{ text: string, bytes?: number[] }} token
 */
export const pieceOf = ({ text, bytes }) => (bytes ? `‹${hex(bytes)}›` : visible(beginning(text)));

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
 * Puts a token into a template, clipped so that the whole fits in one line.
 *
 * @param {string} template
 * @param {{ text: string, bytes?: number[] }} token
 * @param {Record<string, string | number>} values
 * @param {number} columns
 */
export function withToken(template, token, values, columns) {
  const rest = cells(fill(template, { ...values, token: "" }));
  return fill(template, { ...values, token: clip(pieceOf(token), Math.max(2, columns - rest)) });
}

