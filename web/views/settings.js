/** The sampling settings: their ranges and defaults, and how what is typed is read. */

/** @typedef {"temperature" | "topK" | "topP" | "seed" | "maxTokens"} NumberName */
/** @typedef {Record<NumberName | "stop", string>} Typed what the fields hold, valid or not */
/** @typedef {Record<NumberName, number> & { stop: string[] }} Settings */

/**
 * `open`: min itself is not allowed. Greedy by default: the first press of Generate gives the model's best answer.
 *
 * @type {Record<NumberName, { min: number, max: number, step: number, whole: boolean, open?: boolean, initial: number }>}
 */
export const numbers = {
  temperature: { min: 0, max: 10, step: 0.1, whole: false, initial: 0 },
  topK: { min: 0, max: 2 ** 31 - 1, step: 1, whole: true, initial: 0 },
  topP: { min: 0, max: 1, step: 0.05, whole: false, open: true, initial: 1 },
  seed: { min: 0, max: Number.MAX_SAFE_INTEGER, step: 1, whole: true, initial: 0 },
  maxTokens: { min: 1, max: 2 ** 31 - 1, step: 1, whole: true, initial: 32 },
};

export const numberNames = /** @type {NumberName[]} */ (Object.keys(numbers));

/** @returns {Typed} */
export function defaults() {
  const typed = /** @type {Typed} */ ({ stop: "" });
  for (const name of numberNames) typed[name] = String(numbers[name].initial);
  return typed;
}

/**
 * The number that was typed, or null where it is none or out of range.
 *
 * @param {NumberName} name
 * @param {string} text
 */
export function readNumber(name, text) {
  const { min, max, whole, open } = numbers[name];
  const value = text.trim() === "" ? NaN : Number(text);
  const fits = value >= min && value <= max && !(open && value === min) && (!whole || Number.isInteger(value));
  return fits ? value : null;
}

/**
 * The stop texts, one a line, or null where an escape is unknown.
 *
 * @param {string} text
 */
export function readStop(text) {
  const lines = text.split(/\r?\n/).filter((line) => line !== "");
  if (lines.some((line) => /\\(?![nt\\])/.test(line.replaceAll("\\\\", "")))) return null;
  /** @type {Record<string, string>} */
  const escapes = { n: "\n", t: "\t", "\\": "\\" };
  return lines.map((line) => line.replace(/\\([nt\\])/g, (_, letter) => escapes[letter]));
}
