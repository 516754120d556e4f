/** @import { StageName, Switch } from "../vitrine.d.ts" */
/** @import { DiagramStrings } from "../i18n/diagram-en.js" */
/** @import { Card } from "./card.js" */
import { switchedAt } from "../run/switched.js";

/** @typedef {{ short: string, long: string }} Differs a sign, and all that it says */

const NOTHING = { short: "", long: "" };

/**
 * What stands on the edges of the cards: breakpoints, what the run has switched, and how far a second run differs.
 *
 * @param {Pick<DiagramStrings, "breakpoint" | "switched" | "firstOf">} strings
 * @param {() => Card[]} cardsOf that are shown
 */
export function createMarks(strings, cardsOf) {
  /** @type {ReadonlySet<StageName>} */
  let stops = new Set();
  /** @type {ReadonlyMap<StageName, Differs>} */
  let differs = new Map();
  /** @type {readonly Switch[] | null} null: nothing yet */
  let switches = null;

  function markStops() {
    for (const card of cardsOf()) card.setStop(stops.has(card.stage) ? strings.breakpoint : "");
  }

  function markDiffers() {
    for (const card of cardsOf()) {
      const { short, long } = differs.get(card.stage) ?? NOTHING;
      card.setDiffers(short, long);
    }
  }

  return {
    /** Other cards are shown. */
    renew() {
      switches = null;
      markStops();
      markDiffers();
    },

    /** @param {ReadonlySet<StageName>} now the stages that have a breakpoint */
    setStops(now) {
      stops = now;
      markStops();
    },

    /** @param {ReadonlyMap<StageName, Differs>} now where it is known */
    setDiffers(now) {
      differs = now;
      markDiffers();
    },

    /** @param {readonly Switch[]} now the run's */
    setSwitches(now) {
      if (switches === now) return;
      switches = now;
      const cards = cardsOf();
      for (const card of cards) {
        const told = card.frame && cards.some((other) => other.stage === card.stage && !other.frame); // by the node
        const words = told ? [] : switchedAt(now, card.stage).map(strings.switched);
        card.setOff(strings.firstOf(words), words.join(", "));
      }
    },
  };
}
