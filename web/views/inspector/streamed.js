/** @import { LensRow } from "../../vitrine.d.ts" */
/** @import { Now } from "./views.js" */
import { messageOf } from "../../kit/text.js";

const COLUMNS = 12; // positions that are shown, and asked for

/**
 * @typedef {object} Streamed
 * @property {(number | undefined)[][]} norms of the stream: of the input, then after attention and MLP of each layer; by position
 * @property {LensRow[][]} rows of the lens by position
 */

/** From where to where the positions go that are shown with one. @param {number} position @returns {[from: number, to: number]} */
export const windowOf = (position) => [Math.max(0, position + 1 - COLUMNS), position + 1];

/**
 * Reads the residual stream of some positions through all layers that are done, one question after another, and tells after
 * each. What is known already is not asked again.
 *
 * @param {(known: Streamed) => void} told
 * @param {AbortSignal} signal
 */
export function createStreamed(told, signal) {
  let key = "";
  /** @type {Streamed} */
  let known = { norms: [], rows: [] };
  let [done, of, complete, failed] = [0, 0, false, ""];
  let turn = 0; // of the reading under way; 0: none
  let turns = 0;
  let halted = false; // somebody has stopped it
  signal.addEventListener("abort", stop);

  function stop() {
    turn = 0;
  }

  /** What the values depend on: the ids up to the position, what is switched, and how far the machine is with it. @param {Now} now */
  function keyOf({ place, run, state }) {
    const { position } = /** @type {NonNullable<Now["place"]>} */ (place);
    const here = state.at?.position === position ? [state.at.layer, state.at.stage] : [];
    return JSON.stringify([state.number, state.info?.name, position, state.pieces.length, state.tokens.slice(0, Math.max(0, position + 1 - state.pieces.length)).map(({ id }) => id), run?.switches ?? [], here]);
  }

  /** @param {Now} now */
  async function begin({ place, run, state: { info } }) {
    if (!place || !run || !info) return;
    const mine = (turn = ++turns);
    const [from, to] = windowOf(place.position);
    const { norms, rows } = known;
    const goes = () => turn === mine && !signal.aborted;
    /** @type {(() => Promise<void>)[]} */
    const questions = [
      ask(() => rows[to - 1 - from], async () => void (rows[to - 1 - from] = await run.lens({ position: to - 1 }))),
      ...Array.from({ length: 2 * info.layers + 1 }, (_, step) => ask(() => norms[step], async () => void (norms[step] = await normsOf(step)))),
      ...Array.from({ length: to - 1 - from }, (_, i) => to - 2 - from - i).map((column) => ask(() => rows[column], async () => void (rows[column] = await run.lens({ position: from + column })))),
    ];

    /** @param {() => unknown} has @param {() => Promise<void>} question */
    function ask(has, question) {
      return async () => (has() ? undefined : question());
    }

    /** @param {number} step */
    async function normsOf(step) {
      const layer = (step - 1) >> 1;
      const deepest = rows[to - 1 - from].length; // layers that are done
      if (step > 0 && layer >= deepest) return [];
      const tensors = await /** @type {NonNullable<typeof run>} */ (run).inspect(step === 0 ? "position" : step % 2 ? "residual1" : "residual2", { rows: [from, to], position: to - 1, ...(step > 0 && { layer }) });
      const sum = tensors.find(({ name }) => name === "sum");
      return sum ? lengths(sum, from, to) : [];
    }

    [done, of, failed] = [0, questions.length, ""];
    try {
      for (const question of questions) {
        if (goes()) await question();
        if (!goes()) return;
        done++;
        complete = done === of;
        told(known);
      }
    } catch (error) {
      if (!goes()) return;
      failed = messageOf(error);
    }
    turn = 0;
    told(known);
  }

  return {
    /** Goes on. @param {Now} now */
    begin(now) {
      halted = false;
      begin(now);
    },
    /** Ends the reading, until it is wanted again. */
    stop,
    /** Ends it until somebody lets it go on. */
    halt() {
      halted = true;
      stop();
    },
    get busy() {
      return turn !== 0;
    },
    get state() {
      return { done, of, complete, failed };
    },
    /** Wants what is known of a place, as far as it is read. @param {Now} now */
    want(now) {
      const next = keyOf(now);
      if (next !== key) {
        stop();
        halted = false;
        [key, known, complete, failed, done] = [next, { norms: [], rows: [] }, false, "", 0];
        told(known);
      }
      if (now.stands && turn === 0 && !complete && !halted && !failed) begin(now);
    },
  };
}

/**
 * The Euclidean norm of some rows of a tensor.
 *
 * @param {{ shape: number[], data: Float32Array, from: number[] }} tensor
 * @param {number} from @param {number} to positions
 */
export function lengths({ shape, data, from: [first] }, from, to) {
  const [, width] = shape;
  return Array.from({ length: to - from }, (_, i) => {
    const at = (from + i - first) * width;
    let squares = 0;
    for (let c = at; c < at + width; c++) squares += data[c] * data[c];
    return Math.sqrt(squares);
  });
}
