import { VitrineError } from "./client/error.js";
import { isMore } from "./client/kinds.js";
import { WorkerLink } from "./client/link.js";
import { listedAt, listedModels, sourceOfListed } from "./client/manifest.js";
import { checkEngineOptions, checkTokenizerOptions, settingsOf } from "./client/options.js";
import { pairRuns } from "./client/pair.js";
import { noteOf, storedModels } from "./client/stored.js";

/**
 * @import {Engine, EngineInfo, EngineOptions, GenerateOptions, MergedPiece, Quantized, Run, StageName, Tokenizer, TokenizerOptions} from "./vitrine.d.ts"
 * @import {Opened} from "./client/open.js"
 */

export { pairRuns, storedModels, VitrineError };

/**
 * Loads a model into a worker of its own.
 *
 * @param {EngineOptions} [options]
 * @returns {Promise<Engine>}
 */
export async function createEngine(options = {}) {
  checkEngineOptions(options);
  const { model, folder = "", threads = "auto", store = true, onProgress, signal } = options;
  return begin(options, async (link) => {
    const opened = await openModel(model, folder, { onProgress, signal, store });
    const { stages, inbox, kept, ...info } = await link.call("open", [{ ...opened.source, threads, store }]).catch(async (error) => {
      if (error instanceof VitrineError && error.code.startsWith("model.")) await opened.drop?.();
      throw error;
    });
    link.inbox = inbox;
    info.from = opened.from ?? info.from;
    const end = kept || (opened.from === "stored" ? "kept" : await opened.kept);
    info.stored = end === "kept";
    info.notes.push(...noteOf(end ?? ""));
    return new WorkerEngine(link, info, stages, opened.quantized ?? null);
  });
}

/**
 * Loads the tokenizer of a model alone, into a worker of its own: of the model file the head, and no weights.
 *
 * @param {TokenizerOptions} [options]
 * @returns {Promise<Tokenizer>}
 */
export async function createTokenizer(options = {}) {
  checkTokenizerOptions(options);
  const { model, signal } = options;
  return begin(options, async (link) => {
    const { url } = model === undefined ? (await listedModels(signal))[0] : { url: addressOf(model).href };
    await link.call("vocabulary", [url]);
    return { tokenize: (text) => tokenize(link, text), close: () => link.close(closed()) };
  });
}

/**
 * Starts a worker, which ends where what is loaded into it fails, or is aborted.
 *
 * @template T
 * @param {Pick<EngineOptions, "simd" | "onProgress" | "signal">} options
 * @param {(link: WorkerLink) => Promise<T>} load
 */
