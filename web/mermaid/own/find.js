/** @import { Mark } from "./ids.js" */
/** @import { Scan } from "./scan.js" */
import { authorIds, placeEdges, scanOf } from "./ids.js";

const NODES = "g.node, g.rough-node";
const EDGES = ".edgePaths path[id], path[data-id]";

/**
 * An element of a picture: a group, or an edge's path with its label.
 *
 * @typedef {{ kind: "node" | "frame", group: SVGGElement } | { kind: "edge", path: SVGPathElement, label: SVGGElement | null }} Part
 */

/**
 * The elements of a picture that some Mermaid has drawn, by the author's ids.
 *
 * @param {SVGSVGElement} svg
 * @param {Scan} [known] of its text; where there is none, what the picture tells stands in its place
 * @returns {{ scan: Scan, parts: Map<string, Part> }}
 */
export function findIn(svg, known) {
  const drawn = /** @type {SVGGraphicsElement[]} */ ([...svg.querySelectorAll(`${NODES}, g.cluster, ${EDGES}`)]);
  /** @type {Mark[]} */
  const marks = drawn.map((element) => ({
    kind: element.matches(NODES) ? "node" : element.matches("g.cluster") ? "group" : "edge",
    id: element.id,
    data: element.dataset.id ?? "",
    classes: [...element.classList],
  }));
  const named = authorIds(marks, svg.id, known);
  const scan = known ?? scanOf(marks, named);
  /** @type {Map<string, Part>} */
  const parts = new Map();
  for (const [id, at] of named.nodes) if (scan.nodes.has(id)) parts.set(id, { kind: "node", group: /** @type {SVGGElement} */ (drawn[at]) });
  for (const [id, at] of named.groups) if (scan.groups.has(id)) parts.set(id, { kind: "frame", group: /** @type {SVGGElement} */ (drawn[at]) });
  for (const [id, at] of placeEdges(scan.edges, named)) {
    const path = /** @type {SVGPathElement} */ (drawn[at]);
    parts.set(id, { kind: "edge", path, label: labelOf(svg, path, marks[at].data) });
  }
  return { scan, parts };
}

/**
 * The label of an edge, by its data-id; before 11.14 it has none, and labels stand in the order of the paths.
 *
 * @param {SVGSVGElement} svg
 * @param {SVGPathElement} path
 * @param {string} data
 */
function labelOf(svg, path, data) {
  const labels = /** @type {SVGGElement[]} */ ([...svg.querySelectorAll("g.edgeLabel")]);
  const named = labels.find((one) => data && one.querySelector(":scope > .label")?.getAttribute("data-id") === data);
  if (named) return named;
  const paths = path.closest(".edgePaths");
  const beside = [...(paths?.parentElement?.querySelector(":scope > .edgeLabels")?.children ?? [])];
  if (!paths || beside.length !== paths.childElementCount || beside.some((one) => one.querySelector(":scope > .label")?.hasAttribute("data-id"))) return null;
  const label = beside[[...paths.children].indexOf(path)];
  return label instanceof SVGGElement ? label : null;
}
