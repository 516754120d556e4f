import { VitrineError } from "./engine/error.js";
import { compile } from "./worker/compile.js";
import { free, freed } from "./worker/freed.js";
import { Program } from "./worker/program.js";
import { progress } from "./worker/progress.js";
import { fetchRemote, openBlob, openRemote } from "./worker/remote.js";

/**
 * The worker that makes a GGUF file from a checkpoint, for as long as that takes.
 * Page to worker: one Checkpoint. Worker to page: { progress }, then { value: Made } or { code, message }.
 *
 * @typedef {object} Checkpoint
 * @property {string} weights name of the file with the weights, or of the index of several
 * @property {string} name of the model, where the checkpoint does not say it
 * @property {File[]} [files] what the checkpoint consists of
 * @property {string} [address] of the weights; the other files lie beside it
 * @typedef {{ data: Blob, notes: string[] }} Made notes: what the user should know
 */

self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ value: await quantize(data) });
  } catch (error) {
    const { code = "internal", message } = /** @type {VitrineError} */ (error);
    self.postMessage({ code, message });
  }
};

/**
 * @param {Checkpoint} checkpoint
 * @returns {Promise<Made>}
 */
async function quantize({ weights, name, files, address }) {
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
  const report = (/** @type {number} */ loaded, /** @type {number} */ total) => progress({ phase: "quantize", loaded, total });
  const open = files ? opener(files) : remoteOpener(/** @type {string} */ (address), weights);
  const openFreed = async (/** @type {string} */ name) => {
    const file = await open(name);
    return file && freed(file);
  };
  const notes = await program.call("quantize", [openFreed, weights, name, emit, report]);
  return { data: new Blob(parts), notes };
}

/** @param {File[]} files */
function opener(files) {
  const byName = new Map(files.map((file) => [file.name, file]));
  return async (/** @type {string} */ name) => {
    const file = byName.get(name);
    return file ? openBlob(file) : null;
  };
}

/**
 * @param {string} address of the weights
 * @param {string} weights their name
 */
function remoteOpener(address, weights) {
  const onBytes = (/** @type {number} */ loaded, /** @type {number} */ total) => progress({ phase: "model", loaded, total });
  return async (/** @type {string} */ name) => {
    const beside = new URL(name.split("/").map(encodeURIComponent).join("/"), address);
    beside.search = new URL(address).search; // where a server wants it, it wants it of all
    const { href } = name === weights ? new URL(address) : beside;
    const file = await (name.endsWith(".safetensors") ? openRemote(href, onBytes) : fetchRemote(href));
    if (!file && name === weights) throw new VitrineError("network", `${href} could not be loaded: the server answered 404`);
    return file;
  };
}
