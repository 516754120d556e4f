import { VitrineError } from "./engine/error.js";
import { runMember } from "./worker/member.js";
import { Members } from "./worker/members.js";
import { Program, hasSimd } from "./worker/program.js";
import { counted, openAddress, pieces } from "./worker/source.js";
import { TeamImports, shareMemory } from "./worker/team.js";

/**
 * The worker: loads the engine and the model, then passes calls on. It leads the team where there is one; a member
 * of a team is this same script, told so by its first message.
 * Page to worker: { id, method, args }. Worker to page: { id, value } or { id, code, message } for each call,
 * { progress } while loading, { run, batch } while generating, { fatal } when the engine has ended.
 *
 * @import {Progress} from "./vitrine.d.ts"
 * @import {ModelSource} from "./worker/source.js"
 */

const MOST_THREADS = 8;
/** A smaller model is faster alone: its products take less time than the members take to meet. */
const TEAM_MODEL_BYTES = 32e6;

const program = new Program();
const team = new TeamImports();
/** @type {Promise<WebAssembly.Module>} the engine's code, once it has started */
let engine;

self.onmessage = async ({ data: { id, method, args, member } }) => {
  if (member) return void runMember(member);
  try {
    const value = await (method === "start" ? (engine = start(args[0])).then(() => {}) : method === "open" ? open(args[0]) : call(method, args, id));
    self.postMessage({ id, value }, value instanceof Uint8Array ? [value.buffer] : []);
  } catch (error) {
    const { code = "internal", message } = /** @type {VitrineError} */ (error);
    self.postMessage({ id, code, message });
  }
};

/** @param {boolean} simd */
async function start(simd) {
  const module = await compile(simd && hasSimd());
  await program.start(module, team, (fatal) => self.postMessage({ fatal }));
  return module;
}

/**
 * @param {ModelSource & { threads: number | "auto" }} source
 * @returns {Promise<object>} EngineInfo and the names of the stages
 */
async function open({ url, data, bytes, sha256, name, threads }) {
  const model = data ? { stream: stream(data), size: bytes, total: bytes } : await openAddress(url);
  const size = bytes >= 0 ? bytes : model.size;
  const total = bytes >= 0 ? bytes : model.total;
  const parts = teamSize(threads, size);
  const module = await engine;
  const members = parts > 1 ? new Members(parts, module, size) : undefined;
  const next = pieces(model.stream);
  let loaded = 0;
  const pull = async () => {
    const piece = await next();
    loaded += piece?.byteLength ?? 0;
    progress({ phase: "model", loaded, total });
    await members?.feed(piece);
    return piece;
  };
  const loading = program.call("load", [pull, size, sha256, 0, parts]);
  const { exchange, ...info } = JSON.parse(await loading.catch((error) => Promise.reject(members?.failed ?? error)));
  if (members) {
    const shared = shareMemory(exchange, parts - 1);
    team.join(shared);
    await members.join(shared);
  }
  return { ...info, name: name || info.name, url, bytes: loaded, threads: parts };
}

/**
 * How many workers compute: shared memory needs a page that is isolated from other origins.
 *
 * @param {number | "auto"} wanted
 * @param {number} bytes of the model, -1 while unknown
 */
function teamSize(wanted, bytes) {
  if (!self.crossOriginIsolated) return 1;
  if (wanted !== "auto") return Math.min(wanted, MOST_THREADS);
  if (bytes >= 0 && bytes < TEAM_MODEL_BYTES) return 1;
  // One core is left to the page: it draws while the engine computes, and a member that waits for its core holds up all.
  return Math.max(1, Math.min(navigator.hardwareConcurrency - 1, MOST_THREADS));
}

/** @param {Blob | ArrayBuffer} data */
function stream(data) {
  return /** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ ((data instanceof Blob ? data : new Blob([data])).stream());
}

let reported = 0;
/** @param {Progress} value reported at most once an animation frame, and at the end */
function progress(value) {
  const now = performance.now();
  if (now - reported < 16 && value.loaded !== value.total) return;
  reported = now;
  self.postMessage({ progress: value });
}

/** @param {boolean} simd */
async function compile(simd) {
  const address = new URL(simd ? VITRINE_WASM_SIMD : VITRINE_WASM_PORTABLE, import.meta.url).href;
  const { stream } = await openAddress(address);
  const total = simd ? VITRINE_WASM_SIMD_BYTES : VITRINE_WASM_PORTABLE_BYTES; // servers state it compressed
  const bytes = counted(stream, (loaded) => progress({ phase: "engine", loaded, total }));
  // The type lets the browser compile while it loads, whatever type the server gave.
  return WebAssembly.compileStreaming(new Response(bytes, { headers: { "Content-Type": "application/wasm" } }));
}

/**
 * @param {string} method
 * @param {unknown[]} args
 * @param {number} id the call's number, which is also the run's
 */
function call(method, args, id) {
  if (method !== "generate") return program.call(method, args);
  /** @param {Uint8Array<ArrayBuffer>} batch */
  const emit = (batch) => self.postMessage({ run: id, batch }, [batch.buffer]);
  return program.call(method, [id, ...args, emit]);
}
