/** @import { StageName } from "../vitrine.d.ts" */
/** @import { Card } from "./card.js" */
/** @import { Places } from "./pipeline/places.js" */
import { dress } from "./card.js";
import { render } from "./render.js";

/** @typedef {ReadonlyMap<string, StageName>} Bindings which stage each element shows, by id, in reading order */

/**
 * The diagram in one orientation: Mermaid's SVG and its dressed elements.
 *
 * @param {string} source filled
 * @param {Bindings} bindings
 * @param {Places} places
 * @param {HTMLElement} draft empty, in the document
 */
export async function createDrawing(source, bindings, places, draft) {
  const { svg, elements } = await render(source, bindings, places, draft);
  /** @type {Map<string, Card>} */
  const cards = new Map();
  /** @type {Map<Element, Card>} */
  const byElement = new Map();
  for (const [id, element] of elements) {
    const stage = /** @type {StageName} */ (bindings.get(id));
    const before = [...cards.values()].filter((card) => card.stage === stage && !card.frame).length;
    const card = dress(id, stage, before, element, places.boxes[id]);
    cards.set(id, card);
    byElement.set(element, card);
  }
  return {
    svg,
    cards,
    width: places.width,
    height: places.height,

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
    of(stage, steps) {
      const own = [...cards.values()].filter((card) => card.stage === stage);
      return stage === "generation" ? own.find((card) => !card.frame && card.part === Math.max(0, 2 * steps - 1)) : own[0];
    },
  };
}

/** @typedef {Awaited<ReturnType<typeof createDrawing>>} Drawing */
