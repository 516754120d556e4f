/** @import { Part } from "./find.js" */
import { escape } from "./copy.js";
import { findIn } from "./find.js";

/** @typedef {{ x: number, y: number, width: number, height: number }} Box of a node: its middle, without a size */

/**
 * A picture that some Mermaid has drawn, as a text that draws the same elements: where the author's own text is lost. Colours
 * and shapes are not in it.
 *
 * @param {SVGSVGElement} svg
 * @returns {string} "" where it is no flowchart
 */
export function writtenOf(svg) {
  const { scan, parts } = findIn(svg);
  if (!scan.flowchart) return "";
  const boxes = new Map([...parts].flatMap(([id, part]) => (part.kind === "edge" ? [] : [[id, boxOf(part.group)]])));
  const around = new Map([...boxes].map(([id, box]) => [id, groupAround(id, box)]));
  const nodes = [...scan.nodes.values()].sort((a, b) => a.end - b.end);
  /** @type {Set<string>} */
  const told = new Set();
  const lines = nodes.flatMap(({ id }) => (told.has(id) ? [] : element(top(id), 1)));
  for (const { id, from, to } of scan.edges) {
    const part = parts.get(id);
    if (part?.kind !== "edge" || !from || !to) continue;
    const words = part.label ? wordsOf(part.label) : "";
    lines.push(`    ${from} ${lineOf(part.path)}${words && `|"${words}"|`} ${to}`);
  }
  return ["graph TD", ...lines].join("\n");

  /** The outermost group that an element stands in, or itself. @param {string} id @returns {string} */
  function top(id) {
    const group = around.get(id);
    return group === undefined ? id : top(group);
  }

  /** @param {string} id @param {number} depth @returns {string[]} */
  function element(id, depth) {
    told.add(id);
    const part = parts.get(id);
    const words = part && part.kind !== "edge" ? wordsOf(labelIn(part)) : "";
    const line = `${"    ".repeat(depth)}${scan.groups.has(id) ? "subgraph " : ""}${id}${words && `["${words}"]`}`;
    if (!scan.groups.has(id)) return [line];
    const members = [...nodes, ...scan.groups.values()].filter((one) => around.get(one.id) === id);
    return [line, ...members.flatMap((one) => element(one.id, depth + 1)), `${"    ".repeat(depth)}end`];
  }

  /** The smallest group that has an element's middle in it. @param {string} id @param {Box} box */
  function groupAround(id, box) {
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const size = box.width * box.height;
    const all = [...boxes].filter(([other, one]) => scan.groups.has(other) && other !== id && one.width * one.height > size && x > one.x && x < one.x + one.width && y > one.y && y < one.y + one.height);
    return all.sort(([, a], [, b]) => a.width * a.height - b.width * b.height)[0]?.[0];
  }
}

/** Where a node or a subgraph stands, by what is written in the picture: it may be shown nowhere. @param {SVGGElement} group @returns {Box} */
function boxOf(group) {
  let [x, y] = [0, 0];
  for (let one = /** @type {Element | null} */ (group); one; one = one.parentElement) {
    const moved = /translate\(\s*([-\d.e]+)[\s,]+([-\d.e]+)/.exec(one.getAttribute("transform") ?? "");
    if (moved) [x, y] = [x + Number(moved[1]), y + Number(moved[2])];
  }
  const rect = group.matches(".cluster") ? group.querySelector("rect") : null;
  const [left, above, width, height] = ["x", "y", "width", "height"].map((name) => Number(rect?.getAttribute(name) ?? 0));
  return { x: x + left, y: y + above, width, height };
}

/** @param {Exclude<Part, { kind: "edge" }>} part */
const labelIn = ({ group }) => group.querySelector(":scope > .label, :scope > .cluster-label, :scope > g > .label") ?? group;

/** The words of a label, as a quoted one has them; placeholders stay. @param {Element} label */
function wordsOf(label) {
  const copy = /** @type {Element} */ (label.cloneNode(true));
  for (const part of copy.querySelectorAll("br, .row")) part.before("\n");
  const lines = (copy.textContent ?? "").split("\n").map(escape).filter(Boolean);
  return lines.join("<br/>").replace(/#123;([a-z]+)(?:#58;(\d+))?#125;/g, (_, name, lines) => `{${name}${lines ? `:${lines}` : ""}}`);
}

/** @param {SVGPathElement} path */
function lineOf(path) {
  const head = path.hasAttribute("marker-end");
  if (path.matches(".edge-pattern-dotted")) return head ? "-.->" : "-.-";
  if (path.matches(".edge-thickness-thick")) return head ? "==>" : "===";
  return head ? "-->" : "---";
}
