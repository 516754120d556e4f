/** Text as people can read it, whatever is in it. */

/**
 * One character that has no shape of its own, or acts on the text around it: controls, marks of direction, blanks that
 * are not the usual ones. What joins or varies an emoji is left alone: the emoji shows it.
 */
const unseen =
  /(?![ \u200d\ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}]|(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\d#*])[\u200d\ufe0e\ufe0f]/u;

/**
 * Splits a text at the characters that cannot be seen, which are parts of their own.
 *
 * @param {string} text
 * @returns {{ text: string, code: string }[]} `code` as in "U+202E" for such a character, else ""
 */
export function parts(text) {
  return text
    .split(new RegExp(`(${unseen.source})`, "u"))
    .map((part, i) => ({ text: part, code: i % 2 ? `U+${hexadecimal(part.codePointAt(0) ?? 0, 4)}` : "" }))
    .filter((part) => part.text !== "");
}

/**
 * Bytes as in "E2 80".
 *
 * @param {ArrayLike<number>} bytes
 */
export const hex = (bytes) => Array.from(bytes, (byte) => hexadecimal(byte, 2)).join(" ");

/**
 * A text as one quoted line, with what cannot be seen written out.
 *
 * @param {string} text
 */
export function quote(text) {
  const quoted = JSON.stringify(text).replaceAll('\\"', '"');
  return quoted.replace(new RegExp(unseen, "gu"), (character) => `\\u{${hexadecimal(character.codePointAt(0) ?? 0, 1)}}`);
}

/** @param {number} value @param {number} digits at least */
const hexadecimal = (value, digits) => value.toString(16).toUpperCase().padStart(digits, "0");
