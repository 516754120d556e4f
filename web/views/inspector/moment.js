/** @import { Beside } from "./beside.js" */

/**
 * What a prediction after the tokens up to a position depends on, as a key: the model, the ids, and what is switched.
 *
 * @param {Pick<Beside, "state" | "place" | "run">} of
 * @param {number} [position] that of the newest token of the pass unless said otherwise
 */
export function momentOf({ state, place, run }, position = place ? place.start + place.rows - 1 : -1) {
  const ids = [...state.pieces, ...state.tokens].slice(0, position + 2).map(({ id }) => id); // with the one that was chosen
  return JSON.stringify([state.number, state.info?.name, position, ids, run?.switches ?? []]);
}
