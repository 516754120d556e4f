import { VitrineError } from "../client/error.js";

/** @import {ErrorCode} from "../vitrine.d.ts" */

/**
 * What was thrown in a worker, as it is sent to the page.
 *
 * @param {unknown} error
 * @returns {{ code: ErrorCode, message: string }}
 */
export function failureOf(error) {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof VitrineError) return { code: error.code, message };
  if (isTrap(error)) return { code: "engine.trap", message: `the engine's WebAssembly code was ended by the browser: ${message}. Load the model again` };
  return { code: "internal", message };
}

/**
 * Whether WebAssembly code was left in the middle, after which nothing is known of its memory.
 *
 * @param {unknown} error
 */
export function isTrap(error) {
  return error instanceof WebAssembly.RuntimeError || (error instanceof RangeError && /call stack|recursion/.test(error.message));
}

/**
 * Tells the page of errors that nothing catches: without them it would wait for an answer that never comes.
 *
 * @param {(failure: { code: ErrorCode, message: string }) => void} tell
 */
export function catchAll(tell) {
  self.addEventListener("error", (event) => {
    event.preventDefault();
    if (isTrap(event.error)) return tell(failureOf(event.error));
    tell({ code: "engine.error", message: `the engine's worker had an error that nothing caught: ${event.message}. Load the model again` });
  });
  // Where Go waits for a promise its code goes on in one. Any other promise that nobody waits for holds up nobody.
  self.addEventListener("unhandledrejection", (event) => {
    if (!isTrap(event.reason)) return;
    event.preventDefault();
    tell(failureOf(event.reason));
  });
}
