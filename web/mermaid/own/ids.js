/** @import { Edge, Element, Scan } from "./scan.js" */

/**
 * What a Mermaid of any version has written on an element that it drew: its id, its data-id or "", its classes.
 *
 * @typedef {{ kind: "node" | "group" | "edge", id: string, data: string, classes: string[] }} Mark
 */
/** @typedef {{ nodes: Map<string, number>, groups: Map<string, number>, edges: { id: string, from: string, to: string, order: number, at: number }[] }} Named by the author's ids; numbers are places in the list of marks */

const NODE = /^(.+)-(\d+)$/; // the number counts mentions
const EDGE = /^L([-_])(.+)\1(\d+)$/;

/**
 * The author's ids of what some Mermaid has drawn.
 *
 * | | 9.4, 10.9 | 11.0 - 11.13 | from 11.14 |
 * |---|---|---|---|
 * | node | `flowchart-A-N`, mostly with data-id `A` | `flowchart-A-N` | `<svg>-flowchart-A-N` |
 * | edge | `L-A-B-n`, classes `LS-A LE-B` | `L_A_B_n` | `<svg>-L_A_B_n`, data-id `L_A_B_n` |
 * | subgraph | `S` | `S` | `<svg>-S` |
 *
 * An id that the author gave to an edge stands in the place of `L_A_B_n`.
 *
 * @param {Mark[]} marks in the order of the picture
 * @param {string} svg the picture's own id
 * @param {Scan} [known] of the text, where there is one: an id of it is preferred, the longest first
 * @returns {Named}
 */
export function authorIds(marks, svg, known) {
  /** @type {Named} */
  const named = { nodes: new Map(), groups: new Map(), edges: [] };
  for (const [at, { kind, id, data }] of marks.entries()) {
    if (kind === "node") {
      const name = nodeId(id, data);
      if (name && !named.nodes.has(name)) named.nodes.set(name, at);
    } else if (kind === "group") {
      const name = best(afterEach(id, "-").concat(id), known?.groups) ?? after(id);
      if (name && !named.groups.has(name)) named.groups.set(name, at);
    }
  }
  const ends = new Set([...named.nodes.keys(), ...named.groups.keys(), ...(known?.nodes.keys() ?? []), ...(known?.groups.keys() ?? [])]);
  const written = new Set(known?.edges.map(({ id }) => id));
  for (const [at, mark] of marks.entries()) if (mark.kind === "edge") named.edges.push({ ...edgeOf(mark, ends), at });
  return named;

  /** @param {string} id @param {string} data */
  function nodeId(id, data) {
    if (data && /(?:^|-)flowchart-/.test(id)) return data;
    const rests = [...(id.startsWith("flowchart-") ? [id.slice(10)] : []), ...afterEach(id, "-flowchart-")];
    const names = rests.flatMap((rest) => NODE.exec(rest)?.[1] ?? []);
    const own = NODE.exec(after(id).replace(/^flowchart-/, ""))?.[1];
    return best(names, known?.nodes) ?? (names.includes(own ?? "") ? own : names[0]) ?? "";
  }

  /** @param {string} id without the picture's */
  function after(id) {
    return svg && id.startsWith(`${svg}-`) ? id.slice(svg.length + 1) : id;
  }

  /** @param {Mark} mark @param {Set<string>} ends @returns {{ id: string, from: string, to: string, order: number }} */
  function edgeOf({ id, data, classes }, ends) {
    const name = data || best(afterEach(id, "-"), written) || after(id);
    const [, mark = "", both = "", order = "0"] = EDGE.exec(name) ?? [];
    const from = classes.find((one) => one.startsWith("LS-"))?.slice(3);
    const to = classes.find((one) => one.startsWith("LE-"))?.slice(3);
    if (from !== undefined && to !== undefined) return { id: "", from, to, order: Number(order) };
    for (let cut = both.lastIndexOf(mark); mark && cut > 0; cut = both.lastIndexOf(mark, cut - 1)) {
      const pair = { from: both.slice(0, cut), to: both.slice(cut + 1) };
      if (ends.has(pair.from) && ends.has(pair.to)) return { id: "", ...pair, order: Number(order) };
    }
    return { id: name, from: "", to: "", order: 0 };
  }
}

/** What stands behind each mention of a word, the longest first. @param {string} id @param {string} word */
function afterEach(id, word) {
  const rests = [];
  for (let at = id.indexOf(word); at >= 0; at = id.indexOf(word, at + 1)) rests.push(id.slice(at + word.length));
  return rests;
}

/** The longest name that is known. @param {string[]} names @param {{ has(name: string): boolean }} [known] */
const best = (names, known) => names.filter((name) => known?.has(name)).sort((a, b) => b.length - a.length)[0];

/**
 * What can be told of a diagram of which there is the picture only: no labels, no lines; nodes in the order of their mentions.
 *
 * @param {Mark[]} marks
 * @param {Named} named
 * @returns {Scan}
 */
export function scanOf(marks, { nodes, groups, edges }) {
  const mentions = (/** @type {number} */ at) => Number(/\d+$/.exec(marks[at].id)?.[0] ?? at);
  /** @param {string} id @param {number} end @returns {Element} */
  const element = (id, end, line = 1) => ({ id, line, end, label: null });
  const inOrder = edges.slice().sort((a, b) => a.order - b.order);
  return {
    flowchart: nodes.size > 0,
    line: 1,
    nodes: new Map([...nodes].map(([id, at]) => [id, element(id, mentions(at))])),
    groups: new Map([...groups].map(([id]) => [id, element(id, -1)])),
    edges: inOrder.map(({ id, from, to }, i) => ({ ...element(id || edgeId(inOrder, i), i, 2), from, to })),
    directives: [],
    images: [],
  };
}

/** As `scan` calls an edge: by its ends and how many there were before it. @param {{ from: string, to: string }[]} edges @param {number} i */
function edgeId(edges, i) {
  const { from, to } = edges[i];
  const before = edges.slice(0, i).filter((one) => one.from === from && one.to === to).length;
  return `L_${from}_${to}_${before && before + 1}`;
}

/**
 * Where each edge of a diagram is in the list of marks: by the id that its author gave, else as the first, second, ... of those
 * between the same ends, since versions count them in different ways.
 *
 * @param {Edge[]} edges
 * @param {Named} named
 * @returns {Map<string, number>}
 */
export function placeEdges(edges, named) {
  const drawn = named.edges.slice().sort((a, b) => a.order - b.order);
  const own = new Map(drawn.filter(({ id }) => id).map(({ id, at }) => [id, at]));
  return new Map(
    edges.flatMap(({ id, from, to }) => {
      const alike = edges.filter((one) => one.from === from && one.to === to && !own.has(one.id));
      const at = own.get(id) ?? drawn.filter((one) => !one.id && one.from === from && one.to === to)[alike.findIndex((one) => one.id === id)]?.at;
      return at === undefined ? [] : [[id, at]];
    }),
  );
}
