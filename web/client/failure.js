/** @import {ErrorCode} from "../vitrine.js" */
import { messageOf, visible } from "../kit/text.js";
import { VitrineError } from "./error.js";

/** A message may quote a file, and a file may hold anything. */
const MOST_SENTENCE = 2000;

/** Codes of failures after which the engine does not answer again: the model has to be loaded anew. @type {readonly ErrorCode[]} */
export const ENDED = ["closed", "engine.error", "engine.silent", "engine.trap", "internal", "memory"];

/**
 * The code and the sentence of anything that was thrown: cut, in one line, with nothing in it that acts on the text
 * around it. An engine's message begins small, as those of programs do; a name that it begins with, of a file or an
 * address, stays as it is.
 *
 * @param {unknown} error
 * @returns {{ code: ErrorCode, why: string }}
 */
export function failureOf(error) {
  const code = error instanceof VitrineError ? error.code : "internal";
  return { code, why: sentence(messageOf(error)) };
}

/** Of a prompt that cannot fit, whatever its tokens. @param {number} characters */
export const tooLong = (characters) => new VitrineError("prompt.too_long", `the prompt has ${characters} characters, more than the model's context can hold`);

/** @param {string} text */
function sentence(text) {
  const some = visible(text.slice(0, MOST_SENTENCE), { spaces: false });
  if (text.length > MOST_SENTENCE) return `${some}…`;
  const begun = some.replace(/^[a-z](?=['a-z]* )/, (letter) => letter.toUpperCase());
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

/**
 * Which field of which breakpoint an error is about, as the engine says it: "breakpoint 0: condition: column 5: got ...";
 * null where it is about something else. `column` is 1-based, 0 where it is not known.
 *
 * @param {unknown} error
 */
export function breakpointError(error) {
  const found = error instanceof Error ? /breakpoint (\d+): (\w+): (?:column (\d+): )?(.+)/s.exec(error.message) : null;
  return found && { index: Number(found[1]), field: found[2], column: Number(found[3] ?? 0), message: sentence(found[4]) };
}
