/** @import {ErrorCode} from "../vitrine.d.ts" */

/** Every failure of the engine: one sentence to read, and a code to branch on. */
export class VitrineError extends Error {
  /**
   * @param {ErrorCode} code
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.name = "VitrineError";
    this.code = code;
  }
}
