/** @import { StageName } from "../vitrine.d.ts" */
/** @import { Card } from "./card.js" */
import { stages } from "../run/stages.js";

/** @typedef {ReadonlyMap<string, StageName>} Bindings which stage each element shows, by id, in reading order */

/**
 * A picture and its dressed elements.
 *
 * @param {SVGSVGElement} svg
 * @param {{ width: number, height: number }} size
 * @param {Card[]} list in reading order
 */
export function drawingOf(svg, { width, height }, list) {
  const cards = new Map(list.map((card) => [card.id, card]));
  /**
   * @param {StageName} stage
   * @param {number} steps
   */
  function cardOf(stage, steps) {
    const own = list.filter((card) => card.stage === stage).sort((a, b) => Number(a.frame) - Number(b.frame));
    return own.find((card) => stage === "generation" && card.steps && card.part === Math.max(0, 2 * steps - 1)) ?? own[0];
  }

  const byElement = new Map(list.map((card) => [/** @type {Element} */ (card.group), card]));
  return {
    svg,
    cards,
    width,
    height,

    /**
     * The card that an event happened on.
     *
     * @param {Event} event
     */
    at({ target }) {
      const element = target instanceof Element ? target.closest("g.stage") : null;
      return element ? byElement.get(element) : undefined;
    },

    /**
     * The card of a stage; where there is a node and a frame, the node.
     *
     * @param {StageName} stage
     * @param {number} steps how many steps are shown, to find the newest
     */
    of: cardOf,

    /**
     * The card of a stage, or of the last one before it that has a card.
     *
     * @param {StageName} stage
     * @param {number} steps
     */
    near(stage, steps) {
      const order = stages[stage].order;
      const before = list.filter((card) => stages[card.stage].order <= order).sort((a, b) => stages[b.stage].order - stages[a.stage].order);
      return before[0] && cardOf(before[0].stage, steps);
    },
  };
}

/** @typedef {ReturnType<typeof drawingOf>} Drawing */
