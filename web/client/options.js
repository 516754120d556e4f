import { VitrineError } from "./error.js";

/** @import {Breakpoint, Run, Switch} from "../vitrine.d.ts" */

/** The options of the API: their names, and what the page's side can tell of their values. The engine checks the rest. */

/** By name: what it is, for messages. @type {Record<string, string>} */
const ENGINE = {
  model: "an address, a File, a list of Files or an ArrayBuffer",
  folder: "a text",
  threads: '"auto" or a whole number of at least 1',
  simd: "true or false",
  store: "true or false",
  onProgress: "a function",
  signal: "an AbortSignal",
};

/** @type {Record<string, string>} */
const TOKENIZER = { model: "the address of a GGUF file", simd: "true or false", signal: "an AbortSignal" };

/** @type {Record<string, string>} */
const RUN = {
  maxTokens: "a whole number of at least 1",
  temperature: "a number of at least 0",
  topK: "a whole number of at least 0",
  topP: "a number above 0, at most 1",
  seed: "a whole number of at least 0",
  stop: "a text or an array of texts",
  banned: "an array of token ids",
  ignoreEos: "true or false",
  stages: 'true, false or "live"',
  pace: "a number of milliseconds from 0 to 60000",
  head: "a whole number of at least 0, less than the heads of the model",
  breakpoints: "an array of breakpoints",
  paused: "true or false",
  choices: "an array of { position, id }",
  switches: "an array of switches",
  cache: "true or false",
  signal: "an AbortSignal",
};

/** @type {Record<string, string>} */
const BREAKPOINT = {
  stage: "the name of a stage", layer: "a whole number of at least 0", position: "a whole number of at least 0",
  condition: "a text", hitCondition: "a text", logMessage: "a text",
};

/** @type {Record<string, string>} */
const SWITCH = {
  off: '"head", "attention", "mlp", "mask" or "position"', layer: "a whole number of at least 0", head: "a whole number of at least 0",
  scale: "a number", activation: '"gelu_new", "gelu" or "relu"',
};

/** @type {Record<string, string>} */
const SWEEP = { what: '"head", "attention" or "mlp"', position: "a whole number of at least 0", signal: "an AbortSignal", onProgress: "a function" };

/** @type {Record<string, string>} */
const PART = { bound: "a number of at least 0", by: '"relative", "max" or "kl"', signal: "an AbortSignal", onProgress: "a function" };

/** @type {Record<string, string>} */
const AGREE = { signal: "an AbortSignal", onProgress: "a function" };

/** @type {Record<string, string>} */
const STEP = { granularity: '"stage", "layer" or "token"', direction: '"over", "into" or "out"' };

/** What other libraries call an option, without case and signs. @type {Record<string, string>} */
const ELSEWHERE = {
  url: "model", src: "model", source: "model", path: "model", file: "model", files: "model", modelurl: "model", modelpath: "model",
  nthreads: "threads", numthreads: "threads", workers: "threads", progress: "onProgress", progresscallback: "onProgress", abortsignal: "signal",
  maxnewtokens: "maxTokens", maxlength: "maxTokens", npredict: "maxTokens", temp: "temperature", stopsequences: "stop", stopstrings: "stop",
  stoptokens: "stop", badwords: "banned", badwordsids: "banned", ignoreeostoken: "ignoreEos", randomseed: "seed", delay: "pace",
};

/** @param {any} options of createEngine */
export function checkEngineOptions(options) {
  checkNames(options, ENGINE);
  const { folder, threads = "auto", simd, store, onProgress, signal } = options;
  if (threads !== "auto" && !(Number.isInteger(threads) && threads >= 1)) throw wrong("threads", threads, ENGINE);
  if (folder !== undefined && typeof folder !== "string") throw wrong("folder", folder, ENGINE);
  if (simd !== undefined && typeof simd !== "boolean") throw wrong("simd", simd, ENGINE);
  if (store !== undefined && typeof store !== "boolean") throw wrong("store", store, ENGINE);
  checkWatched({ signal, onProgress }, ENGINE);
}

/** @param {any} options of createTokenizer */
export function checkTokenizerOptions(options) {
  checkNames(options, TOKENIZER);
  const { model, simd, signal } = options;
  if (model !== undefined && typeof model !== "string" && !(model instanceof URL)) throw wrong("model", model, TOKENIZER);
  if (simd !== undefined && typeof simd !== "boolean") throw wrong("simd", simd, TOKENIZER);
  checkSignal(signal, TOKENIZER);
}

/**
 * What the engine wants of a run, with what is left out.
 *
 * @param {any} options of generate
 */
export function settingsOf(options) {
  checkNames(options, RUN);
  checkSignal(options.signal, RUN);
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === "function" || typeof value === "symbol") throw wrong(name, value, RUN); // which no worker can be sent
  }
  const { signal, stop = [], breakpoints = [], switches = [], ...rest } = options;
  return {
    maxTokens: 64, temperature: 1, topK: 0, topP: 1, seed: 0, banned: [], ignoreEos: false, stages: true, pace: 0, head: 0,
    paused: false, choices: [], cache: true,
    ...given(rest),
    stop: typeof stop === "string" ? [stop] : stop,
    aborted: signal?.aborted ?? false,
    breakpoints: withEveryField(breakpoints),
    switches: checkSwitches(switches),
  };
}

/**
 * The fields that are not undefined.
 *
 * @template {object} T
 * @param {T} fields
 * @returns {T}
 */
