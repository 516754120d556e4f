/** @import { LensRow, Run, StageName, Tensor } from "../../vitrine.d.ts" */
/** @import { Place, Seen } from "./place.js" */
import { createPulls } from "./pulls.js";
import { askOf } from "./place.js";
import { masks } from "../../run/switched.js";
import { facts } from "./tensors.js";
import { readOf } from "./views.js";

/** @typedef {Pick<Run, "inspect" | "lens" | "candidates" | "answerChanged" | "switches" | "setSwitches" | "compare" | "sweep" | "cost">} Asks what the inspector asks a run */

/**
 * What the engine answered for a place.
 *
 * @typedef {object} Reading
 * @property {string} key
 * @property {number} version another one where the run has moved, or is another
 * @property {StageName} stage
 * @property {Place} place
 * @property {Tensor[]} tensors
 * @property {boolean} masked attention sees no token behind its own
 * @property {unknown} own what the view of the stage has read
 * @property {LensRow[]} lens of the stage `layers`
 */

/**
 * Reads the values of a place, and tells of the newest that came.
 *
 * @param {{ read: (reading: Reading) => void, failure: (error: unknown) => void, waiting: (since: number | null) => void }} told
 * @param {AbortSignal} signal
 */
export function createReading({ read, failure, waiting }, signal) {
  const pulls = createPulls({ answer: read, failure, waiting }, signal);
  /** @type {unknown[]} what the values depend on, beside the place */
  let moment = [];
  let version = 0;

  return {
    /**
     * Wants the values of a place at this moment of the run; what is known already is not asked again.
     *
     * @param {Place} place
     * @param {Asks} run
     * @param {Seen} state
     */
    want(place, run, state) {
      const { phase, at, last } = state;
      const now = [run, phase === "running", at, last, run.switches];
      if (now.some((one, i) => one !== moment[i])) version++;
      moment = now;
      const ask = askOf(place);
      const key = JSON.stringify([version, place.stage, ask]);
      pulls.want(key, answerOf.bind(null, place, ask, run, { key, version, masked: masks(run.switches) }, state));
      return key;
    },
    get busy() {
      return pulls.busy;
    },
    forget: pulls.forget,
  };
}

/** Whether the answer for one place is that for another too. @param {Place} a @param {Place} b */
export const sameAsk = (a, b) => JSON.stringify(askOf(a)) === JSON.stringify(askOf(b));

/** Whether there is something to ask about a stage. @param {StageName} stage */
export const asks = (stage) => stage in facts || stage === "layers" || readOf(stage) !== undefined;

/**
 * @param {Place} place
 * @param {ReturnType<typeof askOf>} ask
 * @param {Asks} run
 * @param {Pick<Reading, "key" | "version" | "masked">} asked
 * @param {Seen} state
 * @returns {Promise<Reading>}
 */
async function answerOf(place, ask, run, asked, state) {
  const { stage, position } = place;
  const [tensors, lens, own] = await Promise.all([
    stage in facts ? run.inspect(stage, ask) : [],
    stage === "layers" ? run.lens({ position }) : [],
    readOf(stage)?.(place, run, state),
  ]);
  return { ...asked, stage, place, tensors, lens, own };
}
