import { VitrineError } from "../client/error.js";
import { startWorker } from "../client/start-worker.js";
import { openModel } from "./source.js";

/**
 * A worker that reads a model file ahead, so that the engine's own worker does nothing but take it in.
 * To it: { read: the source }, then { spare } for each piece that has been used, { sound } when the engine has judged the
 * model. From it: { opened }, { piece } (null at the end of each file), { kept }, { code, message }.
 *
 * @typedef {Awaited<ReturnType<typeof openModel>>} Opened
 */

/** Pieces of 1 MiB that may be on their way. */
const MOST_AHEAD = 32;

/**
 * openModel in a worker of its own, to be closed when the model is there.
 *
 * @param {string} script the worker's address
 * @param {Parameters<typeof openModel>[0]} source
 * @returns {Promise<Opened & { close(): void }>}
 */
export async function openElsewhere(script, source) {
  const worker = startWorker(script);
  /** @type {(Uint8Array<ArrayBuffer> | null | VitrineError)[]} */
  const arrived = [];
  let onArrival = () => {};
  const take = async () => {
    while (arrived.length === 0) await new Promise((resolve) => (onArrival = () => resolve(undefined)));
    const piece = /** @type {Uint8Array<ArrayBuffer> | null | VitrineError} */ (arrived.shift());
    if (piece instanceof VitrineError) throw piece;
    return piece;
  };
  /** @type {Uint8Array<ArrayBuffer> | null} */
  let used = null;
  const next = async () => {
    if (used) worker.postMessage({ spare: used.buffer }, [used.buffer]);
    used = null;
    return (used = await take());
  };
  /** @type {(end: "kept" | "full" | "refused" | "") => void} */
  let onKept = () => {};
  const settle = (/** @type {boolean} */ sound) => new Promise((/** @type {typeof onKept} */ resolve) => {
    onKept = resolve;
    worker.postMessage({ sound });
  });
  const { size, total, stored } = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data: { opened, piece, kept, code, message } }) => {
      if (opened) return resolve(opened);
      if (kept !== undefined) return onKept(kept);
      const failure = code && new VitrineError(code, message);
      if (failure) reject(failure);
      arrived.push(failure ?? piece);
      onArrival();
    };
    worker.onerror = ({ message }) => {
      const failure = new VitrineError("engine.error", `the worker that reads the model could not go on: ${message || "no reason given"}. Load the model again`);
      reject(failure);
      arrived.push(failure);
      onArrival();
      onKept("refused");
    };
    worker.postMessage({ read: source });
  });
  return { size, total, stored, next, settle, close: () => worker.terminate() };
}

/**
 * What that worker does.
 *
 * @param {Parameters<typeof openModel>[0]} source
 */
export async function readAhead(source) {
  /** @type {ArrayBuffer[]} */
  const spare = [];
  let ahead = 0;
  let onSpare = () => {};
  /** @type {Opened["settle"]} */
  let settle;
  self.onmessage = async ({ data }) => {
    if ("sound" in data) return self.postMessage({ kept: (await settle?.(data.sound)) ?? "" });
    if (spare.length < MOST_AHEAD) spare.push(data.spare); // a browser that fills no buffers of ours would leave them all here
    ahead--;
    onSpare();
  };
  try {
    const opened = await openModel(source, spare);
    const { size, total, stored, next } = opened;
    settle = opened.settle;
    self.postMessage({ opened: { size, total, stored } });
    for (let ended = false; ; ) {
      while (ahead >= MOST_AHEAD) await new Promise((resolve) => (onSpare = () => resolve(undefined)));
      const piece = await next();
      self.postMessage({ piece }, piece ? [piece.buffer] : []);
      if (piece) ahead++;
      else if (ended) return; // a second null in a row is the end of all files
      ended = !piece;
    }
  } catch (error) {
    const { code = "internal", message } = /** @type {VitrineError} */ (error);
    self.postMessage({ code, message });
  }
}
