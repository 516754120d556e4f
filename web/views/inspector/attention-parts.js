/** @import { StageName, Tensor } from "../../vitrine.d.ts" */
/** @import { Place } from "./place.js" */
/** @import { Asks } from "./reading.js" */
/** @import { Now } from "./views.js" */

/** Positions that are asked for at a time. */
const CHUNK = 64;

/** @typedef {{ run: Asks, version: number, place: Place, engine: Now["engine"] }} Of */

/**
 * What the cells of a head were made of, row by row; asked for when it is needed, and kept for one head of one moment.
 *
 * @param {Of} of
 */
export function createParts({ run, place, engine }) {
  const { layer, head } = place;
  const last = place.start + place.rows - 1; // the newest token of the pass
  /** @type {Map<string, Promise<Tensor>>} */
  const known = new Map();

  /** @param {StageName} stage @param {number} position */
  function chunk(stage, position) {
    const from = position - (position % CHUNK);
    const key = `${stage} ${from}`;
    const asked = known.get(key) ?? run.inspect(stage, { position: last, layer, head, rows: [from, Math.min(last + 1, from + CHUNK)] }).then(([tensor]) => tensor);
    known.set(key, asked);
    return asked;
  }

  /** A row of a tensor [T, N]. @param {StageName} stage @param {number} position @param {number} count of its first numbers */
  async function row(stage, position, count) {
    const { shape, data, from } = await chunk(stage, position);
    return data.subarray((position - from[0]) * shape[1], (position - from[0]) * shape[1] + count);
  }

  /** One of query 0, key 1, value 2. @param {number} position @param {0 | 1 | 2} part */
  async function vector(position, part) {
    const { shape, data, from } = await chunk("attention.qkv", position);
    const at = ((position - from[0]) * 3 + part) * shape[2];
    return data.subarray(at, at + shape[2]);
  }

  /** The mix of all heads, [H, D]. @param {number} position */
  async function mix(position) {
    const tensors = await run.inspect("attention.mix", { position: last, layer, rows: [position, position + 1] });
    const { shape, data, from } = /** @type {Tensor} */ (tensors.find(({ name }) => name === "mix"));
    const size = shape[1] * shape[2];
    return data.subarray((position - from[0]) * size, (position - from[0] + 1) * size);
  }

  /** What makes a channel of the output of the mix. @param {number} channel */
  async function projection(channel) {
    if (!engine) throw new Error("there is no engine");
    const { weights, bias } = await engine.projection(layer, channel);
    return { weights: weights.data, bias };
  }

  return { row, vector, mix, projection };
}

/** @typedef {ReturnType<typeof createParts>} Parts */
