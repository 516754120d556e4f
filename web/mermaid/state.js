/** @import { Card } from "./card.js" */
/** @import { RunState } from "./run.js" */

/**
 * How an element stands to the machine. "active": executed last, and the machine is there now. "within": contains what
 * is active. "hot": executed since the last frame. "done": executed for this token. "": not reached.
 *
 * @typedef {"active" | "within" | "hot" | "done" | ""} State
 */

/**
 * @param {Card} card
 * @param {RunState} run
 * @param {boolean} streaming several tokens a frame: all is hot, and no single stage is where the machine is
 * @returns {State}
 */
export function stateOf(card, run, streaming) {
  const { stage } = card;
  if (stage === "generation") return stepState(card, run, streaming);
  if (run.containers.includes(stage)) return streaming ? "hot" : "within";
  if (run.current === stage && !streaming) return card.frame ? "within" : "active";
  if (run.touched.has(stage)) return "hot";
  return run.reached.has(stage) ? "done" : "";
}

/**
 * The nodes of the steps: two for each step told, of which the newest are the ones that change.
 *
 * @param {Card} card
 * @param {RunState} run
 * @param {boolean} streaming
 * @returns {State}
 */
function stepState(card, run, streaming) {
  const now = run.current === "generation" && !streaming;
  if (card.frame) return now ? "within" : run.steps.length ? "done" : "";
  if (card.id === "N9") return run.done ? "done" : "";
  const step = Math.ceil(Number(card.id.slice(1)) / 2);
  if (step > run.steps.length) return "";
  if (step < run.steps.length) return "done";
  return now ? "active" : run.touched.has("generation") ? "hot" : "done";
}
