/** @import { LensRow, Run, StageName, Tensor } from "../../vitrine.d.ts" */
/** @import { Place, Seen } from "./place.js" */
import { createPulls } from "./pulls.js";
import { askOf } from "./place.js";
import { facts, keeps } from "./tensors.js";

/** How many tokens are listed of those that a step of decoding kept. */
export const LISTED = 64;

/** @typedef {Pick<Run, "inspect" | "lens" | "candidates" | "answerChanged">} Asks what the inspector asks a run */

/**
 * What the engine answered for a place.
 *
 * @typedef {object} Reading
 * @property {string} key
 * @property {StageName} stage
 * @property {Place} place
 * @property {Tensor[]} tensors
 * @property {{ id: number, text: string }[]} texts of the most probable tokens, where a stage keeps some
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
    want(place, run, { phase, at, last }) {
      const now = [run, phase === "running", at, last];
      if (now.some((one, i) => one !== moment[i])) version++;
      moment = now;
      const ask = askOf(place);
      const key = JSON.stringify([version, place.stage, ask]);
      pulls.want(key, () => answerOf(place, ask, run, key));
      return key;
    },
    get busy() {
      return pulls.busy;
    },
    forget: pulls.forget,
  };
}

/** Whether there is something to ask about a stage. @param {StageName} stage */
export const asks = (stage) => stage in facts || keeps(stage) || stage === "layers";

/**
 * @param {Place} place
 * @param {ReturnType<typeof askOf>} ask
 * @param {Asks} run
 * @param {string} key
 * @returns {Promise<Reading>}
 */
async function answerOf(place, ask, run, key) {
  const { stage, position } = place;
  const [tensors, lens, ranked] = await Promise.all([
    stage === "layers" ? [] : run.inspect(stage, ask),
    stage === "layers" ? run.lens({ position }) : [],
    keeps(stage) ? run.candidates({ position: ask.position, from: 0, count: LISTED }) : { rows: [] },
  ]);
  return { key, stage, place, tensors, lens, texts: ranked.rows };
}
