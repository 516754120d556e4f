/** @import { StageName } from "../vitrine.d.ts" */
/** @import { Card } from "./card.js" */
/** @import { RunState } from "../run/state.js" */
import { SHOWN_STEPS } from "../run/record.js";
import { fill } from "./readings/write.js";

/**
 * How an element stands to the machine. "active": executed last, and the machine is there now. "within": contains what
 * is active. "hot": executed since the last frame. "done": executed for this token and layer. "old": executed for an
 * earlier one, whose values it shows. "": not reached.
 *
 * @typedef {"active" | "within" | "hot" | "done" | "old" | ""} State
 */

/**
 * @param {Pick<Card, "stage" | "frame" | "part" | "steps">} card
 * @param {RunState} run
 * @param {boolean} streaming several tokens a frame: all is hot, and no single stage is where the machine is
 * @returns {State}
 */
export function stateOf(card, run, streaming) {
  const { stage } = card;
  if (stage === "generation" && card.steps) return stepState(card, run, streaming);
  if (run.containers.includes(stage)) return streaming ? "hot" : "within";
  if (run.current === stage && !streaming) return card.frame ? "within" : "active";
  if (run.touched.has(stage)) return "hot";
  if (run.isOld(stage)) return "old";
  return run.reached.has(stage) ? "done" : "";
}

/**
 * Of which moment an old value is, in words.
 *
 * @param {StageName} stage
 * @param {RunState} run
 * @param {{ ofToken: string, ofLayer: string }} words
 */
export function momentOf(stage, run, words) {
  const event = run.latest.get(stage);
  if (!event) return "";
  if (event.step !== run.last?.step) return fill(words.ofToken, { token: event.step + 1 });
  return fill(words.ofLayer, { layer: event.layer + 1 });
}

/**
 * The nodes of the steps: two for each step told, of which the newest are the ones that change.
 *
 * @param {Pick<Card, "frame" | "part">} card
 * @param {RunState} run
 * @param {boolean} streaming
 * @returns {State}
 */
function stepState(card, run, streaming) {
  const now = run.current === "generation" && !streaming;
  if (card.frame) return now ? "within" : run.steps.length ? "done" : "";
  if (card.part === 2 * SHOWN_STEPS) return run.done ? "done" : "";
  const step = Math.floor(card.part / 2) + 1;
  if (step > run.steps.length) return "";
  if (step < run.steps.length) return "done";
  return now ? "active" : run.touched.has("generation") ? "hot" : "done";
}
