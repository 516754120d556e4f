/** @import { DoneEvent, EngineInfo, LogEvent, PausedEvent, RewoundEvent, RunEvent, StageEvent, Switch, TokenEvent, TokenPiece } from "../vitrine.d.ts" */
/** @import { Settings } from "./settings.js" */
import { StageRecord } from "./record.js";
import { containersOf } from "./stages.js";

const LOG_LINES = 200;

/**
 * A generated token. `ahead`: known from before, and not computed again yet.
 *
 * @typedef {Omit<TokenEvent, "type"> & { ahead?: boolean }} Generated
 */
/** @typedef {"idle" | "waiting" | "running" | "paused" | "ended" | "failed"} Phase waiting: for the model */

/** What is known of the run, from its events: the one state that all views read. */
export class RunState extends StageRecord {
  /** @type {Phase} */
  phase = "idle";
  /** Where it stands. @type {PausedEvent | null} */
  at = null;
  /** Of the prompt. @type {TokenPiece[]} */
  pieces = [];
  /** What was generated, by step. @type {Generated[]} */
  tokens = [];
  /** The last lines. @type {LogEvent[]} */
  log = [];
  /** What the run was started with. @type {Settings | null} */
  settings = null;
  /** The model that is loaded. @type {EngineInfo | null} */
  info = null;
  /** What the run changes of the model. @type {readonly Switch[]} */
  switches = [];
  /** What the prompt box holds, before a run says what it read. */
  prompt = "";
  /** Which run this is. */
  number = 0;
  /** Whether the machine was slowed down, or stood. */
  slowed = false;
  /** @type {DoneEvent | null} */
  done = null;
  #begun = false; // whether the prompt was reported

  /** @param {RunEvent} event */
  add(event) {
    this.changed = true;
    if (event.type === "stage") this.addStage(event);
    else if (event.type === "token") this.#addToken(event);
    else if (event.type === "paused") this.#stand(event);
    else if (event.type === "resumed") this.#goOn();
    else if (event.type === "rewound") this.#rewind(event);
    else if (event.type === "done") this.#finish(event);
    else if (this.log.push(event) > LOG_LINES) this.log.shift();
  }

  /** @param {StageEvent} event */
  addStage(event) {
    if (event.stage === "prompt") {
      if (this.#begun) this.clear(); // another run
      this.#begun = true;
    }
    if (this.phase !== "paused") this.#goOn();
    super.addStage(event);
  }

  /**
   * A token takes the place of the one ahead. Where it is another one, those after that will not come.
   *
   * @param {TokenEvent} event
   */
  #addToken({ type, ...token }) {
    const before = this.tokens[token.step];
    if (before && before.id !== token.id) this.tokens.length = token.step;
    this.tokens[token.step] = token;
  }

  /** @param {PausedEvent} event */
  #stand(event) {
    this.phase = "paused";
    this.at = event;
    this.slowed = true;
  }

  #goOn() {
    this.phase = "running";
    this.at = null;
    this.done = null; // also a run that has ended goes on
  }

  /** @param {RewoundEvent} event */
  #rewind({ step, reason }) {
    this.forget(step);
    if (step === 0) this.#begun = false; // the same prompt comes again
    if (reason === "rewind") this.tokens.length = Math.min(this.tokens.length, step);
    else this.tokens = this.tokens.map((token) => (token.step < step ? token : { ...token, ahead: true }));
    if (this.phase === "ended") this.phase = "paused";
    this.done = null;
  }

  /** @param {DoneEvent} event */
  #finish(event) {
    this.phase = "ended";
    this.at = null;
    this.done = event;
    this.tokens = this.tokens.filter(({ ahead }) => !ahead);
  }

  /** A run is asked for. What the one before showed stays until the engine begins. */
  wait() {
    this.phase = "waiting";
    this.changed = true;
  }

  /**
   * The engine begins.
   *
   * @param {Settings} settings
   * @param {TokenPiece[]} pieces of the prompt
   * @param {readonly Switch[]} [switches]
   */
  start(settings, pieces, switches = []) {
    this.clear();
    this.phase = "running";
    this.settings = settings;
    this.switches = switches;
    this.pieces = pieces;
  }

  /** The run ended without a result. @param {boolean} failed else it was stopped before the engine began */
  end(failed) {
    this.phase = failed ? "failed" : this.done ? "ended" : "idle";
    this.at = null;
    this.changed = true;
  }

  /** @param {string} prompt what the prompt box holds now */
  type(prompt) {
    this.prompt = prompt;
    this.fresh = this.changed = true;
  }

  /** Forgets the run; prompt and model stay. */
  clear() {
    this.forget(0);
    this.reached.clear();
    this.phase = "idle";
    this.at = this.settings = this.done = null;
    this.pieces = [];
    this.tokens = [];
    this.log = [];
    this.number++;
    this.slowed = this.#begun = false;
  }

  /** The stage that the machine executed last, null when no run is under way. */
  get current() {
    return this.done ? null : (this.at?.stage ?? this.last?.stage ?? null);
  }

  /** The stages that contain it. */
  get containers() {
    return this.current ? containersOf(this.current) : [];
  }
}

export const createRunState = () => new RunState();
