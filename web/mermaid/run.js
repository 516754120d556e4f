/** @import { DoneEvent, RunEvent, StageEvent, StageName } from "../vitrine.d.ts" */
import { containersOf, stageNames, stages } from "../run/stages.js";

const SHOWN_STEPS = 4; // N1 to N8 are four steps

/** What each layer does anew. */
const layerStages = stageNames.filter((stage) => stages[stage].perLayer);
/** What each token does anew: the prompt is that of the whole run. */
const tokenStages = stageNames.filter((stage) => stages[stage].perToken);

/**
 * @template {StageName} S
 * @typedef {StageEvent extends infer E ? (E extends { stage: infer N } ? (S extends N ? E : never) : never) : never} EventOf
 */

/**
 * Gathers the events of a run: the latest of each stage, and what happened since the last look. Adding one is a few
 * assignments, since hundreds may come between two frames.
 */
export function createRun() {
  /** @type {Map<StageName, StageEvent>} */
  const latest = new Map();
  /** @type {Set<StageName>} executed in the current step, and inside the layers in the current layer */
  const reached = new Set();
  /** @type {Set<StageName>} executed since the last look */
  const touched = new Set();
  /** @type {EventOf<"generation">["detail"][]} */
  const steps = [];

  return {
    latest,
    reached,
    touched,
    steps,
    /** What the prompt box holds, before a run says what it read. */
    prompt: "",
    /** @type {StageEvent | null} */
    last: null,
    /** @type {DoneEvent | null} */
    done: null,
    /** Steps begun since the last look. */
    turns: 0,
    /** Stages executed since the last look. */
    stages: 0,
    /** What the last layer took, on the engine's clock. */
    layerMs: Infinity,
    /** Whether a run was forgotten since. */
    fresh: false,

    /** @param {RunEvent} event */
    add(event) {
      if (event.type === "done") this.done = event;
      if (event.type !== "stage") return;
      if (this.done || event.stage === "prompt") this.clear();
      if (this.last && event.step !== this.last.step) {
        for (const stage of tokenStages) reached.delete(stage);
        this.turns++;
      }
      if (event.stage === "layers") {
        for (const stage of layerStages) reached.delete(stage);
        this.layerMs = event.time - (latest.get("layers")?.time ?? -Infinity);
      }
      this.last = event;
      this.stages++;
      latest.set(event.stage, event);
      reached.add(event.stage);
      touched.add(event.stage);
      if (event.stage === "generation") {
        if (steps.at(-1)?.step === event.step) steps.pop(); // the last one, done again
        if (steps.push(event.detail) > SHOWN_STEPS) steps.shift();
      }
    },

    /** Ends a look. */
    looked() {
      touched.clear();
      this.turns = 0;
      this.stages = 0;
      this.fresh = false;
    },

    /** Forgets the run; the prompt stays. */
    clear() {
      latest.clear();
      reached.clear();
      touched.clear();
      steps.length = 0;
      this.last = null;
      this.done = null;
      this.turns = 0;
      this.stages = 0;
      this.fresh = true;
    },

    /**
     * The latest event of a stage.
     *
     * @template {StageName} S
     * @param {S} stage
     * @returns {EventOf<S> | undefined}
     */
    of(stage) {
      return /** @type {EventOf<S> | undefined} */ (latest.get(stage));
    },

    /**
     * Whether what is known of a stage belongs to an earlier token or layer than the machine is at.
     *
     * @param {StageName} stage
     */
    isOld(stage) {
      return latest.has(stage) && !reached.has(stage);
    },

    /** The stage that the machine executed last, null when no run is under way. */
    get current() {
      return this.done ? null : (this.last?.stage ?? null);
    },

    /** The stages that contain it. */
    get containers() {
      return this.current ? containersOf(this.current) : [];
    },
  };
}

/** @typedef {ReturnType<typeof createRun>} RunState */
