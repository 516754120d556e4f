/** @import { Breakpoint, Engine, EngineInfo, EngineOptions, GenerateOptions, Progress, Quantized, Run, Switch, TokenPiece } from "../vitrine.d.ts" */
/** @import {RunState} from "./state.js" */
/** @import {Settings} from "./settings.js" */
import { createPieces } from "./pieces.js";

/** @typedef {{ files: File[], folder: string, stored?: true }} Files of a model, and the name of the folder that they are from, or ""; stored: they are those that the device keeps */
/** @typedef {string | Files | undefined} Source a model's address, its files, or undefined for the default model */

/** Bytes of GPT-2's longest token: a text with more for each position of the context cannot fit it, which takes no tokenizer to say. */
const LONGEST_TOKEN_BYTES = 128;

/** @typedef {{ paused?: boolean, choices?: { position: number, id: number }[], breakpoints?: Breakpoint[], switches?: Switch[], cache?: boolean }} Further options of a run beside the settings */

/**
 * The engine that a page or an element has now, and the run under way, whose events become its state. It tells by events:
 * "loadbegin" { source }; "progress" Progress; "engine" EngineInfo; "loadfailure" { source, error }; "loadend"; "lost" { error },
 * of an engine that died while no run was under way; "events", those of the run that the state has just been told; "state"
 * whenever the state has changed; "cleared", when nothing is left of the run that was shown; "runfailure" { error };
 * "toolong" { characters }, of a prompt that no tokenizer need see; "end" of a run.
 */
export class Session extends EventTarget {
  /** @type {Engine | null} */
  #engine = null;
  /** @type {Source} */
  #source;
  /** @type {Engine | null} that has ended */
  #dead = null;
  /** @type {AbortController | null} */
  #load = null;
  /** @type {Promise<void>} settles when the newest load has ended, well or not */
  #loaded = Promise.resolve();
  /** @type {AbortController | null} */
  #run = null;
  #pieces = createPieces();
  /** What the run that is shown has read. */
  prompt = "";
  #pace = 0;
  #head = 0;
  /** @type {Run | null} the engine's side of the newest one: it answers also when it has ended */
  #running = null;
  #stop = new AbortController(); // of the newest run
  /** @type {Run | null} that was left for another one */
  #left = null;
  /** @type {Promise<void>} settles when the newest run has ended */
  #ended = Promise.resolve();

  #createEngine;

  /**
   * @param {RunState} state that the runs are told to
   * @param {(options?: EngineOptions) => Promise<Engine>} createEngine
   */
  constructor(state, createEngine) {
    super();
    this.state = state;
    this.#createEngine = createEngine;
  }

  /** @returns {EngineInfo | null} */
  get info() {
    return this.#engine?.info ?? null;
  }

  /** @returns {Quantized | null} what was made of the checkpoint that was opened */
  get quantized() {
    return this.#engine?.quantized ?? null;
  }

  /** Whether the engine of the model that is loaded still answers. */
  get alive() {
    return this.#engine !== null && this.#engine !== this.#dead;
  }

  /** Where the model is from that is loaded. @returns {Source} */
  get source() {
    return this.#source;
  }

  /** What has the model, once it is loaded. @returns {Engine | null} */
  get engine() {
    return this.#engine;
  }

  /** The newest run, once the engine has begun: also one that has ended. @returns {Run | null} */
  get run() {
    return this.#running;
  }

