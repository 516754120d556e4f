/** Text as people can read it, whatever is in it. */

/**
 * One character that has no shape of its own, or acts on the text around it: controls, marks of direction, blanks that
 * are not the usual ones. What joins or varies an emoji is left alone: the emoji shows it.
 */
const unseen =
  /(?![ \u200d\ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}]|(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\d#*])[\u200d\ufe0e\ufe0f]/u;

const blank = new RegExp(`( |${unseen.source})`, "u");

/** @type {Record<string, string>} what stands for the usual blanks */
const signs = { " ": "·", "\n": "↵", "\r": "␍", "\t": "⇥" };

/**
 * Splits a text at its blanks and at what else cannot be seen, which are parts of their own.
 *
 * @param {string} text
 * @returns {{ text: string, sign: string }[]} what stands for such a character: its sign, else its code as in "U+202E";
 *   "" for all others
 */
export function parts(text) {
  return text
    .split(blank)
    .map((part, i) => ({ text: part, sign: i % 2 ? (signs[part] ?? `U+${hexadecimal(part.codePointAt(0) ?? 0, 4)}`) : "" }))
    .filter((part) => part.text !== "");
}

/**
 * A text in one line, with signs for its blanks: no character in it acts on the text around it.
 *
 * @param {string} text
 * @param {{ spaces?: boolean }} [how] whether spaces get a sign too, as those of a token do
 */
export function visible(text, { spaces = true } = {}) {
  const seen = parts(text.replaceAll("\r\n", "\n"));
  return seen.map(({ text, sign }) => (sign === "" || (text === " " && !spaces) ? text : (signs[text] ?? "�"))).join("");
}

/** As much of a token is shown: those of a model's own vocabulary are shorter, and a file may claim anything. */
const MOST_TOKEN = 400;

/**
 * Bytes as in "E2 80", cut where they are very many.
 *
 * @param {ArrayLike<number>} bytes
 */
export function hex(bytes) {
  const shown = Array.from({ length: Math.min(bytes.length, MOST_TOKEN) }, (_, i) => hexadecimal(bytes[i], 2));
  return shown.join(" ") + (bytes.length > MOST_TOKEN ? CUT : "");
}

/**
 * As much of the beginning of a text as is shown of a token, no character broken.
 *
 * @param {string} text
 */
export function beginning(text) {
  return text.length <= MOST_TOKEN ? text : text.slice(0, MOST_TOKEN - Number(/[\ud800-\udbff]/.test(text[MOST_TOKEN - 1])));
}

/**
 * A text as one quoted line, with what cannot be seen written out; cut where it is very long, unless the whole is asked for.
 *
 * @param {string} text
 * @param {{ whole?: boolean }} [how]
 */
export function quote(text, { whole = false } = {}) {
  const some = whole ? text : beginning(text);
  const quoted = JSON.stringify(some).replaceAll('\\"', '"');
  return quoted.replace(new RegExp(unseen, "gu"), (character) => `\\u{${hexadecimal(character.codePointAt(0) ?? 0, 1)}}`) + (some === text ? "" : CUT);
}

/** @param {number} value @param {number} digits at least */
const hexadecimal = (value, digits) => value.toString(16).toUpperCase().padStart(digits, "0");

/** @typedef {{ columns: number, rows: number }} Room monospaced characters that a line holds, and lines */

const CUT = "…";

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
    const words = visible(line, { spaces: false }).match(/ *[^ ]+| +$/g) ?? []; // each with the blanks before it
    const left = { columns: room.columns, rows: room.rows - lines.length };
    const set = wrap(ends ? [...words, "↵"] : words, left, { open: open && !ends });
    lines.push(...set.split("\n").map((part, at) => (at ? part.trimStart() : part)));
    if (lines.length < room.rows || !ends) continue;
    if (!lines[room.rows - 1].endsWith(CUT)) lines[room.rows - 1] += CUT;
    break;
  }
  return lines.join("\n");
}

/** Characters of a name that are shown: nobody reads more, and a menu has no room. */
const MOST_NAME = 120;

/**
 * A name from a file or an address, cut, in one line, with nothing in it that acts on the text around it.
 *
 * @param {string} name
 */
export function label(name) {
  const some = [...name.slice(0, 2 * MOST_NAME)];
  const shown = some.slice(0, MOST_NAME).join("");
  return visible(shown, { spaces: false }) + (shown.length < name.length ? CUT : "");
}

/** What something that was thrown says. @param {unknown} error */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));
