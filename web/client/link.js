import { VitrineError } from "./error.js";
import { RunView } from "./run.js";
import { startWorker, whyNotStarted } from "./start-worker.js";

/**
 * @import {EngineInfo, EngineOptions, ErrorCode, Run, StageName} from "../vitrine.d.ts"
 */

/**
 * How often the worker is asked for a sign of life. An engine at work answers between two steps of a pass: the longest
 * take some tenths of a second. So many questions in a row without any message from it mean that it has ended or hangs:
 * questions, not seconds, since a page in the background, or a computer that slept, asks late too.
 */
const ASK_MS = 1500;
const PATIENCE = 5;
/** The same until its script has come from the server and answers for the first time. */
const START_PATIENCE = 20;

/** The engine's worker, as calls that return promises. */
export class WorkerLink {
  /** @type {Map<number, { resolve: (value: any) => void, reject: (reason: unknown) => void }>} */
  #calls = new Map();
  /** Runs that are not closed. One that stands or has ended is held by who uses it alone. @type {Map<number, { deref(): RunView | undefined }>} */
  #runs = new Map();
  /** @type {FinalizationRegistry<number>} */
  #collected = new FinalizationRegistry((id) => {
    this.#forget(id);
    this.call("close", [id]).catch(() => {});
  });
  /** @type {Int32Array | undefined} see worker/inbox.js */
  inbox;
  #next = 0;
  #worker;
  /** @type {unknown} why no call can succeed any more */
  #ended;
  #tellEnd = (/** @type {unknown} */ _) => {};
  /** Resolves with that reason, once there is one. @type {Promise<unknown>} */
  ended = new Promise((resolve) => (this.#tellEnd = resolve));
  #heard = false; // whether the worker has ever said anything
  #asked = 0; // how often since it last did
  #timer;
  /** @type {Map<number, number>} how often it was asked since a run was aborted that has not ended, by run */
  #aborted = new Map();
  /** @type {Map<number, () => void>} what ends the listening to a signal, by run */
  #listening = new Map();

  /** @param {EngineOptions["onProgress"]} [onProgress] */
  constructor(onProgress) {
    this.#worker = startWorker(VITRINE_WORKER);
    this.#worker.onmessage = ({ data }) => {
      this.#heard = true;
      this.#asked = 0;
      if (data.alive) return;
      if (data.progress) onProgress?.(data.progress);
      else if (data.batch) this.#runs.get(data.run)?.deref()?.push(data.batch);
      else if (data.fatal) this.close(new VitrineError(data.fatal.code, data.fatal.message));
      else this.#settle(data);
    };
    this.#worker.onerror = async (event) => {
      event.preventDefault();
      if (!this.#heard) return this.close(await whyNotStarted(VITRINE_WORKER, event.message));
      this.close(new VitrineError("engine.error", `the engine's worker had an error that nothing caught: ${event.message}. Load the model again`));
    };
    this.#timer = setInterval(() => this.#ask(), ASK_MS);
    this.#ask();
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
        this.#post({ id, method, args });
      } catch {
        this.#calls.delete(id);
        reject(new VitrineError("argument", `${method}: an argument is of a kind that cannot be sent to the engine`));
      }
    });
    return { id, result };
  }

  /**
   * Begins a run.
   *
   * @param {string | number[]} prompt
   * @param {ReturnType<typeof import("./options.js").settingsOf>} settings
   * @param {{ info: EngineInfo, stages: StageName[] }} of
   * @param {AbortSignal} [signal] aborts it, until it is closed
   */
  generate(prompt, settings, of, signal) {
    const { id, result } = this.start("generate", [prompt, settings]);
    const { breakpoints, switches } = settings;
    const call = (/** @type {string} */ method, /** @type {unknown[]} */ ...args) => this.call(method, [id, ...args]);
    const onState = (/** @type {Run["state"]} */ state) => this.#keep(id, run, state);
    const run = new RunView({ ...of, call, abort: () => this.abort(id), breakpoints, switches }, onState);
    this.#keep(id, run, "running");
    this.#collected.register(run, id);
    result.catch((error) => run.fail(error));
    if (signal) this.#listen(id, signal);
    return run;
  }

  /**
   * A run that never begins, and answers whatever it is asked with the reason.
   *
   * @param {unknown} reason
   * @param {{ info: EngineInfo, stages: StageName[] }} of
   */
  refuse(reason, of) {
    const call = () => Promise.reject(reason);
    const run = new RunView({ ...of, call, abort() {}, breakpoints: [], switches: [] }, () => {});
    run.fail(reason);
    return run;
  }

  /** @param {number} id @param {RunView} run @param {Run["state"]} state */
  #keep(id, run, state) {
    if (state !== "running") this.#aborted.delete(id); // one that stands after it was aborted was led elsewhere
    if (state === "closed") this.#forget(id);
    else this.#runs.set(id, state === "running" ? { deref: () => run } : new WeakRef(run));
  }

  /** Apart from where a run is at hand, which the signal would hold with it. @param {number} id @param {AbortSignal} signal */
  #listen(id, signal) {
    const abort = () => this.abort(id);
    signal.addEventListener("abort", abort);
    this.#listening.set(id, () => signal.removeEventListener("abort", abort));
  }

  /** @param {number} id */
  #forget(id) {
    this.#runs.delete(id);
    this.#aborted.delete(id);
    this.#listening.get(id)?.();
    this.#listening.delete(id);
  }

  /** Ends a run, if need be with the worker. @param {number} run */
  abort(run) {
    const { state } = this.#runs.get(run)?.deref() ?? { state: "closed" };
    if (state === "ended" || state === "closed") return;
    if (!this.#aborted.has(run)) this.#aborted.set(run, 0);
    this.call("abort", [run]).catch(() => {}); // a closed engine has ended the run already
  }

  /** @param {object} message */
  #post(message) {
    this.#worker.postMessage({ ...message, counted: this.inbox !== undefined });
    if (this.inbox) Atomics.add(this.inbox, 0, 1);
  }

  /** Asks for a sign of life, unless there has been none for too long. */
  #ask() {
    if (this.#asked >= (this.#heard ? PATIENCE : START_PATIENCE)) {
      const since = `${(this.#asked * ASK_MS) / 1000} seconds`;
      return this.close(
        this.#heard
          ? new VitrineError("engine.silent", `the engine's worker has given no sign of life for ${since}: it has ended, or hangs. Load the model again`)
          : new VitrineError("engine.load", `the engine's script has not come in ${since}: check the connection and reload the page`),
      );
    }
    for (const [run, asked] of this.#aborted) {
      if (asked >= PATIENCE) {
        return this.close(new VitrineError("engine.silent", `the engine did not stop within ${(asked * ASK_MS) / 1000} seconds and was closed: load the model again`));
      }
      this.#aborted.set(run, asked + 1);
    }
    this.#asked++;
    this.#post({ ask: true });
  }

  /** @param {{ id: number, value?: unknown, code?: ErrorCode, message?: string }} outcome */
  #settle({ id, value, code, message }) {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (code) call?.reject(new VitrineError(code, message ?? ""));
    else call?.resolve(value);
  }

  /** @param {unknown} reason */
  close(reason) {
    if (this.#ended) return;
    this.#ended = reason;
    clearInterval(this.#timer);
    this.#worker.terminate();
    for (const { reject } of this.#calls.values()) reject(reason);
    this.#calls.clear();
    for (const run of this.#runs.values()) run.deref()?.fail(reason);
    for (const id of this.#listening.keys()) this.#forget(id);
    this.#runs.clear();
    this.#aborted.clear();
    this.#tellEnd(reason);
  }
}
