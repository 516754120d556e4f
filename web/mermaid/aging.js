/** @import { Card } from "./card.js" */
/** @import { State } from "./light.js" */

const READABLE = 150; // ms; what is shown for less than that nobody reads

/**
 * Holds back the state "old" while layers follow each other faster than they can be read: marks that come and go with
 * each of them would hide the numbers. What is old for longer is marked.
 */
export function createAging() {
  /** @type {Map<Card, number>} when each was old first */
  const since = new Map();
  let waiting = false;

  return {
    /**
     * @param {Card} card
     * @param {State} state
     * @param {number} now
     * @param {number} layerMs what a layer takes
     * @returns {State}
     */
    stateOf(card, state, now, layerMs) {
      if (state !== "old") {
        since.delete(card);
        return state;
      }
      const first = since.get(card) ?? now;
      since.set(card, first);
      if (layerMs >= READABLE || now - first >= READABLE) return "old";
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