export const given = (fields) => /** @type {any} */ (Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)));

/**
 * @param {{ granularity?: "stage" | "layer" | "token", direction?: "over" | "into" | "out" }} options
 * @returns {{ granularity: string, direction: string }} with what is left out
 */
export function checkStep(options) {
  checkNames(options, STEP);
  return { granularity: options.granularity ?? "stage", direction: options.direction ?? "over" };
}

/**
 * Breakpoints with what is left out, as the engine wants them.
 *
 * @param {Breakpoint[]} list
 */
export function withEveryField(list) {
  if (!Array.isArray(list)) throw wrong("breakpoints", list, RUN);
  return list.map((one) => {
    checkNames(one, BREAKPOINT);
    return { layer: -1, position: -1, condition: "", hitCondition: "", logMessage: "", ...given(one) };
  });
}

/**
 * Switches as the engine wants them: it checks their values.
 *
 * @param {Switch[]} list
 * @returns {Switch[]}
 */
export function checkSwitches(list) {
  if (!Array.isArray(list)) throw wrong("switches", list, RUN);
  return list.map((one) => {
    checkNames(one, SWITCH);
    return given(one);
  });
}

/**
 * @param {NonNullable<Parameters<Run["sweep"]>[0]>} options
 * @returns {"head" | "attention" | "mlp"} what is swept
 */
export function checkSweep(options) {
  checkNames(options, SWEEP);
  const { what = "head", signal, onProgress } = options;
  if (!["head", "attention", "mlp"].includes(what)) throw wrong("what", what, SWEEP);
  checkWatched({ signal, onProgress }, SWEEP);
  return what;
}

/**
 * @param {NonNullable<Parameters<import("../vitrine.d.ts").Pair["part"]>[0]>} options
 * @returns {{ bound: number, by: "relative" | "max" | "kl" }} with what is left out
 */
export function checkPart(options) {
  checkNames(options, PART);
  const { bound = 0.01, by = "relative", signal, onProgress } = options;
  if (!(typeof bound === "number" && bound >= 0)) throw wrong("bound", bound, PART);
  if (!["relative", "max", "kl"].includes(by)) throw wrong("by", by, PART);
  checkWatched({ signal, onProgress }, PART);
  return { bound, by };
}

/** @param {NonNullable<Parameters<import("../vitrine.d.ts").Pair["agreement"]>[0]>} options */
export function checkAgreement(options) {
  checkNames(options, AGREE);
  checkWatched(options, AGREE);
}

/** @param {{ signal?: unknown, onProgress?: unknown }} options @param {Record<string, string>} known */
function checkWatched({ signal, onProgress }, known) {
  if (onProgress !== undefined && typeof onProgress !== "function") throw wrong("onProgress", onProgress, known);
  checkSignal(signal, known);
}

/** @param {unknown} ms */
export function checkPace(ms) {
  if (!(typeof ms === "number" && ms >= 0 && ms <= 60_000)) throw wrong("pace", ms, RUN);
}

/** @param {unknown} head @param {number} heads */
export function checkHead(head, heads) {
  if (!(Number.isInteger(head) && Number(head) >= 0 && Number(head) < heads)) throw wrong("head", head, RUN);
}

/** @param {any} signal @param {Record<string, string>} known */
function checkSignal(signal, known) {
  if (signal !== undefined && !(Object(signal) === signal && "aborted" in signal && "addEventListener" in signal)) throw wrong("signal", signal, known);
}

/** @param {unknown} options @param {Record<string, string>} known */
function checkNames(options, known) {
  if (Object(options) !== options || typeof options === "function" || Array.isArray(options)) {
    throw new VitrineError("argument", `options is ${shown(options)}, want an object like { ${Object.keys(known)[0]}: ... }, or nothing`);
  }
  const other = Object.keys(/** @type {object} */ (options)).find((name) => !Object.hasOwn(known, name));
  if (other === undefined) return;
  const meant = nearest(other, Object.keys(known));
  const advice = meant ? `do you mean ${meant}?` : `there are ${Object.keys(known).join(", ")}`;
  throw new VitrineError("argument", `there is no option ${JSON.stringify(other.slice(0, 60))}: ${advice}`);
}

/** @param {string} name @param {unknown} value @param {Record<string, string>} known */
function wrong(name, value, known) {
  return new VitrineError("argument", `${name} is ${shown(value)}, want ${known[name]}`);
}

/** @param {unknown} value */
function shown(value) {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 60));
  if (typeof value === "bigint") return `the BigInt ${value}n`;
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  if (Object(value) !== value) return String(value);
  return Array.isArray(value) ? "an array" : "an object";
}

/**
 * The known name that is meant, or undefined.
 *
 * @param {string} name
 * @param {string[]} known
 */
function nearest(name, known) {
  const plain = (/** @type {string} */ text) => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  const wanted = plain(name);
  const same = known.find((one) => plain(one) === wanted);
  if (same) return same;
  const elsewhere = Object.hasOwn(ELSEWHERE, wanted) ? ELSEWHERE[wanted] : "";
  if (known.includes(elsewhere)) return elsewhere;
  return known.find((one) => wanted.length < 30 && edits(wanted, plain(one)) <= 2);
}

/** How many letters two words differ by. @param {string} a @param {string} b */
function edits(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) next.push(Math.min(next[j] + 1, row[j + 1] + 1, row[j] + Number(a[i] !== b[j])));
    row = next;
  }
  return row[b.length];
}
