/** The sampling settings: their ranges and defaults, and how what is typed is read. */

/** @typedef {"temperature" | "topK" | "topP" | "seed" | "maxTokens"} NumberName */
/** @typedef {Record<NumberName | "stop", string>} Typed what the fields hold, valid or not */
/** @typedef {Record<NumberName, number> & { stop: string[] }} Settings */

/**
 * `open`: min itself is not allowed. `optional`: the field may be empty. Sampling by default, with a new seed for each
 * run: the same prompt is worth running again.
 *
 * @type {Record<NumberName, { min: number, max: number, step: number, whole: boolean, open?: boolean, optional?: boolean, initial: string }>}
 */
export const numbers = {
  temperature: { min: 0, max: 10, step: 0.1, whole: false, initial: "0.7" },
  topK: { min: 0, max: 2 ** 31 - 1, step: 1, whole: true, initial: "40" },
  topP: { min: 0, max: 1, step: 0.05, whole: false, open: true, initial: "0.95" },
  seed: { min: 0, max: Number.MAX_SAFE_INTEGER, step: 1, whole: true, optional: true, initial: "" },
  maxTokens: { min: 1, max: 2 ** 31 - 1, step: 1, whole: true, initial: "32" },
};

export const numberNames = /** @type {NumberName[]} */ (Object.keys(numbers));

/** @returns {Typed} */
export function defaults() {
  const typed = /** @type {Typed} */ ({ stop: "" });
  for (const name of numberNames) typed[name] = numbers[name].initial;
  return typed;
}

/**
 * What differs from the defaults: only that is remembered.
 *
 * @param {Typed} typed
 * @returns {Partial<Typed>}
 */
export function changes(typed) {
  const usual = defaults();
  return Object.fromEntries(Object.entries(typed).filter(([name, text]) => text !== usual[/** @type {NumberName} */ (name)]));
}

/**
 * How many tokens can follow a prompt: a full context predicts one token more.
 *
 * @param {number} prompt how many tokens it has
 * @param {number} context of the model
 */
export const roomAfter = (prompt, context) => Math.max(0, context + 1 - Math.max(1, prompt));

/** Six digits: as good as any other, and easy to read out. */
export const newSeed = () => crypto.getRandomValues(new Uint32Array(1))[0] % 1e6;

const WHOLE = /^\d+$/;
// One separator, a point or a comma: in a number of at most 10 neither can group thousands.
const FRACTION = /^(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?$/i;

/**
 * The number that was typed, or null where it is none, could be another, or is out of range; undefined where the field
 * is empty and may be.
 *
 * @param {NumberName} name
 * @param {string} text
 */
export function readNumber(name, text) {
  const { min, max, whole, open, optional } = numbers[name];
  const typed = narrow(text.trim());
  if (typed === "" && optional) return undefined;
  if (!(whole ? WHOLE : FRACTION).test(typed)) return null;
  const value = Number(typed.replace(",", "."));
  const vanishes = value !== 0 && Math.fround(value) === 0; // the engine computes in float32
  return value >= min && value <= max && !(open && value === min) && !vanishes ? value : null;
}

/**
 * Full-width digits, points and commas, which some keyboards type, as the usual ones.
 *
 * @param {string} text
 */
const narrow = (text) => text.replace(/[\uff0c\uff0e\uff10-\uff19]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));

/**
 * Settings as they are typed.
 *
 * @param {Omit<Settings, "seed"> & { seed?: number | undefined }} settings seed: undefined where each run takes a new one
 * @returns {Typed}
 */
export function typedOf({ stop, ...settings }) {
  /** @type {Record<string, string>} */
  const escapes = { "\n": "\\n", "\t": "\\t", "\\": "\\\\" };
  const typed = /** @type {Typed} */ ({ stop: stop.map((text) => text.replace(/[\n\t\\]/g, (character) => escapes[character])).join("\n") });
  for (const name of numberNames) typed[name] = String(settings[name] ?? "");
  return typed;
}

/**
 * The stop sequences, one a line, or null where an escape is unknown.
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
