/**
 * Finds what Mermaid drew of a flowchart, whatever laid it out: nodes and subgraphs by the id that the source gives them;
 * edges, each as its line and its label, by the id that the source or else Mermaid gives them. One without an id in the
 * source is also found as "A>B", those after it between the same ends as "A>B:1" and so on, unless its ends can be read
 * in two ways: Mermaid tells them in its id only, as in "L_A_B_0".
 *
 * @param {SVGSVGElement} svg
 * @returns {Map<string, SVGElement[]>}
 */
export function bind(svg) {
  /** @type {Map<string, SVGElement[]>} */
  const found = new Map();
  for (const group of svg.querySelectorAll("g.node, g.cluster")) {
    const id = idOf(/** @type {SVGGElement} */ (group), svg.id);
    if (id) add(id, group);
  }
  const ends = new Set(found.keys());
  for (const part of svg.querySelectorAll("path.flowchart-link, g.edgeLabel")) {
    const id = part.getAttribute("data-id") ?? part.querySelector("[data-id]")?.getAttribute("data-id");
    if (!id) continue;
    add(id, part);
    const name = nameOf(id);
    if (name) add(name, part);
  }
  return found;

  /** @param {string} id @param {Element} element */
  function add(id, element) {
    const elements = found.get(id) ?? [];
    found.set(id, elements);
    elements.push(/** @type {SVGElement} */ (element));
  }

  /** @param {string} id Mermaid's, of an edge */
  function nameOf(id) {
    const [, pair, count] = /^L_(.+)_(\d+)$/.exec(id) ?? [];
    if (!pair) return "";
    const words = pair.split("_");
    const ways = words.slice(1).map((_, i) => [words.slice(0, i + 1).join("_"), words.slice(i + 1).join("_")]);
    const known = ways.filter(([from, to]) => ends.has(from) && ends.has(to));
    if (known.length !== 1) return "";
    const before = Math.max(0, Number(count) - 1); // Mermaid counts 0, 2, 3
    return `${known[0][0]}>${known[0][1]}${before ? `:${before}` : ""}`;
  }
}

/**
 * @param {SVGGElement} group of a node or a subgraph
 * @param {string} diagram the id of the SVG, which Mermaid puts before those of nodes
 */
function idOf(group, diagram) {
  if (group.dataset.id) return group.dataset.id;
  const own = group.id.startsWith(`${diagram}-`) ? group.id.slice(diagram.length + 1) : group.id;
  return group.classList.contains("cluster") ? own : (/^flowchart-(.+)-\d+$/.exec(own)?.[1] ?? "");
}
