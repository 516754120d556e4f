/** @import { StageName } from "../../vitrine.d.ts" */
/** @import { Box } from "../pipeline/places.js" */
/** @import { RunState } from "../../run/state.js" */
/** @import { Camera } from "./camera.js" */

const READABLE = 40; // ms that a stage takes at least to be followed: some 4 movements a second on a phone
const FAST = 250; // ms for a token, below which the work of the layers is a blur
const WINDOW = 250; // ms over which the pace is taken
const MANY = 8; // stages, and as many tell it at once

/**
 * Keeps the stage that runs, or at which the machine stands, in the window. Where stages come faster than an eye can go with them, and not all are in the
 * window, it stays where most of the work is done, or if even that is a blur, where tokens are chosen, and says so.
 *
 * @param {() => RunState} stateOf
 * @param {Camera} camera
 * @param {(stage: StageName) => Box | undefined} boxOf
 * @param {() => void} changed told when it cannot follow, and when it can again
 */
export function createFollow(stateOf, camera, boxOf, changed) {
  let on = true;
  let behind = false;
  let since = -Infinity; // when the count began
  let stages = 0; // since then
  let turns = 0;
  let stageMs = Infinity;
  let tokenMs = Infinity;

  function measure() {
    const run = stateOf();
    const now = performance.now();
    stages += run.stages;
    turns += run.turns;
    const elapsed = now - since;
    if (elapsed < WINDOW && stages < MANY) return;
    stageMs = elapsed / Math.max(1, stages);
    tokenMs = turns > 0 ? elapsed / turns : Infinity;
    since = now;
    stages = turns = 0;
  }

  function aim() {
    const { current: stage, phase } = stateOf();
    const tooFast = on && stage !== null && phase === "running" && stageMs < READABLE && !camera.whole;
    if (tooFast !== behind) {
      behind = tooFast;
      changed();
    }
    if (!on || !stage) return;
    const box = boxOf(!tooFast ? stage : tokenMs < FAST ? "select" : "attention.scale");
    if (box) camera.show(box);
  }

  return {
    get on() {
      return on;
    },

    /** Whether stages come too fast to be followed. */
    get behind() {
      return behind;
    },

    /** @param {boolean} value */
    set(value) {
      on = value;
      aim();
    },

    aim,

    /** After a frame that showed events. */
    look() {
      if (stateOf().stages > 0) measure();
      aim();
    },
  };
}
