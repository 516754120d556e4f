/** @import { StageName } from "../../vitrine.d.ts" */
/** @import { Card } from "../card.js" */
/** @import { Box } from "../pipeline/places.js" */
/** @import { Sources } from "../readings/readings.js" */
/** @import { Placeholder } from "./placeholders.js" */
import { el, svgEl } from "../../kit/dom.js";
import { family } from "../../run/stages.js";
import { mountOption } from "../option.js";
import { mountSigns } from "../signs.js";
import { takeRoom } from "./label.js";
import { lineOf } from "./line.js";
import { fillingOf } from "./placeholders.js";

const GLYPH = 6.7; // advance of a value's letter in own.css, 11 px of the monospaced stacks
const BADGE = { height: 18, least: 132, pad: 12, over: 28 }; // px: how far it may be wider than its node
const NEWEST = -1;

/**
 * @typedef {object} Found
 * @property {"node" | "frame" | "edge"} kind
 * @property {SVGGElement} group
 * @property {SVGPathElement} [path] of an edge
 * @property {number} part which of the nodes of this stage, in reading order
 * @property {boolean} steps whether the nodes of `generation` tell the steps one by one
 * @property {Placeholder[]} placeholders of its label
 * @property {(element: SVGGraphicsElement) => Box} boxOf
 */

/**
 * A bound element of an own diagram: its label and colours stay; a ring, a mark and its value are added. The value stands
 * where the label has a placeholder, else in a badge on its lower edge.
 *
 * @param {string} id
 * @param {StageName} stage
 * @param {Found} found
 * @returns {Card}
 */
export function dress(id, stage, { kind, group, path, part, steps, placeholders, boxOf }) {
  const box = boxOf(path && group.querySelector(".edgeLabel foreignObject div")?.textContent ? /** @type {SVGGElement} */ (group.querySelector(".edgeLabel")) : group);
  const local = path ? middle(path, group) : boxIn(group);
  const spans = takeRoom(group);
  const lines = placeholders.flatMap((placeholder) => Array.from({ length: placeholder.lines }, (_, line) => ({ placeholder, line })));
  const told = stage === "generation" && !steps ? NEWEST : part;

  const width = Math.max(BADGE.least, Math.min(local.width + BADGE.over, 30 * GLYPH));
  const columns = Math.floor((width - BADGE.pad) / GLYPH);
  const value = el("span", { class: "badge-value" });
  const sign = el("span", { class: "mark" });
  const badge = spans.length ? null : foreign(local, width, BADGE.height, el("div", { class: "badge" }, sign, value));
  if (path) group.prepend(hit(path));
  else group.append(ring(local));
  if (badge) group.append(badge);
  else if (kind === "node") group.append(foreign({ ...local, y: local.y - local.height }, width, BADGE.height, el("div", { class: "flag" }, sign)));
  const edge = local.y + (badge ? 0 : local.height); // that the value leaves free
  const signs = mountSigns(group, { off: { right: local.x + local.width, y: edge }, differs: { left: local.x, y: edge } });
  const option = mountOption(group, stage, part === 0 ? { cx: local.x, cy: local.y + Math.min(local.height / 2, 14) } : null);
  group.setAttribute("class", `${kind === "frame" ? "cluster" : kind} stage ${family(stage)}`); // an author's class may be called as one of ours
  group.dataset.id = id;

  return {
    id,
    stage,
    part,
    group,
    box,
    frame: kind === "frame",
    heeds: spans.length || stage === "decode" ? "all" : "own",
    steps,

    /** @param {Sources} sources */
    show(sources) {
      const where = { stage, part: told, sources };
      if (!spans.length) write(value, lineOf(stage, told, sources, columns));
      for (const [i, { placeholder, line }] of lines.entries()) if (spans[i]) write(spans[i], fillingOf(placeholder, where)[line]);
    },

    ...option,
    ...signs,

    /** @param {{ moment: string, old: string } | null} said */
    date: (said) => write(sign, said?.old ?? ""),
  };
}

/** @param {HTMLElement} element @param {string} text */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** The place of a node or subgraph in its group. @param {SVGGElement} group @returns {Box} */
function boxIn(group) {
  const { x, y, width, height } = group.getBBox();
  return { x, y, width, height };
}

/** The middle of an edge, or of its label. @param {SVGPathElement} path @param {SVGGElement} group */
function middle(path, group) {
  const label = /** @type {SVGGElement | null} */ (group.querySelector(".edgeLabel"));
  const at = /translate\(([-\d.]+)[, ]+([-\d.]+)\)/.exec(label?.getAttribute("transform") ?? "");
  const { width, height } = label?.getBBox() ?? { width: 0, height: 0 };
  const { x, y } = at ? { x: Number(at[1]), y: Number(at[2]) } : path.getPointAtLength(path.getTotalLength() / 2);
  return { x: x - width / 2, y: y - height / 2, width, height };
}

/** @param {{ x: number, y: number, width: number, height: number }} at hangs on its lower edge @param {number} width @param {number} height @param {HTMLElement} content */
const foreign = (at, width, height, content) => svgEl("foreignObject", { x: at.x + (at.width - width) / 2, y: at.y + at.height - height / 2, width, height }, content);

/** A line around a shape, of which the author's colours may hide the border. @param {DOMRect | Box} box */
const ring = ({ x, y, width, height }) => svgEl("path", { class: "ring", d: `M${x - 3} ${y - 3}h${width + 6}v${height + 6}h${-width - 6}z` });

/** The edge once more, wide enough to be pressed. @param {SVGPathElement} path */
const hit = (path) => svgEl("path", { class: "hit", d: path.getAttribute("d") ?? "" });
