import "../../build/wasm_exec.js";
import { VitrineError } from "../client/error.js";
import { failureOf, isTrap } from "./failure.js";
import { adaptLoader } from "./memory.js";

/**
 * The Go program in this worker: the engine, or the converter.
 *
 * @import {ErrorCode} from "../vitrine.d.ts"
 * @import {Team} from "./team.js"
 * @typedef {{ value?: any, code?: ErrorCode, message?: string }} Outcome
 * @typedef {{ code: ErrorCode, message: string }} Failure
 * @typedef {Record<string, (...args: any[]) => string | undefined>} Api see wasm/main.go
 */

/** A function that returns a vector: a browser without SIMD refuses it. Source: GoogleChromeLabs/wasm-feature-detect. */
const SIMD_PROBE = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
);

export const hasSimd = () => WebAssembly.validate(SIMD_PROBE);

export class Program {
  /** @type {Api} */
  #api = {};
  /** The first lines that the Go runtime printed, which it does when it ends: they say why. What every goroutine did follows. */
  #lastWords = "";

  /**
   * @param {WebAssembly.Module} module
   * @param {{ team: Team, memory: WebAssembly.Memory } | undefined} shared where the module wants them
   * @param {(failure: Failure) => void} onEnd told when the program has ended, which it never should
   * @param {() => number} [waiting] see inbox.js
   */
  async start(module, shared, onEnd, waiting = () => -1) {
    const go = new Go();
    if (shared) adaptLoader(go, shared.memory);
    /** @param {[number, number, number, number, number]} job */
    const run = (...job) => shared?.team.run(...job) ?? 0;
    const imports = { ...go.importObject, vitrine: { run, waiting, ...(shared && { memory: shared.memory }) } };
    const instance = await WebAssembly.instantiate(module, imports).catch((error) => {
      if (!(error instanceof WebAssembly.LinkError)) throw error;
      throw new VitrineError("engine.file", `the engine's WebAssembly module belongs to another version: ${error.message}. Reload the page, or put the whole site on the server again`);
    });
    shared?.team.enter(instance.exports);
    this.#listen();
    const ended = (/** @type {unknown} */ error) => onEnd(isTrap(error) ? failureOf(error) : this.#failure());
    await new Promise((resolve) => {
      self.vitrineReady = (/** @type {Api} */ api) => {
        this.#api = api;
        resolve(undefined);
      };
      go.run(instance).then(ended, ended);
    });
  }

  #listen() {
    const decoder = new TextDecoder();
    self.fs.writeSync = (/** @type {number} */ _, /** @type {Uint8Array} */ bytes) => {
      this.#lastWords = (this.#lastWords + decoder.decode(bytes)).slice(0, 4000);
      return bytes.length;
    };
  }

  /** @returns {Failure} */
  #failure() {
    if (/out of memory|cannot allocate/.test(this.#lastWords)) {
      return { code: "memory", message: "there is not enough memory for this model: close other tabs or choose a smaller model" };
    }
    const why = this.#lastWords.split("\n")[0] || "no reason given";
    return { code: "internal", message: `the engine ended unexpectedly: ${why}. Reload the page` };
  }

  /**
   * @param {string} method
   * @param {unknown[]} args
   * @returns {Promise<any>}
   */
  call(method, args) {
    return new Promise((resolve, reject) => {
      const settle = (/** @type {Outcome} */ { value, code, message }) =>
        code ? reject(new VitrineError(code, message ?? "")) : resolve(value);
      const misuse = this.#api[method](...args, settle);
      if (misuse) reject(new VitrineError("internal", misuse));
    });
  }
}
