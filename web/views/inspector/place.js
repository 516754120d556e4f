/** @import { StageName } from "../../vitrine.d.ts" */
/** @import { RunState } from "../../run/state.js" */
import { stageNames, stages } from "../../run/stages.js";
import { perHead, perToken } from "./tensors.js";

/** Most rows that are asked for at a time. */
export const ROWS = 64;

/** @typedef {Pick<RunState, "phase" | "at" | "last" | "info" | "pieces" | "tokens" | "number" | "of" | "settings" | "done">} Seen what the inspector reads of the state of the page */

/**
 * What somebody asked to see. null: that of the newest event of the stage.
 *
 * @typedef {{ stage: StageName, layer: number | null, position: number | null, head: number }} Asked
 */

/**
 * Where the values on the screen come from.
 *
 * @typedef {object} Place
 * @property {StageName} stage
 * @property {number} layer -1 outside the layers
 * @property {number} position of the token that is looked at
 * @property {number} head
 * @property {number} start position of the first token of the pass
 * @property {number} rows how many tokens the pass read
 * @property {[from: number, to: number] | null} window rows that are asked for; null: the stage has no row for each token
 */

/** The stages that a stage consists of. @param {StageName} stage */
export const childrenOf = (stage) => stageNames.filter((name) => stages[name].parent === stage);

/** Whether a stage is that of one layer. @param {StageName} stage */
const ofLayer = (stage) => stages[stage].perLayer && stage !== "layers";

/**
 * The rows that are looked at with that of a position: those of the pass that read it, which is that of the whole prompt
 * or of a single token. Tokens that are compared with each other are looked at together, whichever pass read them: a row
 * has the same bits in each.
 *
 * @param {Seen} state
 * @param {number} position
 * @param {StageName} stage
 */
export function passOf({ pieces }, position, stage) {
  if (position < pieces.length) return { start: 0, rows: pieces.length };
  return compares(stage) ? { start: 0, rows: position + 1 } : { start: position, rows: 1 };
}

/** Whether a stage is where tokens are compared. @param {StageName} stage */
const compares = (stage) => perHead(stage) || stage === "embed" || stage === "position";

/**
 * The newest position that the machine has read, -1 where it has read none.
 *
 * @param {Seen} state
 */
export const newest = ({ at, last }) => at?.position ?? last?.position ?? -1;

/**
 * The place that is asked for, null where the machine has not been there.
 *
 * @param {Asked} asked
 * @param {Seen} state
 * @returns {Place | null}
 */
export function placeOf({ stage, layer, position, head }, state) {
  const event = state.of(stage);
  const seen = position ?? event?.position ?? -1;
  const depth = ofLayer(stage) ? (layer ?? event?.layer ?? -1) : -1;
  if (seen < 0 || seen > newest(state) || (ofLayer(stage) && depth < 0)) return null;
  const pass = passOf(state, seen, stage);
  const at = perToken(stage) || stage === "layers" ? seen : pass.start + pass.rows - 1; // else it is that of the newest
  const first = Math.floor((at - pass.start) / ROWS) * ROWS;
  const window = /** @type {[number, number]} */ ([first, Math.min(pass.rows, first + ROWS)]);
  return { stage, layer: depth, position: at, head: perHead(stage) ? head : 0, ...pass, window: perToken(stage) ? window : null };
}

/**
 * The text of the token at a position.
 *
 * @param {Seen} state
 * @param {number} position
 */
export function tokenAt({ pieces, tokens }, position) {
  const piece = pieces[position];
  if (piece) return { text: piece.text, bytes: piece.bytes };
  const token = tokens[position - pieces.length];
  return token && { text: token.piece, bytes: token.bytes };
}

/**
 * What to ask the engine for a place.
 *
 * @param {Place} place
 */
export function askOf({ stage, layer, head, start, rows, window }) {
  return {
    position: start + rows - 1, // the newest token of the pass
    ...(layer >= 0 && { layer }),
    ...(perHead(stage) && { head }),
    ...(window && { rows: /** @type {[number, number]} */ (window.map((row) => start + row)) }),
  };
}
