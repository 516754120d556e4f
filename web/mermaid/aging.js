/** @import { Card } from "./card.js" */
/** @import { State } from "./state.js" */

/** Milliseconds for which a value may be of an earlier moment before it is marked so: in less nobody reads it, and
 * marks that come and go with every layer of a fast run would hide the numbers. */
const GRACE = 150;

/** Holds back the state "old" for a moment. */
export function createAging() {
  /** @type {Map<Card, number>} when each was old first */
  const since = new Map();
  let waiting = false;

  return {
    /**
     * @param {Card} card
     * @param {State} state
     * @param {number} now
     * @returns {State}
     */
    stateOf(card, state, now) {
      if (state !== "old") {
        since.delete(card);
        return state;
      }
      const first = since.get(card) ?? now;
      since.set(card, first);
      if (now - first >= GRACE) return "old";
      waiting = true;
      return "";
    },

    /** Whether a state was held back since this was asked last: then another frame must look. */
    waits() {
      const was = waiting;
      waiting = false;
      return was;
    },
  };
}
