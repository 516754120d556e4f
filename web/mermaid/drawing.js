/** @import { StageName } from "../vitrine.d.ts" */
/** @import { Card } from "./card.js" */
/** @import { Places } from "./pipeline/places.js" */
import { stages } from "../run/stages.js";
import { dress } from "./card.js";
import { layoutOf } from "./pipeline/layout.js";
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
  const svg = await render(source, draft, (mermaid, id) => {
    mermaid.registerLayoutLoaders([{ name: id, loader: async () => layoutOf(places) }]); // it keeps layouts by name
    return { layout: id, flowchart: { padding: 0, useMaxWidth: false } };
  });
  strip(svg, places);
  const elements = collect(svg, bindings);
  svg.querySelector("g.nodes")?.append(...elements.values()); // reading order
  /** @type {Card[]} */
  const cards = [];
  for (const [id, element] of elements) {
    const stage = /** @type {StageName} */ (bindings.get(id));
    const before = cards.filter((card) => card.stage === stage && !card.frame).length;
    cards.push(dress(id, stage, before, element, places.boxes[id]));
  }
  return drawingOf(svg, places, cards);
}

/**
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

/**
 * Takes Mermaid's colours and sizes off: diagram.css styles the SVG, and the places size it.
 *
 * @param {SVGSVGElement} svg
 * @param {Places} places
 */
function strip(svg, { width, height }) {
  for (const element of svg.querySelectorAll("style, filter")) element.remove();
  for (const element of [svg, ...svg.querySelectorAll("g [style]")]) {
    if (!element.closest("marker")) element.removeAttribute("style");
  }
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("width", String(width));
  svg.setAttribute("height", String(height));
  for (const name of ["aria-roledescription", "class"]) svg.removeAttribute(name);
  for (const element of [svg, ...svg.querySelectorAll("g")]) element.setAttribute("role", "presentation");
}

/** @param {SVGSVGElement} svg @param {Bindings} bindings */
function collect(svg, bindings) {
  /** @type {Map<string, SVGGElement>} */
  const elements = new Map();
  for (const id of bindings.keys()) {
    const element = svg.querySelector(`g.nodes > [data-id="${id}"]`);
    if (!(element instanceof SVGGElement)) throw new Error(`diagram: Mermaid drew no ${id}`);
    elements.set(id, element);
  }
  return elements;
}
