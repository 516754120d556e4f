/** @import { Asks } from "./reading.js" */
import { masks } from "../../run/switched.js";

/** Most positions of a small map. */
export const WINDOW = 64;

/**
 * The weights of all heads of a layer, [heads, rows, columns]: of the rows that are looked at, whole.
 *
 * @typedef {object} Weights
 * @property {Float32Array} data
 * @property {number} heads
 * @property {number} first position of the first row
 * @property {number} rows
 * @property {number} columns
 * @property {boolean} masked a row sees no column behind its own
 */

/** @param {Weights} weights @param {number} head */
export const ofHead = ({ data, rows, columns, ...rest }, head) => ({ ...rest, rows, columns, data: data.subarray(head * rows * columns, (head + 1) * rows * columns) });

/**
 * Reads the weights of layers, one after another, and keeps those of one moment of the run. A layer that the machine has
 * not come to has none: it and those after it are null.
 *
 * @param {{ loaded: () => void, failure: (error: unknown) => void }} told
 * @param {AbortSignal} signal
 */
export function createWeights({ loaded, failure }, signal) {
  /** @type {Map<number, Weights | null>} */
  let known = new Map();
  let moment = "";
  /** @type {number[]} */
  let missing = [];
  let busy = false;
  let stopped = false;

  /** @param {Asks} run @param {{ position: number, rows: [number, number] }} ask */
  async function load(run, ask) {
    const mine = known;
    busy = true;
    while (missing.length && known === mine && !signal.aborted) {
      const layer = missing[0];
      try {
        const [{ shape, data, from }] = await run.inspect("attention.mask", { layer, ...ask });
        const [heads, rows, columns] = shape;
        mine.set(layer, cut({ data, heads, first: from[1], rows, columns, masked: masks(run.switches) }, ask.rows[0]));
      } catch (error) {
        for (const one of missing) mine.set(one, null);
        if (/** @type {{ code?: string }} */ (error).code !== "argument" && known === mine) failure(error);
      }
      if (known !== mine || signal.aborted) return;
      missing = missing.filter((one) => !mine.has(one));
      loaded();
    }
    if (known === mine) busy = false;
  }

  return {
    /**
     * @param {{ run: Asks, version: number, position: number, rows: [number, number] }} of
     * @param {number[]} layers that are wanted
     */
    want({ run, version, position, rows }, layers) {
      const now = JSON.stringify([version, position, rows]);
      if (now !== moment) {
        [known, moment, busy, stopped] = [new Map(), now, false, false];
      }
      missing = stopped ? [] : layers.filter((layer) => !known.has(layer));
      if (missing.length && !busy) load(run, { position, rows });
    },
    /** undefined: not read yet. @param {number} layer */
    of: (layer) => known.get(layer),
    /** Reads no more of this moment. */
    stop() {
      missing = [];
      stopped = true;
    },
    get reading() {
      return missing.length > 0;
    },
  };
}

/** Without the rows that the engine computed before those that were asked for. @param {Weights} weights @param {number} first @returns {Weights} */
function cut(weights, first) {
  const { data, heads, first: from, rows, columns } = weights;
  const skipped = Math.max(0, first - from);
  if (skipped === 0) return weights;
  const kept = rows - skipped;
  const part = new Float32Array(heads * kept * columns);
  for (let head = 0; head < heads; head++) part.set(data.subarray((head * rows + skipped) * columns, (head + 1) * rows * columns), head * kept * columns);
  return { ...weights, data: part, first, rows: kept };
}
