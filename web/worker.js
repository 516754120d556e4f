import { checkRoom } from "./client/memory.js";
import { MOST_THREADS } from "./client/threads.js";
import { compile } from "./worker/compile.js";
import { catchAll, failureOf, isTrap } from "./worker/failure.js";
import { readHead } from "./worker/head.js";
import { Inbox } from "./worker/inbox.js";
import { runMember } from "./worker/member.js";
import { startMembers } from "./worker/members.js";
import { newMemory } from "./worker/memory.js";
import { Program, hasSimd } from "./worker/program.js";
import { progress } from "./worker/progress.js";
import { openElsewhere, readAhead } from "./worker/reader.js";
import { openModel } from "./worker/source.js";
import { Team, newControl } from "./worker/team.js";

/**
 * The worker: loads the engine and the model, then passes calls on. It leads the team where there is one. A member of
 * a team, and the reader of a large model, are this same script, told so by their first message.
 * Page to worker: { id, method, args }, and { ask } for a sign of life; `counted`: see inbox.js. Worker to page: { id, value }
 * or { id, code, message } for each call, { alive } for each question, { progress } while loading, { run, batch } while
 * generating, { fatal } when the engine has ended.
 *
 * @import {ModelSource} from "./worker/source.js"
 */

/** A smaller model is faster alone: its products take less time than the members take to meet. */
const TEAM_MODEL_BYTES = 32e6;
/** A smaller model is there before a worker that reads it has started. */
const READER_MODEL_BYTES = 16e6;

/** Not self.location: where the page is of another origin that is a Blob, which is gone after a while. */
const script = import.meta.url;

const program = new Program();
const inbox = new Inbox();
/** @typedef {{ module: WebAssembly.Module, memory: WebAssembly.Memory, control: Int32Array }} Shared what a member needs */
/** @type {Promise<Shared | undefined>} settles when the engine has started; undefined where it works alone */
let engine;

self.onmessage = async ({ data: { id, method, args, ask, counted, member, read } }) => {
  if (member) return runMember(member);
  if (read) return readAhead(read);
  if (counted) inbox.take();
  if (ask) return self.postMessage({ alive: true });
  try {
    const value = await (method === "start" ? (engine = start(args[0])).then(() => {}) : method === "open" ? open(args[0]) : method === "vocabulary" ? openHead(args[0]) : call(method, args, id));
    self.postMessage({ id, value }, value instanceof Uint8Array ? [value.buffer] : []);
  } catch (error) {
    const failure = failureOf(error);
    self.postMessage(isTrap(error) ? { fatal: failure } : { id, ...failure });
  }
};

/** @param {boolean} simd */
async function start(simd) {
  const onEnd = (/** @type {object} */ fatal) => self.postMessage({ fatal });
  catchAll(onEnd);
  const fast = simd && hasSimd();
  const sharing = fast && self.crossOriginIsolated; // only then may workers share memory
  const module = await compile(...BUILDS[sharing ? "shared" : fast ? "simd" : "portable"]);
  const waiting = () => inbox.waiting();
  if (!sharing) return void (await program.start(module, undefined, onEnd, waiting));
  const shared = { module, memory: newMemory(module), control: newControl() };
  await program.start(module, { team: new Team(shared.control), memory: shared.memory }, onEnd, waiting);
  return shared;
}

/**
 * @param {ModelSource & { threads: number | "auto" }} source
 * @returns {Promise<object>} EngineInfo, the names of the stages, and where the page counts its messages
 */
async function open({ threads, url, ...source }) {
  const { sha256, name, parts } = source;
  const small = source.bytes >= 0 && source.bytes < READER_MODEL_BYTES;
  const { size, total, next, stored = false, settle, close } = await (small ? { ...(await openModel(source)), close() {} } : openElsewhere(script, source));
  const shared = await engine; // where it did not start, that says nothing of the model
  let loaded = 0;
  const pull = async () => {
    const piece = await next();
    loaded += piece?.byteLength ?? 0;
    progress({ phase: "model", loaded, total });
    return piece;
  };
  const fits = async (/** @type {number} */ weights) => checkRoom(total, weights);
  try {
    checkRoom(total);
    const workers = shared ? teamSize(threads, total || -1) : 1;
    const members = shared && workers > 1
      ? startMembers(script, workers - 1, shared, ({ code, message }) => self.postMessage({ fatal: { code, message } }))
      : undefined;
    const [json] = await Promise.all([program.call("load", [pull, size, sha256, workers, fits]), members]);
    const info = JSON.parse(json);
    const kept = (await settle?.(true)) ?? "";
    return { inbox: inbox.open(), ...info, name: name || info.name, url, bytes: loaded, threads: workers, kept, from: stored ? "stored" : typeof parts[0] === "string" ? "network" : "file" };
  } catch (error) {
    await settle?.(false);
    throw error;
  } finally {
    close();
  }
}

/**
 * Loads the tokenizer alone, from the head of the model file.
 *
 * @param {string} address
 */
async function openHead(address) {
  await engine;
  const { next, close } = readHead(address);
  await program.call("vocabulary", [next, -1]).finally(close);
}

/**
 * How many workers compute.
 *
 * @param {number | "auto"} wanted
 * @param {number} bytes of the model, -1 while unknown
 */
function teamSize(wanted, bytes) {
  if (wanted !== "auto") return Math.min(wanted, MOST_THREADS);
  if (bytes >= 0 && bytes < TEAM_MODEL_BYTES) return 1;
  return Math.min(navigator.hardwareConcurrency, MOST_THREADS);
}

/** @type {Record<"shared" | "simd" | "portable", [name: string, bytes: number]>} the builds of the engine; servers state the bytes compressed */
const BUILDS = {
  shared: [VITRINE_WASM_SHARED, VITRINE_WASM_SHARED_BYTES],
  simd: [VITRINE_WASM_SIMD, VITRINE_WASM_SIMD_BYTES],
  portable: [VITRINE_WASM_PORTABLE, VITRINE_WASM_PORTABLE_BYTES],
};

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
