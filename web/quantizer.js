import { Beside } from "./worker/beside.js";
import { openBlob } from "./worker/blob.js";
import { compile } from "./worker/compile.js";
import { catchAll, failureOf } from "./worker/failure.js";
import { free, freed } from "./worker/freed.js";
import { Program } from "./worker/program.js";
import { progress } from "./worker/progress.js";

/**
 * The worker that makes a GGUF file from a checkpoint, for as long as that takes.
 * Page to worker: one Checkpoint. Worker to page: { progress }, then { value: Made } or { code, message }.
 *
 * @typedef {object} Checkpoint
 * @property {string} weights name of the file with the weights, or of the index of several
 * @property {string} name of the model, where the checkpoint does not say it
 * @property {Map<string, File>} [files] what the checkpoint consists of, by the names that its files should have, in lower case
 * @property {string} [address] of the weights; the other files lie beside it
 * @property {boolean} [store] whether what comes may be kept on the device until all of it has
 * @typedef {{ data: Blob, notes: string[], tag: string }} Made notes: what the user should know; tag: of the weights on
 *   their server, "" where there is none
 */

catchAll((failure) => self.postMessage(failure));

self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ value: await quantize(data) });
  } catch (error) {
    self.postMessage(failureOf(error));
  }
};

/**
 * @param {Checkpoint} checkpoint
 * @returns {Promise<Made>}
 */
async function quantize({ weights, name, files, address, store = false }) {
  const program = new Program();
  const module = await compile(VITRINE_WASM_QUANTIZE, VITRINE_WASM_QUANTIZE_BYTES);
  await program.start(module, undefined, (failure) => self.postMessage(failure));
  /** @type {Blob[]} */
  const parts = [];
  // A Blob at once, which the browser may keep on disk: the file is never in this worker's memory as a whole.
  const emit = (/** @type {Uint8Array<ArrayBuffer>} */ chunk) => {
    parts.push(new Blob([chunk]));
    free(chunk);
  };
  const done = { phase: /** @type {const} */ ("quantize"), loaded: 0, total: 0 };
  const report = (/** @type {number} */ loaded, /** @type {number} */ total) => progress(Object.assign(done, { loaded, total }));
  const onBytes = (/** @type {number} */ loaded, /** @type {number} */ total) => progress({ phase: "model", loaded, total });
  const beside = address ? new Beside(address, weights, onBytes, () => progress(done), store) : null;
  await beside?.begin();
  const openFreed = async (/** @type {string} */ name) => {
    const local = files?.get(name.toLowerCase());
    const file = local ? openBlob(local) : await beside?.open(name);
    return file ? freed(file) : null;
  };
  try {
    const notes = await program.call("quantize", [openFreed, weights, name, emit, report]);
    return { data: new Blob(parts), tag: beside?.tag ?? "", notes: [...(beside?.notes ?? []), ...notes] };
  } catch (error) {
    throw beside?.explain(error) ?? error;
  }
}
