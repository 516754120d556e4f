/** @import { Difference, Run, StageName, Tensor, Tick } from "../vitrine.d.ts" */

/** The main tensor of each stage that has one, before, in and after the layers, in the order of the engine: core/generate/look.go has the same. */
const before = { embed: "rows", position: "sum" };
const inside = {
  ln1: "result", "attention.qkv": "qkv", "attention.scores": "scores", "attention.scale": "scaled", "attention.mask": "weights",
  "attention.mix": "mix", residual1: "sum", ln2: "result", mlp: "output", residual2: "sum",
};
const after = { final: "result", head: "logits", softmax: "probabilities" };

/** @type {Partial<Record<StageName, string>>} */
export const mains = { ...before, ...inside, ...after };

/**
 * The places of a step that have a main tensor, in the order of the engine.
 *
 * @param {number} step
 * @param {number} layers
 * @returns {Tick[]}
 */
export function ticksOf(step, layers) {
  const at = (/** @type {object} */ stages, layer = -1) => Object.keys(stages).map((stage) => ({ step, layer, stage: /** @type {StageName} */ (stage) }));
  return [...at(before), ...Array.from({ length: layers }, (_, layer) => at(inside, layer)).flat(), ...at(after)];
}

/** Whether a stage is one of each layer. @param {StageName} stage */
export const isInside = (stage) => stage in inside;

/**
 * How far two runs are apart at a stage, in the rows of one token of each; null where there is nothing to compare.
 *
 * @param {readonly [Run, Run]} runs
 * @param {StageName} stage
 * @param {{ layer: number, positions: [number, number] }} where layer: -1 outside the layers
 * @returns {Promise<Difference | null>}
 */
export async function differenceOf(runs, stage, { layer, positions }) {
  const tensor = mains[stage];
  if (!tensor) return null;
  const [a, b] = await rowsOf(runs, stage, tensor, layer, positions);
  if (a.length !== b.length) return null;
  const logits = stage === "softmax" ? await rowsOf(runs, "head", "logits", -1, positions) : [a, b];
  const kl = stage === "head" || stage === "softmax" ? divergence(logits[0], logits[1]) : null;
  return { tensor, ...distance(a, b), kl };
}

/**
 * @param {readonly [Run, Run]} runs
 * @param {StageName} stage
 * @param {string} tensor
 * @param {number} layer
 * @param {[number, number]} positions
 */
function rowsOf(runs, stage, tensor, layer, positions) {
  return Promise.all(runs.map(async (run, i) => {
    const tensors = await run.inspect(stage, { layer, rows: [positions[i], positions[i] + 1] });
    return newestRow(/** @type {Tensor} */ (tensors.find(({ name }) => name === tensor)));
  }));
}

/** Tensors whose rows lie within each head, [H, T, P]. */
const byHead = new Set(["scores", "scaled", "weights"]);

/**
 * The newest row of a tensor, of every head: the engine may have read more of them, where it had none of the rows before in
 * its cache.
 *
 * @param {Tensor} tensor
 */
export function newestRow({ name, shape, data }) {
  const axis = byHead.has(name) ? 1 : 0;
  if (shape.length < 2 || shape[axis] === 1) return data;
  const outer = axis === 0 ? 1 : shape[0];
  const [whole, row] = [data.length / outer, data.length / outer / shape[axis]];
  const newest = new Float32Array(outer * row);
  for (let i = 0; i < outer; i++) newest.set(data.subarray((i + 1) * whole - row, (i + 1) * whole), i * row);
  return newest;
}

/** @param {Float32Array} a @param {Float32Array} b of the same length */
export function distance(a, b) {
  let [max, of, apart] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs(a[i] - b[i]);
    max = Math.max(max, d);
    of += a[i] * a[i];
    apart += d * d;
  }
  return { max, relative: apart === 0 ? 0 : Math.sqrt(apart / of) };
}

/**
 * The Kullback-Leibler divergence, in nats, of the distribution that logits b give from that of logits a.
 *
 * @param {Float32Array} a
 * @param {Float32Array} b of the same length
 */
export function divergence(a, b) {
  const [sumA, sumB] = [logSum(a), logSum(b)];
  let kl = 0;
  for (let i = 0; i < a.length; i++) {
    const logP = a[i] - sumA;
    kl += Math.exp(logP) * (logP - (b[i] - sumB));
  }
  return Math.max(0, kl); // rounding can take it below
}

/** The logarithm of the sum of all exponentials. @param {Float32Array} x */
function logSum(x) {
  const top = x.reduce((most, v) => Math.max(most, v), -Infinity);
  return top + Math.log(x.reduce((sum, v) => sum + Math.exp(v - top), 0));
}
