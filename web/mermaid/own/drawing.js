/** @import { MermaidConfig } from "mermaid" */
/** @import { Bindings } from "../drawing.js" */
/** @import { Card } from "../card.js" */
/** @import { Placeholder } from "./placeholders.js" */
/** @import { Scan } from "./scan.js" */
/** @import { Box } from "../pipeline/places.js" */
import { el } from "../../kit/dom.js";
import { drawingOf } from "../drawing.js";
import { render } from "../render.js";
import { dress } from "./card.js";
import { clean, TAGS } from "./clean.js";
import { inkOn } from "./ink.js";
import { STEP_NODES } from "./line.js";
import { check } from "./read.js";

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 12; // around the picture: marks stand out of the nodes
const SECURE = ["secure", "securityLevel", "startOnLoad", "maxTextSize", "suppressErrorRendering", "maxEdges", "dompurifyConfig", "htmlLabels", "layout", "theme", "themeCSS", "fontFamily"];
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif"; // --font-ui

/**
 * An own diagram, as Mermaid lays it out, with its bound elements dressed.
 *
 * @param {string} source with room for the placeholders
 * @param {{ scan: Scan, bindings: Bindings, places: Map<string, Placeholder[]> }} bound
 */
export async function createOwnDrawing(source, bound) {
  const draft = el("div", { class: "diagram-draft", "aria-hidden": "true" });
  document.body.append(draft); // the diagram's own place may be hidden, as in a tab that is not chosen, and measure nothing
  try {
    const svg = await render(source, draft, configure, { check, clean });
    strip(svg);
    draft.replaceChildren(svg);
    return dressed(svg, bound);
  } finally {
    draft.remove();
  }
}

/** @returns {MermaidConfig} */
const configure = () => ({
  layout: "dagre",
  secure: SECURE,
  fontFamily: FONT,
  themeVariables: { fontFamily: FONT, fontSize: "14px" },
  dompurifyConfig: { ALLOWED_TAGS: TAGS, ALLOWED_ATTR: [] },
  flowchart: { useMaxWidth: false, inheritDir: true, wrappingWidth: 260, nodeSpacing: 44, rankSpacing: 48 },
});

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

/**
 * @param {SVGSVGElement} svg in the document
 * @param {Parameters<typeof createOwnDrawing>[1]} bound
 */
function dressed(svg, { scan, bindings, places }) {
  const size = frame(svg);
  for (const group of svg.querySelectorAll("g.node, g.cluster")) {
    const ink = group instanceof SVGGElement && inkOn(group);
    if (ink) group.setAttribute("data-ink", ink);
  }
  const telling = [...bindings].filter(([id, stage]) => stage === "generation" && scan.nodes.has(id)).length;
  /** @type {Card[]} */
  const cards = [];
  for (const [id, stage] of bindings) {
    const found = find(svg, scan, id);
    if (!found) continue; // Mermaid draws no path of an edge from a node to itself
    const part = cards.filter((card) => card.stage === stage && !card.frame).length;
    cards.push(dress(id, stage, { ...found, part, steps: telling === STEP_NODES, placeholders: places.get(id) ?? [], boxOf }));
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

/** Makes the picture as large as it is. @param {SVGSVGElement} svg */
function frame(svg) {
  const [x, y, w, h] = (svg.getAttribute("viewBox") ?? "0 0 1 1").split(" ").map(Number);
  const [width, height] = [Math.ceil(w) + 2 * MARGIN, Math.ceil(h) + 2 * MARGIN];
  svg.setAttribute("viewBox", `${x - MARGIN} ${y - MARGIN} ${width} ${height}`);
  svg.setAttribute("width", String(width));
  svg.setAttribute("height", String(height));
  return { width, height };
}

/**
 * The group of an element.
 *
 * @param {SVGSVGElement} svg
 * @param {Scan} scan
 * @param {string} id
 * @returns {{ kind: "node" | "frame" | "edge", group: SVGGElement, path?: SVGPathElement } | null}
 */
function find(svg, scan, id) {
  const prefix = `${svg.id}-`;
  if (scan.groups.has(id)) {
    const group = svg.querySelector(`g.cluster[id="${CSS.escape(prefix + id)}"]`);
    return group instanceof SVGGElement ? { kind: "frame", group } : null;
  }
  if (scan.nodes.has(id)) {
    const group = [...svg.querySelectorAll("g.node")].find((node) => node.id.startsWith(`${prefix}flowchart-${id}-`) && /^\d+$/.test(node.id.slice(`${prefix}flowchart-${id}-`.length)));
    return group instanceof SVGGElement ? { kind: "node", group } : null;
  }
  const path = [...svg.querySelectorAll("path")].find((one) => one.dataset.id === id);
  if (!path) return null;
  const label = [...svg.querySelectorAll("g.edgeLabel")].find((one) => one.querySelector(":scope > .label")?.getAttribute("data-id") === id);
  const group = document.createElementNS(SVG, "g");
  group.setAttribute("class", "edge");
  (label ?? path).before(group);
  group.append(path, ...(label ? [label] : []));
  return { kind: "edge", group, path };
}
