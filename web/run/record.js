/** @import { StageEvent, StageName } from "../vitrine.d.ts" */
import { stageNames, stages } from "./stages.js";

/** How many of the last steps are kept as text. */
export const SHOWN_STEPS = 4;

const perLayer = stageNames.filter((stage) => stages[stage].perLayer);
const perToken = stageNames.filter((stage) => stages[stage].perToken);

/**
 * @template {StageName} S
 * @typedef {StageEvent extends infer E ? (E extends { stage: infer N } ? (S extends N ? E : never) : never) : never} EventOf
 */

/**
 * What the stages of a run reported: the latest event of each, and what happened since the last look. Adding one is a
 * few assignments, since hundreds may come between two frames.
 */
export class StageRecord {
  /** @type {Map<StageName, StageEvent>} */
  latest = new Map();
  /** Executed in the current step, and inside the layers in the current layer. @type {Set<StageName>} */
  reached = new Set();
  /** Executed since the last look. @type {Set<StageName>} */
  touched = new Set();
  /** The last ones. @type {EventOf<"generation">["detail"][]} */
  steps = [];
  /** @type {StageEvent | null} */
  last = null;
  /** Steps begun since the last look. */
  turns = 0;
  /** Stages executed since the last look. */
  stages = 0;
  /** What the last layer took, on the engine's clock. */
  layerMs = Infinity;
  /** Whether what was shown before the last look may not be so any more. */
  fresh = false;
  /** Whether anything happened since the last look. */
  changed = false;

  /** @param {StageEvent} event */
  addStage(event) {
    if (this.last && event.step !== this.last.step) {
      for (const stage of perToken) this.reached.delete(stage);
      this.turns++;
    }
    if (event.stage === "layers") {
      for (const stage of perLayer) this.reached.delete(stage);
      this.layerMs = event.time - (this.latest.get("layers")?.time ?? -Infinity);
    }
    this.last = event;
    this.stages++;
    this.latest.set(event.stage, event);
    this.reached.add(event.stage);
    this.touched.add(event.stage);
    if (event.stage === "generation") {
      if (this.steps.at(-1)?.step === event.step) this.steps.pop(); // the last one, done again
      if (this.steps.push(event.detail) > SHOWN_STEPS) this.steps.shift();
    }
  }

  /** Forgets what was reported of a step and of all after it. @param {number} step */
  forget(step) {
    for (const [stage, event] of this.latest) if (event.step >= step) this.latest.delete(stage);
    this.reached = new Set([...this.latest.keys()].filter((stage) => !stages[stage].perToken));
    this.touched.clear();
    this.steps = this.steps.filter((one) => one.step < step);
    this.last = null;
    this.turns = this.stages = 0;
    this.layerMs = Infinity;
    this.fresh = this.changed = true;
  }

  /** Ends a look. */
  looked() {
    this.touched.clear();
    this.turns = this.stages = 0;
    this.fresh = this.changed = false;
  }

  /**
   * The latest event of a stage.
   *
   * @template {StageName} S
   * @param {S} stage
   * @returns {EventOf<S> | undefined}
   */
  of(stage) {
    return /** @type {EventOf<S> | undefined} */ (this.latest.get(stage));
  }

  /**
   * Whether what is known of a stage belongs to an earlier token or layer than the machine is at.
   *
   * @param {StageName} stage
   */
  isOld(stage) {
    return this.latest.has(stage) && !this.reached.has(stage);
  }
}
