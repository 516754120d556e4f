/** @import { StageName } from "../vitrine.d.ts" */
/** @import { Box } from "./tables.js" */
/** @import { RunState } from "./run.js" */
/** @import { View } from "./view.js" */

const REST = 500; // ms between two movements
const READABLE = 3000; // ms that a token takes at least for its single stages to be followed
const FAST = 250; // and below this, the work of the layers is a blur

/**
 * Keeps the running part in the window, calmly: one movement in a while, and where tokens come faster than stages can
 * be read, to where most of the work is done, or if even that is a blur, to where tokens are chosen.
 *
 * @param {RunState} run
 * @param {View} view
 * @param {(stage: StageName) => Box | undefined} boxOf
 * @param {AbortSignal} signal
 */
export function createFollow(run, view, boxOf, signal) {
  let on = true;
  let moved = -Infinity;
  let turned = -Infinity; // when the step changed last
  let pace = Infinity; // ms that the last step took
  let timer = 0;
  signal.addEventListener("abort", () => clearTimeout(timer));

  function aim() {
    clearTimeout(timer);
    const stage = run.current;
    if (!on || !stage) return;
    const wait = moved + REST - performance.now();
    if (wait > 0) {
      timer = setTimeout(aim, wait);
      return;
    }
    moved = performance.now();
    const box = boxOf(pace < FAST ? "select" : pace < READABLE ? "attention.scale" : stage);
    if (box) view.show(box);
  }

  return {
    get on() {
      return on;
    },

    /** @param {boolean} value */
    set(value) {
      on = value;
      moved = -Infinity;
      aim();
    },

    /** After a frame that showed events. */
    look() {
      const now = performance.now();
      if (run.turns > 0) {
        pace = (now - turned) / run.turns;
        turned = now;
      } else if (now - turned > READABLE) {
        pace = Infinity;
      }
      aim();
    },
  };
}
