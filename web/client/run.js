import { VitrineError } from "./error.js";
import { decodeEvents, decodeTensors, hasControl } from "./events.js";
import { checkHead, checkPace, checkStep, checkSwitches, withEveryField } from "./options.js";
import { sweep } from "./sweep.js";

/**
 * @import {Breakpoint, EngineInfo, PausedEvent, Result, Run, RunEvent, StageName, Switch, Where} from "../vitrine.d.ts"
 * @typedef {(method: string, ...args: unknown[]) => Promise<any>} Call a command of this run to the engine
 * @typedef {{ bytes: Uint8Array, events?: RunEvent[] }} Batch decoded when somebody reads it
 * @typedef {{ queue: Batch[], wake: () => void }} Reader
 */

/**
 * @template T
 * @typedef {{ promise: Promise<T>, resolve: (value: T) => void, reject: (reason: unknown) => void }} Deferred
 */

/**
 * One generation as the page sees it. Batches of events wait undecoded until somebody reads, so a run that is not read
 * costs some bytes a token.
 *
 * @implements {Run}
 */
export class RunView {
  /** @type {Run["state"]} */
  state = "running";
  /** @type {PausedEvent | null} */
  at = null;
  /** @type {Promise<Result>} */
  result;
  #settle = /** @type {Deferred<Result>} */ (deferred());
  /** @type {Batch[]} that nobody has read yet */
  #before = [];
  /** @type {Set<Reader>} */
  #readers = new Set();
  /** @type {Deferred<PausedEvent | null>[]} who waits until the run stands or ends */
  #waiting = [];
  /** @type {Breakpoint[]} */
  #breakpoints;
  /** @type {Switch[]} */
  #switches;
  /** @type {Call} */
  #call;
  #stages;
  #abort;
  #onState;

  /**
   * @param {{ info: EngineInfo, stages: StageName[], call: Call, abort: () => void, breakpoints: Breakpoint[], switches: Switch[] }} of
   * @param {(state: Run["state"]) => void} onState told when the run goes on, stands, ends or is closed
   */
  constructor({ info, stages, call, abort, breakpoints, switches }, onState) {
    this.info = info;
    this.#stages = stages;
    this.#call = call;
    this.#abort = abort;
    this.#breakpoints = breakpoints;
    this.#switches = switches;
    this.#onState = onState;
    this.result = this.#settle.promise;
  }

  /** @param {Uint8Array} bytes */
  push(bytes) {
    /** @type {Batch} */
    const batch = { bytes };
    if (hasControl(bytes)) for (const event of this.#decode(batch)) this.#follow(event);
    if (this.#readers.size === 0) this.#before.push(batch);
    for (const reader of this.#readers) reader.queue.push(batch);
    this.#wake();
  }

  /** @param {Batch} batch */
  #decode(batch) {
    return (batch.events ??= decodeEvents(batch.bytes, this.#stages).flatMap((event) => {
      if (event.type !== "failed") return [event];
      this.fail(new VitrineError(event.code, event.message));
      return [];
    }));
  }

  /** @param {RunEvent} event */
  #follow(event) {
    if (event.type === "paused") this.#turn("paused", event);
    else if (event.type === "resumed" || (event.type === "rewound" && event.reason === "goto")) this.#turn("running", null);
    else if (event.type === "done") {
      const { type, ...result } = event;
      this.#turn("ended", null);
      this.#settle.resolve(result);
    }
  }

  /** @param {Run["state"]} state @param {PausedEvent | null} at */
  #turn(state, at) {
    if (this.state === "ended" && (state === "running" || state === "paused")) {
      this.#settle = deferred();
      this.result = this.#settle.promise;
    }
    this.state = state;
    this.at = at;
    this.#onState(state);
    if (state === "running") return;
    for (const { resolve } of this.#waiting.splice(0)) resolve(at);
  }

  /** @param {unknown} reason why the run has failed */
  fail(reason) {
    if (this.state === "closed") return;
    const waiting = this.#waiting.splice(0);
    this.#turn("ended", null);
    this.#settle.reject(reason);
    for (const { reject } of waiting) reject(reason);
    this.#wake();
  }

  #wake() {
    for (const { wake } of this.#readers) wake();
  }

  /**
   * Waits until the run stands or ends where a command takes it. Until then it is held, as a run that goes is.
   *
   * @param {Promise<boolean>} goes whether it takes it anywhere
   */
  async #go(goes) {
    /** @type {Deferred<PausedEvent | null>} */
    const stop = deferred();
    this.#waiting.push(stop);
    try {
      if (!(await goes)) return this.at;
      if (this.#waiting.includes(stop)) this.#onState("running");
      return await stop.promise;
    } finally {
      this.#waiting = this.#waiting.filter((one) => one !== stop);
      this.#wake(); // a reader of a run that has ended waits for those that may send it on
    }
  }

  get breakpoints() {
    return this.#breakpoints;
  }

  set breakpoints(list) {
    this.setBreakpoints(list); // a wrong one is an unhandled rejection
  }

  /** @param {Breakpoint[]} list */
  async setBreakpoints(list) {
    await this.#call("setBreakpoints", withEveryField(list));
    this.#breakpoints = list;
  }

  get switches() {
    return this.#switches;
  }

