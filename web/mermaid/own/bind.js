/** @import { StageName } from "../../vitrine.d.ts" */
/** @import { Bindings } from "../drawing.js" */
/** @import { Edge, Element, Scan } from "./scan.js" */
import { stageNames } from "../../run/stages.js";
import { bindings as pipeline } from "../pipeline/bindings.js";
import { nearest } from "./nearest.js";

/**
 * What is wrong in the text of a diagram. `what` and `like` are the author's words, and what was probably meant, or "".
 *
 * @typedef {{ line: number, code: ProblemCode, what: string, like: string, other?: string }} Problem
 */
/** @typedef {"kind" | "image" | "unbound" | "stage" | "element" | "twice" | "directive" | "placeholder" | "idle" | "large" | "syntax" | "failed"} ProblemCode */

export const MOST_PROBLEMS = 50; // told at once: more nobody reads

/** Nodes that a diagram of the pipeline has, whatever its author has changed: then it is bound as ours. */
const SIGNATURE = ["A", "B", "C", "D", "E", "DecoderStack", "F6", "H", "I", "J", "K", "L", "M"];

const stages = new Map(stageNames.flatMap((name) => [name, name.replaceAll(".", "_")].map((id) => [id, name])));
const groups = new Set(stageNames.filter((name) => name.includes(".")).map((name) => name.split(".")[0]));

/** @param {string} word @returns {StageName | undefined} */
const stageOf = (word) => stages.get(word);

/**
 * Which stage each element of a diagram shows. What is told in code comes first, then the directives of the text, then what
 * the seed's ids mean where the diagram is the seed's, then ids that are names of stages.
 *
 * @param {Scan} scan
 * @param {Record<string, string>} [told] stage by element: an id, or "A->B" for an edge
 * @returns {{ bindings: Bindings, problems: Problem[] }} in reading order, by the ids that Mermaid gives
 */
export function bind(scan, told = {}) {
  /** @type {Problem[]} */
  const problems = [];
  /** @type {Map<string, StageName>} */
  const bound = new Map();
  const all = elements(scan);
  if (!scan.flowchart) return { bindings: bound, problems: [{ line: scan.line, code: "kind", what: "", like: "" }] };
  for (const line of scan.images) tell(line, "image");

  for (const [what, stage] of Object.entries(told)) one(what, stage, scan.line);
  for (const { line, text } of scan.directives) {
    for (const entry of text.split(",")) {
      const pair = /^\s*(\S.*?)\s*=\s*(\S+)\s*$/.exec(entry);
      if (pair) one(pair[1], pair[2], line);
      else if (entry.trim()) tell(line, "directive", entry.trim());
    }
  }
  if (SIGNATURE.every((id) => scan.nodes.has(id) || scan.groups.has(id))) {
    for (const [id, stage] of pipeline) {
      const element = find(scan, id.replace(">", "->"));
      if (element && !bound.has(element.id)) bound.set(element.id, stage);
    }
  }
  for (const { id, line } of all) {
    const stage = stageOf(id);
    if (bound.has(id)) continue;
    if (stage) bound.set(id, stage);
    else if (groups.has(/^(\w+?)[._]/.exec(id)?.[1] ?? "")) tell(line, "stage", id, [...stages.keys()]);
  }
  if (bound.size === 0 && problems.length === 0) tell(scan.line, "unbound");
  const order = all.map(({ id }) => id).filter((id) => bound.has(id));
  return { bindings: new Map(order.map((id) => [id, /** @type {StageName} */ (bound.get(id))])), problems };

  /** @param {string} what @param {string} name @param {number} line */
  function one(what, name, line) {
    const element = find(scan, what);
    const stage = stageOf(name);
    if (!element) tell(line, "element", what, all.map(({ id }) => id));
    if (!stage) tell(line, "stage", name, stageNames);
    if (!element || !stage) return;
    const before = bound.get(element.id);
    if (before) tell(line, "twice", what, [], { other: before });
    else bound.set(element.id, stage);
  }

  /** @param {number} line @param {ProblemCode} code @param {string} [what] @param {readonly string[]} [words] that may be meant @param {{ other?: string }} [more] */
  function tell(line, code, what = "", words = [], more) {
    if (problems.length < MOST_PROBLEMS) problems.push({ line, code, what, like: nearest(what, words), ...more });
  }
}

/**
 * All that can be bound, in reading order.
 *
 * @param {Scan} scan
 * @returns {Element[]}
 */
export const elements = (scan) => [...scan.groups.values(), ...scan.nodes.values(), ...scan.edges].sort((a, b) => a.line - b.line || a.end - b.end);

/**
 * An element by its id, or an edge by its ends.
 *
 * @param {Scan} scan
 * @param {string} what
 * @returns {Element | Edge | undefined}
 */
function find(scan, what) {
  const named = scan.nodes.get(what) ?? scan.groups.get(what) ?? scan.edges.find(({ id }) => id === what);
  if (named) return named;
  const ends = /^(\S+?)\s*[-=.]+>\s*(\S+)$/.exec(what);
  return ends ? scan.edges.find(({ from, to }) => from === ends[1] && to === ends[2]) : undefined;
}
