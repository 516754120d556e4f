/** @import { StageName } from "../vitrine.d.ts" */
/** @import { Card } from "./card.js" */
/** @import { Places } from "./pipeline/places.js" */
import { stageOf } from "./pipeline/bindings.js";
import { dress } from "./card.js";
import { render } from "./render.js";

/**
 * The diagram in one orientation: Mermaid's SVG and its dressed elements.
 *
 * @param {string} source filled
 * @param {Places} places
 * @param {HTMLElement} draft empty, in the document
 */
export async function createDrawing(source, places, draft) {
  const { svg, elements } = await render(source, places, draft);
  /** @type {Map<string, Card>} */
  const cards = new Map();
  /** @type {Map<Element, Card>} */
  const byElement = new Map();
  for (const [id, element] of elements) {
    const card = dress(id, /** @type {StageName} */ (stageOf.get(id)), element, places.boxes[id]);
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
      if (stage === "generation") return cards.get(`N${Math.max(1, 2 * steps)}`);
      return [...cards.values()].find((card) => card.stage === stage);
    },
  };
}

/** @typedef {Awaited<ReturnType<typeof createDrawing>>} Drawing */