async function begin({ simd = true, onProgress, signal }, load) {
  signal?.throwIfAborted();
  const link = new WorkerLink(onProgress);
  const abort = () => link.close(signal?.reason);
  signal?.addEventListener("abort", abort);
  try {
    link.call("start", [simd]).catch(() => {}); // while it goes on the model is looked up; what loads it waits for it
    return await load(link);
  } catch (error) {
    link.close(error);
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

/**
 * @param {EngineOptions["model"]} model
 * @param {string} folder
 * @param {import("./client/quantize.js").Loading} loading
 * @returns {Promise<Opened>}
 */
async function openModel(model, folder, loading) {
  if (model === undefined) return { source: sourceOfListed((await listedModels(loading.signal))[0]) };
  if (model instanceof ArrayBuffer) return { source: { url: "", parts: [model], bytes: model.byteLength, sha256: "" } };
  if (model instanceof Blob && !(model instanceof File)) return { source: { url: "", parts: [model], bytes: model.size, sha256: "" } };
  if (typeof model === "string" || model instanceof URL) {
    const url = addressOf(model);
    const listed = await listedAt(url.href, loading.signal);
    if (listed) return { source: sourceOfListed(listed) };
    if (!isMore(url)) return { source: { url: url.href, parts: [url.href], bytes: -1, sha256: "" } };
    return (await opener()).openAddress(url, loading);
  }
  const files = model instanceof File ? [model] : Object(model) === model && "length" in model ? Array.from(model) : [null];
  if (!files.every((file) => file instanceof File)) {
    throw new VitrineError("argument", "model is not an address, a File, a list of Files or an ArrayBuffer, want one of these or nothing");
  }
  return (await opener()).openFiles(files, folder, loading);
}

/** @param {string | URL} model */
function addressOf(model) {
  const base = globalThis.document?.baseURI ?? location.href; // a worker has no document
  if (!URL.canParse(model, base)) {
    throw new VitrineError("argument", `model is ${JSON.stringify(String(model))}, want the address of a GGUF or safetensors file`);
  }
  return new URL(model, base);
}

/** What opens more than one GGUF file, loaded when it is needed. */
async function opener() {
  try {
    return await import("./client/open.js");
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw new VitrineError("engine.load", `a script of Vitrine did not load: ${message}. Check the connection and reload the page, or put the whole site on the server`);
  }
}

/** @param {WorkerLink} link @param {string} text */
async function tokenize(link, text) {
  /** @type {{ id: number, text: string, bytes: number[], special?: true }[]} */
  const pieces = JSON.parse(await link.call("tokenize", [text]));
  return pieces.map(({ bytes, ...piece }) => ({ ...piece, bytes: Uint8Array.from(bytes) }));
}

const closed = () => new VitrineError("closed", "the engine was closed: create another one to go on");

/** @implements {Engine} */
class WorkerEngine {
  #link;
  #stages;

  /**
   * @param {WorkerLink} link
   * @param {EngineInfo} info
   * @param {StageName[]} stages
   * @param {Quantized | null} quantized
   */
  constructor(link, info, stages, quantized) {
    this.#link = link;
    this.info = Object.freeze(info);
    this.quantized = quantized;
    this.#stages = stages;
    this.ended = /** @type {Promise<VitrineError>} */ (link.ended);
  }

  /**
   * @param {string | number[]} prompt
   * @param {GenerateOptions} [options]
   * @returns {Run}
   */
  generate(prompt, options = {}) {
    const of = { info: this.info, stages: this.#stages };
    /** @type {ReturnType<typeof settingsOf>} */
    let settings;
    try {
      settings = settingsOf(options);
    } catch (error) {
      return this.#link.refuse(error, of);
    }
    return this.#link.generate(prompt, settings, of, options.signal);
  }

  /** @param {string} text */
  tokenize(text) {
    return tokenize(this.#link, text);
  }

  /** @param {string} text */
  async merges(text) {
    /** @type {(Omit<MergedPiece, "bytes" | "merges"> & { merges: [number, number, number, number, number][] })[]} */
    const pieces = JSON.parse(await this.#link.call("merges", [text]));
    const utf8 = new TextEncoder();
    return pieces.map(({ merges, ...piece }) => ({ ...piece, bytes: utf8.encode(piece.text), merges: merges.map(([rank, at, left, right, made]) => ({ rank, at, left, right, made })) }));
  }

  /** @param {number} from @param {number} to */
  async positions(from, to) {
    const data = new Float32Array((await this.#link.call("positions", [from, to])).buffer);
    return { name: "table", shape: [to - from, this.info.embedding], data, from: [from, 0] };
  }

  /** @param {number} layer @param {number} channel */
  async projection(layer, channel) {
    const { heads, embedding } = this.info;
    const data = new Float32Array((await this.#link.call("projection", [layer, channel])).buffer);
    return { weights: { name: "projection", shape: [heads, embedding / heads], data: data.subarray(0, embedding), from: [0, 0] }, bias: data[embedding] };
  }

  /** @param {string | number[]} prompt */
  async logits(prompt) {
    return new Float32Array((await this.#link.call("logits", [prompt])).buffer);
  }

  close() {
    this.#link.close(closed());
  }
}
