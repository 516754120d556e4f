/** @import { StageName, Tensor } from "../../vitrine.d.ts" */
/** @import { Place } from "./place.js" */
/** @import { Asks } from "./reading.js" */

/** Positions that are asked for at a time. */
const CHUNK = 64;

/** @typedef {{ run: Asks, version: number, place: Place }} Of */

/**
 * What the cells of a head were made of, row by row; asked for when it is needed, and kept for one head of one moment.
 *
 * @param {Of} of
 */
export function createParts({ run, place }) {
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

  return { row, vector };
}

/** @typedef {ReturnType<typeof createParts>} Parts */