  /**
   * The distribution of the token after these, of which the prompt's are those of the newest run: the engine computes it.
   *
   * @param {number[]} ids
   * @param {readonly Switch[]} switches
   */
  async distribution(ids, switches) {
    if (!this.#engine) throw new Error("there is no engine");
    const prompt = this.state.pieces.map(({ id }) => id);
    for await (const event of this.#engine.generate([...prompt, ...ids], { maxTokens: 1, switches: [...switches] })) {
      if (event.type === "stage" && event.stage === "distribution") return event.detail;
    }
    throw new Error("the engine did not report a distribution");
  }

  /**
   * A run of the model that the page has, beside the newest one.
   *
   * @param {string} prompt
   * @param {GenerateOptions} options
   */
  beside(prompt, options) {
    if (!this.#engine) throw new Error("there is no engine");
    return this.#engine.generate(prompt, options);
  }

  get loading() {
    return this.#load !== null;
  }

  get running() {
    return this.#run !== null;
  }

  /**
   * Loads a model. The one before stays until the new one is ready, and also when this fails. What it has generated goes
   * with it, unless the model is the same one again.
   *
   * @param {Source} source
   */
  open(source) {
    this.#load?.abort();
    const load = new AbortController();
    this.#load = load;
    this.#send("loadbegin", { source });
    this.#loaded = this.#replace(source, load);
    return this.#loaded;
  }

  cancelLoad() {
    this.#load?.abort();
    this.#finishLoad(this.#load);
  }

  /**
   * Runs; waits for the model first where it is still loading.
   *
   * @param {string} prompt
   * @param {Settings} settings
   * @param {Further} [further]
   */
  generate(prompt, settings, further = {}) {
    if (this.#run) return;
    this.#running?.close();
    this.#running = null;
    this.#run = this.#stop = new AbortController();
    this.state.wait();
    this.#send("state");
    this.#ended = this.#drive(prompt, settings, further, this.#stop.signal);
  }

  /**
   * A run that has ended was sent back, or on: its events are followed again.
   *
   * @param {boolean} [goes] it was let go just now
   */
  follow(goes = false) {
    const run = this.#running;
    if (!run || this.#run || run.state === "closed" || (run.state === "ended" && !goes)) return;
    this.#run = this.#stop;
    this.#ended = this.#read(run);
  }

  /** What the run changes of the model is something else now. */
  switched() {
    if (!this.#running) return;
    this.state.switches = this.#running.switches;
    this.state.changed = true;
    this.#send("state");
  }

  /** Ends the run for good, so that another one can take its place. */
  async leave() {
    this.#left = this.#running;
    this.#running?.close();
    await this.#ended;
  }

  /** Ends the run, and leaves nothing of it to be shown. */
  async forget() {
    const shown = this.#run !== null || this.state.pieces.length > 0;
    if (!this.#running) this.#run?.abort(); // it waits for the model
    await this.leave();
    this.#clear();
    if (shown) this.#send("end");
  }

  /** Ends it all: the run, and what is being loaded; the engine is closed. */
  async close() {
    this.cancelLoad();
    const engine = this.#engine;
    const left = this.leave();
    this.#engine = this.#running = null; // another one may be opened from now on
    await left;
    engine?.close();
  }

  /** Ends the run, or lets one stand that was ended before. */
  stop() {
    if (this.#run && this.#stop.signal.aborted) this.#running?.pause().catch(() => {}); // a closed engine has ended the run already
    this.#run?.abort();
  }

  /** @param {number} ms for which the machine stands still after each stage; holds for the run under way, and later ones */
  setPace(ms) {
    this.#pace = ms;
    if (ms > 0 && this.#run) this.state.slowed = true;
    this.#running?.setPace(ms);
  }

  /** @param {number} head 0-based, whose numbers attention reports; holds for the run under way, and later ones of this model */
  setHead(head) {
    this.#head = head;
    this.#running?.setHead(head);
  }

  /** Whether a text is longer than any that fits the model's context. @param {string} text */
  tooLong(text) {
    return text.length > LONGEST_TOKEN_BYTES * (this.info?.context ?? Infinity);
  }

  /**
   * The pieces of a text; null where there is no engine or it is busy.
   *
   * @param {string} text
   * @returns {Promise<TokenPiece[] | null>}
   */
  async tokenize(text) {
    if (!this.#engine || (this.#run && !this.#pieces.has(this.#engine, text))) return null;
    return this.#pieces.of(this.#engine, text).catch(() => null);
  }

  /**
   * @param {Source} source
   * @param {AbortController} load
   */
  async #replace(source, load) {
    const { signal } = load;
    try {
      const onProgress = (/** @type {Progress} */ progress) => signal.aborted || this.#send("progress", progress);
      const model = typeof source === "object" ? { model: source.files, folder: source.folder } : { model: source };
      const engine = await this.#createEngine({ ...model, signal, onProgress });
      if (signal.aborted) return engine.close();
      if (this.#engine) {
        if (this.#stop.signal.aborted) await this.leave(); // it is not ended again
        this.#run?.abort();
        await this.#ended;
        if (signal.aborted) return engine.close(); // it was given up meanwhile
        this.#engine.close();
      }
      const other = this.#engine !== null && source !== this.#source;
      this.#engine = engine;
      this.#source = source;
      this.#running = null;
      this.#head = 0;
      this.state.info = engine.info;
      if (other) this.#clear();
      this.#send("engine", engine.info);
      engine.ended.then((error) => this.#engine === engine && this.#lose(error));
    } catch (error) {
      if (!signal.aborted) this.#send("loadfailure", { source, error });
    } finally {
      this.#finishLoad(load);
    }
  }

  /** @param {unknown} error why the engine has ended */
  #lose(error) {
    this.#dead = this.#engine;
    if (!this.#run) this.#send("lost", { error });
  }

  /** @param {AbortController | null} load */
  #finishLoad(load) {
    if (!load || this.#load !== load) return;
    this.#load = null;
    this.#send("loadend");
  }

  /**
   * @param {string} prompt
   * @param {Settings} settings
   * @param {Further} further
   * @param {AbortSignal} signal
   */
  async #drive(prompt, settings, further, signal) {
    try {
      while (!this.#engine && this.#load && !signal.aborted) await Promise.race([this.#loaded, aborted(signal)]); // another load may take its place
      if (!this.#engine || signal.aborted) return this.#end();
      if (this.tooLong(prompt)) {
        this.#send("toolong", { characters: prompt.length });
        return this.#end();
      }
      const pieces = await this.#pieces.of(this.#engine, prompt);
      if (!this.#engine) return this.#end(); // it was closed
      const run = this.#engine.generate(prompt, { ...settings, ...further, signal, stages: "live", pace: this.#pace, head: this.#head });
      this.#running = run;
      await this.#read(run, () => { // the engine has taken the prompt
        this.prompt = prompt;
        this.state.start(settings, pieces, run.switches);
        this.state.slowed = this.#pace > 0;
      });
    } catch (error) {
      this.#send("runfailure", { error });
      this.#end();
    }
  }

  /**
   * @param {Run} run
   * @param {() => void} [begin] called before the first events
   */
  async #read(run, begin = () => {}) {
    try {
      for await (const events of run.batches()) {
        begin();
        begin = () => {};
        for (const event of events) this.state.add(event);
        this.#send("events", events);
        this.#send("state");
      }
    } catch (error) {
      this.#running = null;
      if (run !== this.#left) this.#send("runfailure", { error });
    }
    this.#end();
  }

  /** Nothing is left of the run that is shown. */
  #clear() {
    this.#running = null;
    this.prompt = "";
    this.state.clear();
    this.state.switches = [];
    this.#send("cleared");
    this.#send("state");
  }

  #end() {
    this.#run = null;
    if (this.state.phase !== "ended") this.state.end(this.state.phase !== "waiting");
    this.#send("state");
    this.#send("end");
  }

  /** @param {string} type @param {unknown} [detail] */
  #send(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function aborted(signal) {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
