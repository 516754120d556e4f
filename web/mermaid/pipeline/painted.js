/** @import { Card } from "../card.js" */
/** @import { Places, Point } from "./places.js" */
import { drawingOf } from "../drawing.js";
import { dress } from "../card.js";
import { svgEl } from "../../kit/dom.js";
import { bindings } from "./bindings.js";
import { down } from "./places.js";

const CORNER = 5 * Math.SQRT2; // where a right angle of radius 5 begins, as Mermaid's curve "rounded" has it
const HEAD = 4; // how much of a line its arrowhead takes
let count = 0;

/**
 * Our pipeline as Mermaid draws it, without Mermaid: everything stands at places that are known, so that there is nothing to
 * lay out, and Mermaid is loaded for an author's diagram alone. That both are the same, a browser test says.
 *
 * @param {string} source pipeline.mmd, filled
 * @param {Places} places
 */
export function paintPipeline(source, places) {
  const id = `vitrine-painted-${++count}`;
  const { boxes, routes } = places;
  const { texts, groups } = labelsOf(source);
  const edges = svgEl("g", { class: "edgePaths", role: "presentation" });
  const nodes = svgEl("g", { class: "nodes", role: "presentation" });
  const canvas = svgEl("g", { role: "presentation" }, arrowhead(id), edges, nodes);
  const { width, height } = places;
  const svg = svgEl("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "presentation" }, canvas);
  for (const { from, to, dotted, arrow } of edgesOf(source)) {
    const route = routes[`${from}>${to}`] ?? down(boxes[from], boxes[to]);
    const path = svgEl("path", { "data-id": `${from}>${to}`, d: pathOf(route, arrow ? HEAD : 0), class: `edge-pattern-${dotted ? "dotted" : "solid"}` });
    if (arrow) path.setAttribute("marker-end", `url(#${id})`);
    edges.append(path);
  }
  /** @type {Card[]} */
  const cards = [];
  for (const [name, stage] of bindings) {
    const kind = name.includes(">") ? "edgeLabel" : groups.has(name) ? "cluster" : "node";
    const { x, y, width, height } = boxes[name];
    const rects = kind === "edgeLabel" ? [] : [svgEl("rect", { x: 0, y: 0, width, height, rx: 8, ry: 8 })];
    const group = svgEl("g", { class: kind, "data-id": name, transform: `translate(${x}, ${y})` }, ...rects);
    nodes.append(group);
    const part = cards.filter((card) => card.stage === stage && !card.frame).length;
    cards.push(dress(name, stage, part, group, boxes[name], (texts.get(name) ?? "").split("<br/>")));
  }
  return drawingOf(svg, places, cards);
}

/** What stands in each element, and which of them are subgraphs. @param {string} source */
function labelsOf(source) {
  const texts = new Map([...source.matchAll(/(\w+)\["([^"]*)"\]/g)].map(([, name, text]) => [name, text]));
  for (const [, from, text, to] of source.matchAll(/(\w+)\s*-\.->\|"([^"]*)"\|\s*(\w+)/g)) texts.set(`${from}>${to}`, text);
  return { texts, groups: new Set([...source.matchAll(/subgraph (\w+)/g)].map(([, name]) => name)) };
}

/** @param {string} source */
function edgesOf(source) {
  const lines = source.replace(/\|"[^"]*"\|/g, "").replace(/\["[^"]*"\]/g, "").split("\n");
  return lines.flatMap((line) => {
    const parts = line.trim().split(/\s*(-->|-\.->|-\.-)\s*/);
    return parts.flatMap((link, i) => (i % 2 ? [{ from: parts[i - 1], to: parts[i + 1], dotted: link !== "-->", arrow: link.endsWith(">") }] : []));
  });
}

/** A line along a route with round corners. @param {Point[]} route @param {number} cut what is left out at its end */
function pathOf(route, cut) {
  const points = [...route.slice(0, -1), toward(route[route.length - 1], route[route.length - 2], cut)];
  const corners = points.slice(1, -1).map((at, i) => {
    const [before, after] = [points[i], points[i + 2]];
    const cut = Math.min(CORNER, distance(at, before) / 2, distance(at, after) / 2);
    return `L${pair(toward(at, before, cut))}Q${pair(at)} ${pair(toward(at, after, cut))}`;
  });
  return `M${pair(points[0])}${corners.join("")}L${pair(points[points.length - 1])}`;
}

/** @param {Point} from @param {Point} to @param {number} length @returns {Point} */
function toward(from, to, length) {
  const whole = distance(from, to);
  return { x: from.x + ((to.x - from.x) * length) / whole, y: from.y + ((to.y - from.y) * length) / whole };
}

/** @param {Point} a @param {Point} b */
const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);
/** @param {Point} point */
const pair = ({ x, y }) => `${x},${y}`;

/** @param {string} id */
function arrowhead(id) {
  const head = svgEl("path", { d: "M 0 0 L 10 5 L 0 10 z" });
  return svgEl("marker", { id, viewBox: "0 0 10 10", refX: 5, refY: 5, markerUnits: "userSpaceOnUse", markerWidth: 8, markerHeight: 8, orient: "auto" }, head);
}
