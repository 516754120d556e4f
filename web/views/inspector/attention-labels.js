/** What a head does on this text, by how much of their weight its rows give to certain places. */

/** @typedef {"previous" | "first" | "same" | "induction"} Kind */

/** A head is named after what gets at least this much of a row's weight, on average. */
export const THRESHOLD = 0.3;
/** So many rows must have such a place. */
export const ROWS_AT_LEAST = 2;

/** @type {Kind[]} */
export const kinds = ["previous", "first", "same", "induction"];

/**
 * The places of each kind, up to its own, that a row can look at: the token before; the first token; earlier places of the
 * same token; the tokens that came after these. The first two rows, where these are the same places, are left out.
 *
 * Source: Olsson et al. 2022, "In-context learning and induction heads", for the last.
 *
 * @type {Record<Kind, (ids: ArrayLike<number>, row: number, column: number) => boolean>}
 */
const isPlace = {
  previous: (_ids, row, column) => column === row - 1,
  first: (_ids, _row, column) => column === 0,
  same: (ids, row, column) => column < row && ids[column] === ids[row],
  induction: (ids, row, column) => column > 0 && ids[column - 1] === ids[row],
};

/**
 * @typedef {{ kind: Kind, mean: number, rows: number }} Measure `mean` over the `rows` that have such a place
 */

/**
 * @param {ArrayLike<number>} ids of the whole sequence
 * @param {{ data: ArrayLike<number>, first: number, rows: number, columns: number }} weights [rows, columns], row 0 is that of position `first`
 * @returns {Measure[]} one per kind, in their order
 */
export function measure(ids, { data, first, rows, columns }) {
  return kinds.map((kind) => {
    let [sum, seen] = [0, 0];
    for (let r = Math.max(0, 2 - first); r < rows; r++) {
      const row = first + r;
      let [weight, has] = [0, false];
      for (let column = 0; column <= row; column++) {
        if (!isPlace[kind](ids, row, column)) continue;
        has = true;
        weight += data[r * columns + column];
      }
      if (!has) continue;
      seen++;
      sum += weight;
    }
    return { kind, mean: seen ? sum / seen : 0, rows: seen };
  });
}

/**
 * What the head is named after, null where nothing reaches the threshold.
 *
 * @param {Measure[]} measures
 */
export function labelOf(measures) {
  const known = measures.filter(({ rows, mean }) => rows >= ROWS_AT_LEAST && mean >= THRESHOLD);
  return known.reduce((best, one) => (best && best.mean >= one.mean ? best : one), /** @type {Measure | null} */ (null));
}
