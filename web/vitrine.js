import { VitrineError } from "./engine/error.js";
import { isMore } from "./engine/kinds.js";
import { RunView } from "./engine/run.js";
import { startWorker } from "./engine/start-worker.js";

/**
 * @import {Engine, EngineInfo, EngineOptions, ErrorCode, GenerateOptions, Quantized, Result, Run, StageName} from "./vitrine.d.ts"
 * @import {Opened} from "./engine/open.js"
 */

export { VitrineError };

/**
 * Loads a model into a worker of its own.
 *
 * @param {EngineOptions} [options]
 * @returns {Promise<Engine>}
 */
export async function createEngine({ model, folder = "", threads = "auto", simd = true, onProgress, signal } = {}) {
  signal?.throwIfAborted();
  if (threads !== "auto" && !(Number.isInteger(threads) && threads >= 1)) {
    throw new VitrineError("argument", `threads is ${String(threads)}, want "auto" or a whole number of at least 1`);
  }
  const link = new WorkerLink(onProgress);
  const abort = () => link.close(signal?.reason);
  signal?.addEventListener("abort", abort);
  try {
    link.call("start", [simd]).catch(() => {}); // while it goes on the model is looked up; open waits for it
    const { source, quantized = null } = await openModel(model, folder, { onProgress, signal });
    const { stages, inbox, ...info } = await link.call("open", [{ ...source, threads }]);
    link.inbox = inbox;
    return new WorkerEngine(link, info, stages, quantized);
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
 * @param {Pick<EngineOptions, "onProgress" | "signal">} loading
 * @returns {Promise<Opened>}
 */
async function openModel(model, folder, loading) {
  if (model === undefined) return { source: await defaultModel(loading.signal) };
  if (model instanceof ArrayBuffer) return { source: { url: "", parts: [model], bytes: model.byteLength, sha256: "" } };
  if (model instanceof Blob && !(model instanceof File)) return { source: { url: "", parts: [model], bytes: model.size, sha256: "" } };
  if (typeof model === "string" || model instanceof URL) {
    if (!URL.canParse(model, document.baseURI)) {
      throw new VitrineError("argument", `model is ${JSON.stringify(String(model))}, want the address of a GGUF or safetensors file`);
    }
    const url = new URL(model, document.baseURI);
    if (!isMore(url)) return { source: { url: url.href, parts: [url.href], bytes: -1, sha256: "" } };
    return (await import("./engine/open.js")).openAddress(url, loading);
  }
  const files = model instanceof File ? [model] : Object(model) === model && "length" in model ? Array.from(model) : [null];
  if (!files.every((file) => file instanceof File)) {
    throw new VitrineError("argument", "model is not an address, a File, a list of Files or an ArrayBuffer, want one of these or nothing");
  }
  return (await import("./engine/open.js")).openFiles(files, folder, loading);
}

/** @param {AbortSignal | undefined} signal */
async function defaultModel(signal) {
  const address = new URL("models/manifest.json", import.meta.url);
  /** @type {Response} */
  let response;
  try {
    response = await fetch(address, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw new VitrineError("network", `the list of models at ${address.href} could not be reached: check the connection and try again`);
  }
  if (!response.ok) {
    throw new VitrineError("network", `the list of models at ${address.href} could not be loaded: the server answered ${response.status}`);
  }
  try {
    const [{ name, url, bytes, sha256 }] = (await response.json()).models;
    const { href } = new URL(url, address);
    return { name, url: href, parts: [href], bytes, sha256 };
  } catch {
    signal?.throwIfAborted();
    throw new VitrineError("model.format", `${address.href} is not a list of models: want { models: [{ name, url, bytes, sha256 }] }`);
  }
}

/** The worker, as calls that return promises. */
class WorkerLink {
  /** @type {Map<number, { resolve: (value: any) => void, reject: (reason: unknown) => void }>} */
  #calls = new Map();
  /** @type {Map<number, RunView>} */
  runs = new Map();
  /** @type {Int32Array | undefined} see worker/inbox.js */
  inbox;
  #next = 0;
  #worker;
  /** @type {unknown} why no call can succeed any more */
  #ended;

  /** @param {EngineOptions["onProgress"]} onProgress */
  constructor(onProgress) {
    this.#worker = startWorker(VITRINE_WORKER);
    this.#worker.onmessage = ({ data }) => {
      if (data.progress) onProgress?.(data.progress);
      else if (data.batch) this.runs.get(data.run)?.push(data.batch);
      else if (data.fatal) this.close(new VitrineError(data.fatal.code, data.fatal.message));
      else this.#settle(data);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.close(new VitrineError("environment", `the engine could not start: ${event.message || "its script did not load"}. Reload the page; it needs a browser with module workers and WebAssembly`));
    };
  }

  /**
   * @param {string} method
   * @param {unknown[]} args
   * @returns {Promise<any>}
   */
  call(method, args) {
    return this.start(method, args).result;
  }

  /**
   * @param {string} method
   * @param {unknown[]} args
   */
  start(method, args) {
    const id = this.#next++;
    const result = new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      this.#calls.set(id, { resolve, reject });
      try {
        this.#worker.postMessage({ id, method, args });
        if (this.inbox) Atomics.add(this.inbox, 0, 1);
      } catch {
        this.#calls.delete(id);
        reject(new VitrineError("argument", `${method}: an argument is of a kind that cannot be sent to the engine`));
      }
    });
    return { id, result };
  }

  /** @param {{ id: number, value?: unknown, code?: ErrorCode, message?: string }} outcome */
  #settle({ id, value, code, message }) {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    this.runs.delete(id);
    if (code) call?.reject(new VitrineError(code, message ?? ""));
    else call?.resolve(value);
  }

  /** @param {unknown} reason */
  close(reason) {
    if (this.#ended) return;
    this.#ended = reason;
    this.#worker.terminate();
    for (const { reject } of this.#calls.values()) reject(reason);
    this.#calls.clear();
    this.runs.clear();
  }
}

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
  }

  /**
   * @param {string | number[]} prompt
   * @param {GenerateOptions} [options]
   * @returns {Run}
   */
  generate(prompt, options = {}) {
    const { signal, stop = [], ...rest } = options;
    const settings = {
      maxTokens: 64, temperature: 1, topK: 0, topP: 1, seed: 0, banned: [], ignoreEos: false, stages: true, pace: 0,
      ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
      stop: typeof stop === "string" ? [stop] : stop,
      aborted: signal?.aborted ?? false,
    };
    const { id, result } = this.#link.start("generate", [prompt, settings]);
    const control = {
      abort: () => void this.#link.call("abort", [id]).catch(() => {}), // a closed engine has ended the run already
      setPace: (/** @type {number} */ ms) => void this.#link.call("setPace", [id, ms]).catch(() => {}),
    };
    const run = new RunView(/** @type {Promise<Result>} */ (result.then(JSON.parse)), this.#stages, control);
    this.#link.runs.set(id, run);
    signal?.addEventListener("abort", control.abort, { once: true });
    const forget = () => signal?.removeEventListener("abort", control.abort);
    result.then(forget, forget);
    return run;
  }

  /** @param {string} text */
  async tokenize(text) {
    /** @type {{ id: number, text: string, bytes: number[], special?: true }[]} */
    const pieces = JSON.parse(await this.#link.call("tokenize", [text]));
    return pieces.map(({ bytes, ...piece }) => ({ ...piece, bytes: Uint8Array.from(bytes) }));
  }

  /** @param {string | number[]} prompt */
  async logits(prompt) {
    return new Float32Array((await this.#link.call("logits", [prompt])).buffer);
  }

  close() {
    this.#link.close(new VitrineError("closed", "the engine was closed: create another one to go on"));
  }
}
