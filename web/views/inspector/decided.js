/** @import { Candidate, StageName } from "../../vitrine.d.ts" */
/** @import { Place, Seen } from "./place.js" */
/** @import { Asks } from "./reading.js" */
import { stages } from "../../run/stages.js";
import { newest } from "./place.js";

/** The steps that remove tokens, in their order. */
export const filters = /** @type {const} */ (["decode.temperature", "decode.top_k", "decode.top_p"]);

const SHOWN = 16; // candidates in the table
const NAMED = 1000; // candidates that the engine gives at a time

/**
 * What a step has left, in the order in which the engine draws from it.
 *
 * @typedef {{ ids: Float32Array, probabilities: Float32Array }} Left
 */

/**
 * @typedef {object} Decided
 * @property {number} position of the pass
 * @property {Candidate[]} best of the model's own distribution
 * @property {Map<number, Candidate>} known by id
 * @property {number} total tokens of the vocabulary
 * @property {(Left | null)[]} left after each step; null where it is not done
 */

/**
 * Whether the machine has done a stage of the pass of a position.
 *
 * @param {Seen} state
 * @param {number} position
 * @param {StageName} stage
 */
export function isDone(state, position, stage) {
  if (position < newest(state) || state.phase === "ended") return true;
  const current = state.at?.stage ?? state.last?.stage;
  return current !== undefined && stages[stage].order <= stages[current].order;
}

/**
 * @param {Place} place
 * @param {Asks} run
 * @param {Seen} state
 * @returns {Promise<Decided>}
 */
export async function readDecided({ start, rows }, run, state) {
  const position = start + rows - 1;
  const left = await Promise.all(
    filters.map(async (stage) => {
      if (!isDone(state, position, stage)) return null;
      const tensors = await run.inspect(stage, { position });
      const [ids, probabilities] = ["ids", "probabilities"].map((name) => tensors.find((tensor) => tensor.name === name)?.data ?? new Float32Array());
      return { ids, probabilities };
    }),
  );
  const page = await run.candidates({ position, count: Math.min(NAMED, Math.max(SHOWN, left[2]?.ids.length ?? 0)) });
  return { position, best: page.rows.slice(0, SHOWN), known: new Map(page.rows.map((one) => [one.id, one])), total: page.total, left };
}

/**
 * Finds out what the token of an id is, which lies behind those that are known: page by page.
 *
 * @param {Decided} decided
 * @param {number} id
 * @param {Asks} run
 * @returns {Promise<boolean>} whether it is known now
 */
export async function learn({ position, known, total }, id, run) {
  while (!known.has(id) && known.size < total) {
    const { rows } = await run.candidates({ position, from: known.size, count: NAMED });
    if (rows.length === 0) break;
    for (const one of rows) known.set(one.id, one);
  }
  return known.has(id);
}

/**
 * What a step has done to some tokens, and to all others.
 *
 * @param {Left} left
 * @param {Candidate[]} some
 * @returns {{ of: (number | null)[], others: number, count: number }} null: removed; `others`: what the rest has, which are `count`
 */
export function shares({ ids, probabilities }, some) {
  const places = new Map(some.map(({ id }, i) => [id, i]));
  /** @type {(number | null)[]} */
  const of = some.map(() => null);
  let [others, count] = [0, 0];
  for (let i = 0; i < ids.length; i++) {
    const at = places.get(ids[i]);
    if (at !== undefined) of[at] = probabilities[i];
    else [others, count] = [others + probabilities[i], count + 1];
  }
  return { of, others, count };
}
