/** @import { RunState } from "./state.js" */
/** @import { PauseReason, StageName } from "../vitrine.d.ts" */
import { roomAfter } from "./settings.js";

/**
 * Where the machine is. Of what is counted, `n` is 1-based.
 *
 * @typedef {object} Place
 * @property {StageName} stage
 * @property {{ n: number, of: number } | null} layer null outside the layers
 * @property {{ n: number, of: number } | null} head whose numbers are reported; null outside attention
 * @property {{ n: number, of: number }} token of those that the run may generate: the one that this pass chooses
 * @property {number} position 0-based, that the token has in the sequence
 * @property {PauseReason | null} reason why it stands; null while it runs
 */

/**
 * Where the machine stands, or which stage it did last: the one place that computes "x of y".
 *
 * @param {Pick<RunState, "at" | "last" | "pieces" | "info" | "settings">} state
 * @returns {Place | null} null where nothing has run
 */
export function placeOf({ at, last, pieces, info, settings }) {
  const event = at ?? last;
  if (!event) return null;
  const head = last?.stage === event.stage && last.detail && "head" in last.detail ? last.detail.head : undefined;
  return {
    stage: event.stage,
    layer: event.layer < 0 ? null : { n: event.layer + 1, of: info?.layers ?? event.layer + 1 },
    head: head === undefined ? null : { n: head + 1, of: info?.heads ?? head + 1 },
    token: { n: event.step + 1, of: Math.min(settings?.maxTokens ?? Infinity, roomAfter(pieces.length, info?.context ?? Infinity)) },
    position: pieces.length + event.step,
    reason: at?.reason ?? null,
  };
}

/**
 * Where the pass is that chooses the token at a position; of a token of the prompt, the pass that reads it.
 *
 * @param {number} position of a token
 * @param {number} prompt how many tokens the prompt has
 */
export const passOf = (position, prompt) => (position < prompt ? position : position - 1);

/**
 * A place in words: the stage, then what is counted.
 *
 * @param {Place} place
 * @param {{ layer: (layer: { n: number, of: number }) => string, token: (token: { n: number, of: number }) => string }} strings
 * @param {(stage: StageName) => string} nameOf
 */
export const whereWords = ({ stage, layer, token }, strings, nameOf) => [nameOf(stage), ...(layer ? [strings.layer(layer)] : []), strings.token(token)];
