/** @import { Bindings } from "../drawing.js" */
/** @import { Card } from "../card.js" */
/** @import { Placeholder } from "./placeholders.js" */
/** @import { Part } from "./find.js" */
/** @import { Scan } from "./scan.js" */
/** @import { Box } from "../pipeline/places.js" */
import { drawingOf } from "../drawing.js";
import { dress } from "./card.js";
import { findIn } from "./find.js";
import { inkOn } from "./ink.js";
import { STEP_NODES } from "./line.js";

/** @typedef {{ scan: Scan, bindings: Bindings, places: Map<string, Placeholder[]> }} Bound */

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 12; // around the picture: marks stand out of the nodes

/**
 * A picture that Mermaid has drawn, with its bound elements dressed.
 *
 * @param {SVGSVGElement} svg in the document
 * @param {Bound} bound
 */
export function dressed(svg, { scan, bindings, places }) {
  const { parts } = findIn(svg, scan);
  strip(svg);
  const size = frame(svg);
  for (const group of svg.querySelectorAll("g.node, g.cluster")) {
    const ink = group instanceof SVGGElement && inkOn(group);
    if (ink) group.setAttribute("data-ink", ink);
  }
  const telling = [...bindings].filter(([id, stage]) => stage === "generation" && scan.nodes.has(id)).length;
  /** @type {Card[]} */
  const cards = [];
  for (const [id, stage] of bindings) {
    const part = parts.get(id);
    if (!part) continue; // Mermaid draws no path of an edge from a node to itself
    const before = cards.filter((card) => card.stage === stage && !card.frame).length;
    cards.push(dress(id, stage, { ...grouped(part), part: before, steps: telling === STEP_NODES, placeholders: places.get(id) ?? [], boxOf }));
  }
  return drawingOf(svg, size, cards);

  /** @param {SVGGraphicsElement} element @returns {Box} in the picture */
  function boxOf(element) {
    const { x, y, width, height } = element.getBoundingClientRect();
    const origin = svg.getBoundingClientRect();
    const scale = origin.width / size.width || 1;
    return { x: (x - origin.x) / scale, y: (y - origin.y) / scale, width: width / scale, height: height / scale };
  }
}

/** Takes Mermaid's own styles off: own.css styles the picture; the colours that an author gave stand in the elements. @param {SVGSVGElement} svg */
function strip(svg) {
  for (const element of svg.querySelectorAll("style, filter")) element.remove();
  svg.setAttribute("class", "own");
  svg.removeAttribute("style");
  for (const element of [svg, ...svg.querySelectorAll("g")]) element.setAttribute("role", "presentation");
  for (const [selector, name] of [["g.node, g.rough-node", "node"], ["g.cluster", "cluster"]]) {
    for (const group of svg.querySelectorAll(selector)) group.setAttribute("class", name); // an author's class may be called as one of ours
  }
}

/** Makes the picture as large as it is. @param {SVGSVGElement} svg */
function frame(svg) {
  const [x, y, w, h] = (svg.getAttribute("viewBox") ?? "0 0 1 1").split(" ").map(Number);
  const [width, height] = [Math.ceil(w) + 2 * MARGIN, Math.ceil(h) + 2 * MARGIN];
  svg.setAttribute("viewBox", `${x - MARGIN} ${y - MARGIN} ${width} ${height}`);
  svg.setAttribute("width", String(width));
  svg.setAttribute("height", String(height));
  return { width, height };
}

/** An element with a group of its own, which an edge and its label get here. @param {Part} part */
function grouped(part) {
  if (part.kind !== "edge") return part;
  const { kind, path, label } = part;
  const group = document.createElementNS(SVG, "g");
  group.setAttribute("class", "edge");
  (label ?? path).before(group);
  group.append(path, ...(label ? [label] : []));
  return { kind, group, path };
}