  /** @param {Switch[]} list */
  async setSwitches(list) {
    const switches = checkSwitches(list);
    await this.#go(this.#call("setSwitches", switches).then((goes) => {
      this.#switches = switches;
      return goes;
    }));
  }

  pause() {
    return this.#go(this.#call("pause"));
  }

  resume() {
    this.#go(this.#call("resume")).catch(() => {}); // a closed engine has ended the run already
  }

  /** @param {Parameters<Run["step"]>[0]} [options] */
  async step(options = {}) {
    const { granularity, direction } = checkStep(options);
    return this.#go(this.#call("step", granularity, direction));
  }

  /** @param {Parameters<Run["stepBack"]>[0]} [options] */
  async stepBack(options = {}) {
    return this.#go(this.#call("stepBack", checkStep(options).granularity));
  }

  reverseContinue() {
    return this.#go(this.#call("reverseContinue"));
  }

  /** @param {Where} where */
  goto({ position = -1, layer = -1, stage }) {
    return this.#go(this.#call("goto", position, layer, stage ?? ""));
  }

  /** @param {number} position */
  async rewind(position) {
    await this.#go(this.#call("rewind", position).then(() => true));
  }

  /** @param {number} id */
  async choose(id) {
    await this.#go(this.#call("choose", id));
  }

  /** @param {Parameters<Run["redecode"]>[0]} options */
  async redecode({ draw = false, ...options }) {
    const answer = this.#call("redecode", options, draw).then(JSON.parse);
    if (draw) await this.#go(answer.then(({ goes }) => goes));
    const { "decode.temperature": temperature, "decode.top_k": topK, "decode.top_p": topP, "decode.sample": sample = null } = await answer;
    return { temperature, topK, topP, sample };
  }

  /** @param {StageName} stage @param {Parameters<Run["inspect"]>[1]} [options] */
  async inspect(stage, { position = -1, layer = -1, head = -1, rows } = {}) {
    const [from = -1, to = position + 1] = rows ?? [];
    return decodeTensors(await this.#call("inspect", stage, to - 1, layer, head, from));
  }

  /** @returns {ReturnType<Run["ids"]>} */
  async ids() {
    return JSON.parse(await this.#call("ids"));
  }

  /** @param {Parameters<Run["lens"]>[0]} [options] */
  async lens({ position = -1 } = {}) {
    return JSON.parse(await this.#call("lens", position));
  }

  /** @param {Parameters<Run["candidates"]>[0]} [options] */
  async candidates({ position = -1, search = "", from = 0, count = 20 } = {}) {
    return JSON.parse(await this.#call("candidates", position, search, from, count));
  }

  /** @param {Parameters<Run["answerChanged"]>[0]} [options] */
  async answerChanged({ position } = {}) {
    /** @type {import("../vitrine.d.ts").LensRow[]} */
    const rows = await this.lens({ position });
    const final = rows.at(-1)?.top[0].id;
    const last = rows.findLastIndex(({ top }) => top[0].id !== final); // the last layer that says something else
    return { position: position ?? this.at?.position, layer: rows[last + 1].layer, stage: /** @type {const} */ ("residual2") };
  }

  /** @param {Parameters<Run["compare"]>[0]} options */
  async compare({ switches, position = -1 } = /** @type {any} */ ({})) {
    return JSON.parse(await this.#call("compare", position, checkSwitches(switches)));
  }

  /** @param {Parameters<Run["sweep"]>[0]} [options] */
  sweep(options = {}) {
    return sweep(this, this.info, options);
  }

  /** @param {Parameters<Run["cost"]>[0]} [options] */
  async cost({ position = -1 } = {}) {
    return JSON.parse(await this.#call("cost", position));
  }

  /** @param {number} ms */
  setPace(ms) {
    checkPace(ms);
    this.#call("setPace", ms).catch(() => {}); // a closed engine has ended the run already
  }

  /** @param {number} head */
  setHead(head) {
    checkHead(head, this.info.heads);
    this.#call("setHead", head).catch(() => {});
  }

  close() {
    if (this.state === "closed") return;
    const over = this.state === "ended";
    this.#turn("closed", null);
    this.#call("close").catch(() => {});
    if (!over) this.#settle.reject(new VitrineError("closed", "the run was closed: start another one"));
    this.#wake();
  }

  /** @returns {AsyncGenerator<RunEvent, void, undefined>} */
  async *[Symbol.asyncIterator]() {
    for await (const events of this.batches()) yield* events;
  }

  /** @returns {AsyncGenerator<RunEvent[], void, undefined>} */
  async *batches() {
    /** @type {Reader} */
    const reader = { queue: this.#before.splice(0), wake() {} };
    this.#readers.add(reader);
    let told = false; // whether the end is the last that it was told
    try {
      for (;;) {
        const batch = reader.queue.shift();
        if (batch) {
          const events = this.#decode(batch);
          told = events.at(-1)?.type === "done";
          if (events.length > 0) yield events;
        } else if (this.state === "closed" || (this.state === "ended" && this.#waiting.length === 0)) {
          if (!told) yield [{ type: "done", ...(await this.result) }];
          return;
        } else {
          await new Promise((resolve) => {
            reader.wake = () => resolve(undefined);
          });
        }
      }
    } finally {
      this.#readers.delete(reader);
      if (this.state === "running" && this.#readers.size === 0) this.#abort();
    }
  }
}

/**
 * @template T
 * @returns {Deferred<T>}
 */
function deferred() {
  const all = /** @type {Deferred<T>} */ ({});
  all.promise = new Promise((resolve, reject) => Object.assign(all, { resolve, reject }));
  all.promise.catch(() => {}); // a failure may be seen elsewhere alone: by the events, or by the result
  return all;
}
