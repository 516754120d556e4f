/** @import { Label } from "./reader.js" */
import { FRONT_MATTER } from "./lines.js";
import { createReader } from "./reader.js";

/**
 * Where things stand in the text of a Mermaid flowchart: its nodes, subgraphs, edges, labels and our directives, each with
 * the author's own line. Mermaid has no public way to ask for them. What is not understood is passed over: Mermaid itself
 * says what is wrong with it.
 *
 * @typedef {{ id: string, line: number, end: number, label: Label | null }} Element `end`: offset behind the id's first mention
 * @typedef {Element & { from: string, to: string }} Edge its id is the one that Mermaid gives
 * @typedef {object} Scan
 * @property {boolean} flowchart
 * @property {number} line of the keyword, 1-based
 * @property {Map<string, Element>} nodes
 * @property {Map<string, Element>} groups
 * @property {Edge[]} edges one more than MOST_EDGES where there are more
 * @property {{ line: number, text: string }[]} directives what stands behind `%% vitrine:`
 * @property {number[]} images lines of nodes that are to be drawn as an image of another host
 */

const ID = /(?:[\p{L}\p{N}!#$%'*+.`?\\_/&,]|-(?![>\-.])|=(?!=)|:(?!::))+/uy;
export const MOST_EDGES = 500; // Source: maxEdges in Mermaid's default configuration
const EDGE_ID = /\s*([^\s"[\](){}|;]+)@(?=[^{"])/y;
const SKIPPED = /(?:classDef|class|style|linkStyle|click|direction|accTitle)\b[^\n]*|accDescr\s*(?:\{[^}]*\}|:[^\n]*)/y;

/**
 * @param {string} text
 * @returns {Scan}
 */
export function scan(text) {
  const reader = createReader(text);
  /** @type {Scan} */
  const found = { flowchart: false, line: 1, nodes: new Map(), groups: new Map(), edges: [], directives: [], images: [] };
  /** @type {(Element | null)[]} */
  const open = [];
  reader.at = FRONT_MATTER.exec(text)?.[0].length ?? 0;

  while (reader.skip()) {
    const line = reader.line();
    let part;
    const configured = text.startsWith("%%{", reader.at) ? text.indexOf("}%%", reader.at) : -1;
    if (configured >= 0) reader.at = configured + 3;
    else if ((part = reader.match(/%%[^\n]*/y))) {
      const directive = /^%%\s*vitrine\s*:(.*)$/.exec(part[0]);
      if (directive) found.directives.push({ line, text: directive[1] });
    } else if (!found.flowchart) {
      if (!reader.match(/(?:graph|flowchart(?:-elk)?)\b[^\n;]*/y)) return { ...found, line };
      Object.assign(found, { flowchart: true, line });
    } else if (reader.match(/subgraph\b[^\S\n]*/y)) open.push(group(line));
    else if (reader.match(/end\b/y)) close();
    else if (!reader.match(SKIPPED) && !chain()) reader.match(/[^\n]*/y);
  }
  while (open.length) close();
  for (const id of found.groups.keys()) found.nodes.delete(id); // that an edge names
  return found;

  /** @param {number} line @returns {Element | null} null: Mermaid gives it an id */
  function group(line) {
    const start = reader.at;
    const id = reader.match(ID)?.[0];
    const end = reader.at;
    reader.match(/[^\S\n]*/y);
    const label = id ? reader.shape() : null;
    if (label || (id && reader.match(/[^\S\n]*(?=[\n;]|$)/y))) return { id: id ?? "", line, end, label };
    reader.at = start;
    const title = reader.match(/"([^"]*)"|[^\n;]*/y);
    const words = (title?.[1] ?? title?.[0] ?? "").trim();
    if (/\s/.test(words) || words === "") return null;
    return { id: words, line, end: reader.at, label: null };
  }

  function close() {
    const element = open.pop();
    if (element) found.groups.set(element.id, element);
  }

  /** Nodes, and edges between them. */
  function chain() {
    let from = many();
    if (from.length === 0) return false;
    for (;;) {
      const line = reader.line();
      const own = reader.match(EDGE_ID)?.[1];
      const label = reader.link();
      if (label === undefined) return true;
      const end = reader.at;
      const to = many();
      for (const a of from) for (const b of to) if (found.edges.length <= MOST_EDGES) edge(a, b, own, { line, end, label });
      if (to.length === 0) return true;
      from = to;
    }
  }

  /** @param {string} from @param {string} to @param {string | undefined} own @param {{ line: number, end: number, label: Label | null }} where */
  function edge(from, to, own, where) {
    const before = found.edges.filter((one) => one.from === from && one.to === to).length;
    const free = own !== undefined && !found.edges.some(({ id }) => id === own);
    // Source: addSingleLink of Mermaid's flowDb.
    const id = free ? own : `L_${from}_${to}_${before && before + 1}`;
    found.edges.push({ id, from, to, ...where });
  }

  /** Nodes with & between them. */
  function many() {
    /** @type {string[]} */
    const ids = [];
    do {
      const id = node();
      if (id === null) break;
      ids.push(id);
    } while (reader.match(/\s+&\s+/y));
    return ids;
  }

  function node() {
    const line = reader.line();
    const id = reader.match(ID)?.[0];
    if (!id) return null;
    const end = reader.at;
    const data = reader.match(/@\{(?:"[^"]*"|[^"}])*\}/y);
    if (data && /["']?\bimg["']?\s*:/.test(data[0])) found.images.push(line);
    const quoted = data && /\blabel\s*:\s*"([^"]*)"/d.exec(data[0])?.indices?.[1];
    const label = data ? (quoted ? reader.place(end + quoted[0], end + quoted[1], true) : null) : reader.shape();
    reader.match(/:::[\w,-]+/y);
    const before = found.nodes.get(id);
    if (data && found.edges.some((edge) => edge.id === id)) return id; // it says how an edge is drawn
    if (!before) found.nodes.set(id, { id, line, end, label });
    else if (label) found.nodes.set(id, { ...before, label });
    return id;
  }
}
