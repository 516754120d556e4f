/** @import { Agreement, Pair, Parting, Run } from "../vitrine.d.ts" */
import { VitrineError } from "./error.js";
import { differenceOf, ticksOf } from "./difference.js";
import { checkAgreement, checkPart } from "./options.js";

/** @typedef {readonly [Run, Run]} Runs */
/** @typedef {Awaited<ReturnType<Run["ids"]>>} Ids */

/** @param {Run} run */
const over = (run) => run.state === "ended" || run.state === "closed";

/** The position of the newest token of a step. @param {Ids} ids @param {number} step */
export const positionAt = ({ promptIds }, step) => promptIds.length - 1 + step;

/** The first ids, up to a position. @param {Ids} of @param {number} position */
const upTo = ({ promptIds, ids }, position) => [...promptIds, ...ids].slice(0, position + 1);

/**
 * Where two runs part: see Pair.part.
 *
 * @param {Runs} runs
 * @param {NonNullable<Parameters<Pair["part"]>[0]>} options
 * @returns {Promise<Parting | null>}
 */
export async function partOf(runs, options) {
  const { bound, by } = checkPart(options);
  const { signal, onProgress } = options;
  const layers = Math.min(...runs.map(({ info }) => info.layers));
  const model = runs[0].info === runs[1].info && JSON.stringify(runs[0].switches) === JSON.stringify(runs[1].switches);
  for (let step = 0; ; step++) {
    const [a, b] = await Promise.all(runs.map((run) => reach(run, step, signal)));
    if (a.ids.length <= step || b.ids.length <= step) return null;
    const positions = /** @type {[number, number]} */ ([positionAt(a, step), positionAt(b, step)]);
    const [readA, readB] = [upTo(a, positions[0]), upTo(b, positions[1])];
    const newest = /** @type {[number, number]} */ ([readA[positions[0]], readB[positions[1]]]);
    if (newest[0] !== newest[1]) return { step, layer: -1, stage: "ids", positions, ids: newest, difference: null };
    const computes = !model || readA.join() !== readB.join(); // else every number is the same, to the bit
    for (const tick of computes ? ticksOf(step, layers) : []) {
      if (by === "kl" && tick.stage !== "softmax") continue;
      signal?.throwIfAborted();
      onProgress?.(tick);
      const difference = await differenceOf(runs, tick.stage, { layer: tick.layer, positions });
      if (difference && !(Number(difference[by]) <= bound)) return { ...tick, positions, ids: null, difference };
    }
    const chosen = /** @type {[number, number]} */ ([a.ids[step], b.ids[step]]);
    if (chosen[0] !== chosen[1]) return { step, layer: -1, stage: "select", positions, ids: chosen, difference: null };
    if (!computes) onProgress?.({ step, layer: -1, stage: "select" });
  }
}

/** Has a run go on until it has done a step, or has ended. @param {Run} run @param {number} step @param {AbortSignal} [signal] */
async function reach(run, step, signal) {
  let now = await run.ids();
  while (now.ids.length <= step && !over(run)) {
    signal?.throwIfAborted();
    await run.step({ granularity: "token" });
    now = await run.ids();
  }
  return now;
}

/**
 * How far the logit lenses of two runs agree: see Pair.agreement.
 *
 * @param {Runs} runs
 * @param {NonNullable<Parameters<Pair["agreement"]>[0]>} options
 * @returns {Promise<Agreement>}
 */
export async function agreementOf(runs, options) {
  checkAgreement(options);
  const { signal, onProgress } = options;
  const [words, others] = runs.map(({ info }) => info.vocabulary);
  if (words !== others) throw new VitrineError("argument", `the vocabularies have ${words} and ${others} tokens, want two models with the same one`);
  const [a, b] = (await Promise.all(runs.map((run) => run.ids()))).map((of, i) => upTo(of, doneOf(runs[i], of)));
  const parted = a.findIndex((id, i) => id !== b[i]);
  const total = parted < 0 ? a.length : parted;
  const same = Array.from({ length: Math.min(...runs.map(({ info }) => info.layers)) }, () => 0);
  for (let position = 0; position < total; position++) {
    signal?.throwIfAborted();
    const [x, y] = await Promise.all(runs.map((run) => run.lens({ position })));
    for (const layer of same.keys()) same[layer] += Number(x[layer].top[0].id === y[layer].top[0].id);
    onProgress?.({ done: position + 1, total });
  }
  signal?.throwIfAborted();
  return { positions: total, layers: same.map((count, layer) => ({ layer, same: total ? count / total : 0 })) };
}

/** The last position of which a run has done every layer. @param {Run} run @param {Ids} ids */
const doneOf = ({ at }, { promptIds, ids }) => (at ? at.position - 1 : ids.length ? promptIds.length + ids.length - 2 : -1);
