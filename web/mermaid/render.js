/** @import { Mermaid } from "mermaid" */
/** @import { Bindings } from "./drawing.js" */
/** @import { Places } from "./pipeline/places.js" */
import { bind } from "./bind.js";
import { layoutOf } from "./pipeline/layout.js";

let count = 0; // Mermaid wants an id that is new to the document
/** @type {Promise<unknown>} Mermaid is configured for one drawing at a time */
let turn = Promise.resolve();

/**
 * Lets Mermaid draw the diagram with the places.
 *
 * @param {string} source filled
 * @param {Bindings} bindings
 * @param {Places} places
 * @param {HTMLElement} draft empty, in the document: Mermaid measures in it and leaves it empty
 * @returns {Promise<{ svg: SVGSVGElement, elements: Map<string, SVGGElement> }>} elements by id of the bindings
 */
export function render(source, bindings, places, draft) {
  const result = turn.then(() => renderNow(source, bindings, places, draft));
  turn = result.catch(() => {}); // the caller's business, not the next one's
  return result;
}

/** @type {typeof render} */
async function renderNow(source, bindings, places, draft) {
  const { default: mermaid } = await import("mermaid");
  const id = `vitrine-diagram-${++count}`;
  configure(mermaid, id, places);
  const { svg: code } = await mermaid.render(id, source, draft);
  draft.replaceChildren();
  // Parsed apart and imported: a document of its own runs and loads nothing.
  const parsed = new DOMParser().parseFromString(code, "text/html").querySelector("svg");
  if (!parsed) throw new Error("diagram: Mermaid returned no SVG");
  const svg = document.importNode(parsed, true);
  strip(svg, places);
  const elements = collect(svg, bindings);
  svg.querySelector("g.nodes")?.append(...elements.values()); // reading order
  return { svg, elements };
}

/**
 * @param {Mermaid} mermaid
 * @param {string} id names the layout too, since Mermaid keeps layouts by name
 * @param {Places} places
 */
function configure(mermaid, id, places) {
  mermaid.registerLayoutLoaders([{ name: id, loader: async () => layoutOf(places) }]);
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    suppressErrorRendering: true,
    htmlLabels: true,
    theme: "base",
    look: "classic",
    layout: id,
    flowchart: { padding: 0, useMaxWidth: false },
  });
}

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
  const drawn = bind(svg);
  for (const id of bindings.keys()) {
    const element = drawn.get(id)?.at(-1); // of an edge its label
    if (!(element instanceof SVGGElement)) throw new Error(`diagram: Mermaid drew no ${id}`);
    elements.set(id, element);
  }
  return elements;
}
