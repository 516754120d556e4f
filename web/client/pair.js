/** @import { Pair, Run, StageName, Tick } from "../vitrine.d.ts" */
import { VitrineError } from "./error.js";
import { differenceOf, isInside } from "./difference.js";
import { agreementOf, partOf, positionAt } from "./parting.js";

/** Why a run stands so that the other is to stand too. */
const stops = new Set(["breakpoint", "exception", "pause"]);

/** @param {Tick} a @param {Tick} b */
const same = (a, b) => a.step === b.step && a.layer === b.layer && a.stage === b.stage;

/** Whether it can go on. @param {Run} run */
const goes = ({ state }) => state === "running" || state === "paused";

/**
 * Two runs on one clock.
 *
 * @param {Run} first
 * @param {Run} second
 * @returns {Pair}
 */
export function pairRuns(first, second) {
  if (!isRun(first) || !isRun(second) || first === second) throw new VitrineError("argument", "pairRuns was not given two runs, want two of engine.generate");
  return new RunPair(first, second);
}

/** @param {any} run */
const isRun = (run) => typeof run?.inspect === "function" && typeof run.ids === "function";

/** @implements {Pair} */
class RunPair {
  /** @type {Promise<Tick | null> | null} while both go on by turns */
  #going = null;
  #pausing = false;

  /** @param {Run} first @param {Run} second */
  constructor(first, second) {
    /** @type {readonly [Run, Run]} */
    this.runs = Object.freeze([first, second]);
  }

  /** @returns {Tick | null} */
  get at() {
    const [a, b] = this.runs.map(({ at }) => at);
    return a && b && same(a, b) ? { step: a.step, layer: a.layer, stage: a.stage } : null;
  }

  /** @param {Parameters<Run["step"]>[0]} [options] */
  step(options) {
    return this.#send((run) => (goes(run) ? run.step(options) : null));
  }

  /** @param {Parameters<Run["stepBack"]>[0]} [options] */
  stepBack(options) {
    return this.#send((run) => run.stepBack(options));
  }

  /** @param {Partial<Tick>} where */
  goto({ step = this.runs[0].at?.step ?? 0, layer = -1, stage }) {
    return this.#send(async (run) => run.goto({ position: await positionOf(run, step), layer, stage }));
  }

  async pause() {
    this.#pausing = true;
    await this.#stand();
    await this.#going;
    return this.follow();
  }

  resume() {
    this.#going ??= this.#goOn().finally(() => (this.#going = null));
    return this.#going;
  }

  async #goOn() {
    this.#pausing = false;
    await this.#stand();
    while (!this.#pausing && this.runs.some(goes)) {
      const at = await this.#both((run) => (goes(run) ? run.step({ granularity: "token" }) : null));
      if (at.some((one) => one && stops.has(one.reason))) break;
    }
    return this.follow();
  }

  /** @param {StageName} stage @param {{ step?: number, layer?: number }} [options] */
  async difference(stage, { step = this.at?.step, layer = this.at?.layer } = {}) {
    if (step === undefined) throw new VitrineError("argument", "the runs do not stand at one place, want a step");
    const positions = /** @type {[number, number]} */ (await this.#both((run) => positionOf(run, Number(step))));
    return differenceOf(this.runs, stage, { layer: isInside(stage) ? Math.max(0, layer ?? 0) : -1, positions });
  }

  /** @param {Parameters<Pair["part"]>[0]} [options] */
  async part(options = {}) {
    await this.#stop();
    return partOf(this.runs, options);
  }

  /** @param {Parameters<Pair["agreement"]>[0]} [options] */
  async agreement(options = {}) {
    await this.#stop();
    return agreementOf(this.runs, options);
  }

  /** Ends what `resume` does, and has both stand. */
  async #stop() {
    if (this.#going) await this.pause();
    else await this.#stand();
  }

  /** @param {(run: Run) => unknown} does */
  async #send(does) {
    await this.#stop();
    await this.#both(does);
    return this.follow();
  }

  /** @template T @param {(run: Run) => T} does */
  #both(does) {
    return Promise.all(this.runs.map(does));
  }

  #stand() {
    return this.#both((run) => (run.state === "running" ? run.pause() : run.at));
  }

  /** Sends the second to where the first stands. */
  async follow() {
    const [{ at }, second] = this.runs;
    if (at && !(second.at && same(at, second.at))) {
      await second.goto({ position: await positionOf(second, at.step), layer: at.layer, stage: at.stage });
    }
    return this.at;
  }
}

/** Of the newest token of a step. @param {Run} run @param {number} step */
async function positionOf(run, step) {
  return positionAt(await run.ids(), step);
}
