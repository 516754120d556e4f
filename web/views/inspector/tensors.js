/** @import { StageName, Tensor } from "../../vitrine.d.ts" */
/** @import { Place } from "./place.js" */

/** @typedef {"token" | "row" | "channel" | "unit" | "id"} Axis what the columns are: positions, rows of the pass, places in a token's row, hidden units, token ids */
/** @typedef {{ from: number, count: number }} Span */

/**
 * What is known of a tensor before it is read.
 *
 * @typedef {object} Fact
 * @property {Axis} columns
 * @property {boolean} tokens it has a row for each token
 * @property {boolean} perHead it has a part for each head
 * @property {boolean} causal a row has no column behind its own
 * @property {boolean} signed its colours part at 0; others begin there
 * @property {string} group tensors of one group have one colour scale
 */

/**
 * One picture: numbers in rows, each of one token, or one row that belongs to no token.
 *
 * @typedef {Fact & { name: string, shape: number[], rows: Span, columns: Axis, across: Span, data: Float32Array | Float64Array }} Picture `rows` counts from the first token of the pass; data is [rows, across]
 */

/**
 * @param {Axis} columns
 * @param {Partial<Fact>} [more]
 * @returns {Fact}
 */
const fact = (columns, more) => ({ columns, tokens: true, perHead: false, causal: false, signed: true, group: "", ...more });

const head = { perHead: true };
const norm = {
  mean: fact("row", { tokens: false, group: "mean" }),
  variance: fact("row", { tokens: false, signed: false, group: "variance" }),
  scale: fact("channel", { tokens: false, group: "scale" }),
  shift: fact("channel", { tokens: false, group: "shift" }),
  result: fact("channel", { group: "result" }),
};

/** The tensors of each stage, in the order in which they are shown. @type {Partial<Record<StageName, Record<string, Fact>>>} */
export const facts = {
  embed: { rows: fact("channel") },
  position: { table: fact("channel"), sum: fact("channel") },
  ln1: norm,
  attention: {},
  "attention.qkv": { q: fact("channel", head), k: fact("channel", head), v: fact("channel", head) },
  "attention.scores": { scores: fact("token", { ...head, causal: true }) },
  "attention.scale": { scaled: fact("token", { ...head, causal: true }) },
  "attention.mask": { weights: fact("token", { ...head, causal: true, signed: false }) },
  "attention.mix": { mix: fact("channel", { ...head, group: "mix" }), output: fact("channel", { group: "output" }) },
  residual1: { sum: fact("channel") },
  ln2: norm,
  mlp: { hidden: fact("unit"), activated: fact("unit"), output: fact("channel", { group: "output" }) },
  residual2: { sum: fact("channel") },
  final: norm,
  head: { logits: fact("id", { tokens: false }) },
  softmax: { probabilities: fact("id", { tokens: false, signed: false }) },
};

/** Whether the columns are tokens, which have names. @param {Axis} axis */
export const named = (axis) => axis === "token" || axis === "row";

/** Whether a stage has a part for each head. @param {StageName} stage */
export const perHead = (stage) => stage === "attention" || stage.startsWith("attention.");

/** Whether a stage has a row for each token. @param {StageName} stage */
export const perToken = (stage) => stage === "attention" || Object.values(facts[stage] ?? {}).some((fact) => fact.tokens);

/**
 * The pictures of the tensors that the engine has answered with: of the rows that were asked for, though it may have
 * computed some before them too.
 *
 * @param {Pick<Place, "stage" | "start" | "window">} place
 * @param {Tensor[]} tensors
 * @param {boolean} [masked] false: the causal mask is off, so a row has all columns
 * @returns {Picture[]}
 */
export function picturesOf({ stage, start, window }, tensors, masked = true) {
  const known = facts[stage] ?? {};
  return tensors.flatMap(parts).flatMap(({ name, shape, data, from }) => {
    const fact = known[name];
    if (!fact || data.length === 0) return [];
    const skipped = window && (fact.tokens || fact.columns === "row") ? Math.max(0, start + window[0] - from[0]) : 0;
    const size = shape.length === 1 ? 1 : shape[1]; // of what belongs to one index of the first axis
    const kept = { shape: [shape[0] - skipped, ...shape.slice(1)], data: data.subarray(skipped * size) };
    const first = from[0] + skipped - (fact.tokens || fact.columns === "row" ? start : 0);
    const [rows, across] = shape.length === 1 ? [{ from: 0, count: 1 }, { from: first, count: kept.shape[0] }] : [{ from: first, count: kept.shape[0] }, { from: from[1], count: size }];
    return [{ ...fact, causal: fact.causal && masked, name, ...kept, rows, across }];
  });
}

/**
 * Queries, keys and values as three tensors; any other as it is.
 *
 * @param {Tensor} tensor
 * @returns {Tensor[]}
 */
function parts(tensor) {
  if (tensor.name !== "qkv") return [tensor];
  const [rows, , size] = tensor.shape;
  return ["q", "k", "v"].map((name, part) => {
    const data = new Float32Array(rows * size);
    for (let t = 0; t < rows; t++) data.set(tensor.data.subarray((3 * t + part) * size, (3 * t + part + 1) * size), t * size);
    return { name, shape: [rows, size], data, from: [tensor.from[0], 0] };
  });
}

/**
 * One row of a picture, as a picture.
 *
 * @param {Picture} picture
 * @param {number} row counts from the first token of the pass
 * @returns {Picture}
 */
export function rowOf(picture, row) {
  const { rows, across, data } = picture;
  const at = (row - rows.from) * across.count;
  return { ...picture, rows: { from: row, count: 1 }, shape: [across.count], data: data.subarray(at, at + across.count) };
}

/**
 * Whether a number of a picture is there: what the mask hides is not computed.
 *
 * @param {Picture} picture
 * @param {number} row of the pass
 * @param {number} column of the whole row
 * @param {number} start position of the first token of the pass
 */
export const computed = ({ causal }, row, column, start) => !causal || column <= start + row;

/**
 * The least and the greatest of the finite numbers of a picture; null where there is none.
 *
 * @param {Picture} picture
 * @param {number} start
 */
export function rangeOf(picture, start) {
  const { rows, across, data } = picture;
  let [low, high] = [Infinity, -Infinity];
  for (let r = 0; r < rows.count; r++) {
    for (let c = 0; c < across.count; c++) {
      if (!computed(picture, rows.from + r, across.from + c, start)) continue;
      const x = data[r * across.count + c];
      if (!Number.isFinite(x)) continue;
      low = Math.min(low, x);
      high = Math.max(high, x);
    }
  }
  return low <= high ? { low, high } : null;
}
