import "../build/wasm_exec.js";
import { VitrineError } from "./engine/error.js";
import { counted, openAddress } from "./engine/source.js";

/**
 * The worker: loads the engine and the model, then passes calls on.
 * Page to worker: { id, method, args }. Worker to page: { id, value } or { id, code, message } for each call,
 * { progress } while loading, { run, batch } while generating, { fatal } when the engine has ended.
 *
 * @import {Progress} from "./vitrine.d.ts"
 * @import {ModelSource} from "./engine/source.js"
 * @typedef {{ value?: any, code?: import("./vitrine.d.ts").ErrorCode, message?: string }} Outcome
 * @typedef {Record<string, (...args: any[]) => string | undefined>} Api see wasm/main.go
 */

/** A function that returns a vector: a browser without SIMD refuses it. Source: GoogleChromeLabs/wasm-feature-detect. */
const SIMD_PROBE = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
);

/** @type {Api} */
let api;
/** The last lines that the Go runtime printed: they say why it ended. */
let lastWords = "";

self.onmessage = async ({ data: { id, method, args } }) => {
  try {
    const value = method === "open" ? await open(args[0]) : await call(method, args, id);
    self.postMessage({ id, value }, value instanceof Uint8Array ? [value.buffer] : []);
  } catch (error) {
    const { code = "internal", message } = /** @type {VitrineError} */ (error);
    self.postMessage({ id, code, message });
  }
};

/**
 * @param {ModelSource & { simd: boolean }} source
 * @returns {Promise<object>} EngineInfo and the names of the stages
 */
async function open({ url, data, bytes, sha256, name, simd }) {
  const model = data
    ? { stream: counted(stream(data), "model", bytes, progress), size: bytes }
    : await openAddress(url, "model", progress);
  api = await startEngine(simd && WebAssembly.validate(SIMD_PROBE));
  const reader = model.stream.getReader();
  let read = 0;
  const pull = async () => {
    const { value } = await reader.read();
    read += value?.byteLength ?? 0;
    return value ?? null;
  };
  const info = JSON.parse(await invoke("load", [pull, bytes >= 0 ? bytes : model.size, sha256]));
  return { ...info, name: name || info.name, url, bytes: read };
}

/** @param {Blob | ArrayBuffer} data */
function stream(data) {
  return /** @type {ReadableStream<Uint8Array>} */ ((data instanceof Blob ? data : new Blob([data])).stream());
}

let reported = 0;
/** @param {Progress} value reported at most once an animation frame, and at the end */
function progress(value) {
  const now = performance.now();
  if (now - reported < 16 && value.loaded !== value.total) return;
  reported = now;
  self.postMessage({ progress: value });
}

/**
 * @param {boolean} simd
 * @returns {Promise<Api>}
 */
async function startEngine(simd) {
  const address = new URL(simd ? VITRINE_WASM_SIMD : VITRINE_WASM_PORTABLE, import.meta.url).href;
  const { stream: bytes } = await openAddress(address, "engine", progress);
  const go = new Go();
  // The type lets the browser compile while it loads, whatever type the server gave.
  const typed = new Response(bytes, { headers: { "Content-Type": "application/wasm" } });
  const { instance } = await WebAssembly.instantiateStreaming(typed, go.importObject);
  listen();
  return new Promise((resolve) => {
    self.vitrineReady = (/** @type {Api} */ ready) => resolve(ready);
    go.run(instance).then(ended, ended);
  });
}

/** Keeps what the Go runtime prints, which is why it ends. */
function listen() {
  const decoder = new TextDecoder();
  self.fs.writeSync = (/** @type {number} */ _, /** @type {Uint8Array} */ bytes) => {
    lastWords = (lastWords + decoder.decode(bytes)).slice(-4000);
    return bytes.length;
  };
}

function ended() {
  const memory = /out of memory|cannot allocate/.test(lastWords);
  const fatal = memory
    ? { code: "memory", message: "there is not enough memory for this model: close other tabs or choose a smaller model" }
    : { code: "internal", message: `the engine ended unexpectedly: ${lastWords.split("\n")[0] || "no reason given"}. Reload the page` };
  self.postMessage({ fatal });
}

/**
 * @param {string} method
 * @param {unknown[]} args
 * @param {number} id the call's number, which is also the run's
 */
function call(method, args, id) {
  if (method !== "generate") return invoke(method, args);
  /** @param {Uint8Array<ArrayBuffer>} batch */
  const emit = (batch) => self.postMessage({ run: id, batch }, [batch.buffer]);
  return invoke(method, [id, ...args, emit]);
}

/**
 * @param {string} method
 * @param {unknown[]} args
 * @returns {Promise<any>}
 */
function invoke(method, args) {
  return new Promise((resolve, reject) => {
    const settle = (/** @type {Outcome} */ { value, code, message }) =>
      code ? reject(new VitrineError(code, message ?? "")) : resolve(value);
    const misuse = api[method](...args, settle);
    if (misuse) reject(new VitrineError("internal", misuse));
  });
}
