/** @import {ErrorCode} from "../vitrine.js" */
import { VitrineError } from "../vitrine.js";

/**
 * The code and the sentence of anything that was thrown.
 *
 * @param {unknown} error
 * @returns {{ code: ErrorCode, why: string }}
 */
export function failureOf(error) {
  if (error instanceof VitrineError) return { code: error.code, why: error.message };
  return { code: "internal", why: error instanceof Error ? error.message : String(error) };
}
