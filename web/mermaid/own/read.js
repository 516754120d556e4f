/** @import { Bindings } from "../drawing.js" */
/** @import { Problem, ProblemCode } from "./bind.js" */
/** @import { Placeholder } from "./placeholders.js" */
/** @import { Diagram } from "../render.js" */
/** @import { Scan } from "./scan.js" */
import { bind, MOST_PROBLEMS } from "./bind.js";
import { withRoom } from "./label.js";
import { authorLines } from "./lines.js";
import { MOST_EDGES, scan } from "./scan.js";
import { writtenOf } from "./written.js";

const MOST_CHARACTERS = 50_000; // Source: maxTextSize in Mermaid's default configuration; it draws another text in the place of a longer one
const MOST_NODES = 1000; // with subgraphs: twice what the edges can connect, and some 20 s of Mermaid's on a slow machine

/**
 * An own diagram as it was read. `drawable`: Mermaid may be given its source.
 *
 * @typedef {{ text: string, scan: Scan, bindings: Bindings, places: Map<string, Placeholder[]>, source: string, problems: Problem[], drawable: boolean }} Read
 */

/**
 * @param {string} text
 * @param {Record<string, string>} [told] stage by element, beside what the text says
 * @returns {Read}
 */
export function read(text, told) {
  if (text.length > MOST_CHARACTERS) return { text, scan: scan(""), bindings: new Map(), places: new Map(), source: "", problems: [problem("large")], drawable: false };
  const scanned = scan(text);
  const { bindings, problems } = bind(scanned, told);
  const { source, places, problems: more } = withRoom(text, scanned, bindings);
  const large = scanned.nodes.size + scanned.groups.size > MOST_NODES || scanned.edges.length > MOST_EDGES || source.length > MOST_CHARACTERS;
  const all = [...(large ? [problem("large", scanned.line)] : []), ...problems, ...more].slice(0, MOST_PROBLEMS);
  return { text, scan: scanned, bindings, places, source, problems: all, drawable: scanned.flowchart && scanned.images.length === 0 && !large };
}

/**
 * A picture that some Mermaid has drawn, of whose text nothing is left: ids tell what it shows. It stays as it is.
 *
 * @param {SVGSVGElement} svg
 */
export const readPicture = (svg) => read(writtenOf(svg));

/**
 * Throws where Mermaid has read what `read` would have refused: it understands more ways to write it than `scan` does.
 *
 * @param {Diagram} diagram
 */
export function check({ type, db }) {
  if (!/^flowchart/.test(type)) throw new Refusal("kind");
  const nodes = [...db.getVertices().values()];
  if (nodes.some(({ img }) => img)) throw new Refusal("image");
  if (nodes.length + db.getSubGraphs().length > MOST_NODES) throw new Refusal("large");
}

class Refusal extends Error {
  /** @param {ProblemCode} code */
  constructor(code) {
    super(`diagram: ${code}`);
    this.code = code;
  }
}

/** One that is said by its code alone. @param {ProblemCode} code @param {number} [line] @returns {Problem} */
const problem = (code, line = 1) => ({ line, code, what: "", like: "" });

/** What often stands in a line that Mermaid does not understand, and what to do about it. */
const habits = /** @type {[like: string, pattern: RegExp][]} */ ([
  ["end", /(?:^|\s)end\s*(?:[-=.~[({]|$)/],
  ["quote", /\["[^"]*$|^[^"]*"[^"]*(?:"[^"]*"[^"]*)*$/],
  ["brackets", /[[({](?!")[^"\])}]*[()[\]{}"][^"]*[\])}]/],
  ["arrow", /[^-=.<]\s*->|[^-]=>|→/],
  ["close", /[[({]"[^"]*"\s*$|[[({][^\])}"]*$/],
]);

/**
 * What Mermaid, or `check`, says of a text that is not drawn, with the author's line.
 *
 * @param {unknown} error
 * @param {string} text the author's
 * @returns {Problem}
 */
export function problemOf(error, text) {
  if (error instanceof Refusal) return problem(error.code);
  const message = error instanceof Error ? error.message : String(error);
  const at = /** @type {{ hash?: { loc?: { first_line?: number } } }} */ (error).hash?.loc?.first_line ?? /on line (\d+)/.exec(message)?.[1];
  if (at === undefined) return { ...problem("failed"), what: message.split("\n")[0] };
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  let line = authorLines(text)(Number(at));
  while (line > 1 && !lines[line - 1]?.trim()) line--; // it says so at the end of what is missing something
  const words = lines[line - 1]?.trim() ?? "";
  const like = habits.find(([, pattern]) => pattern.test(words))?.[0] ?? (/Expecting.*'end'|got '1'/.test(message) && /subgraph/.test(text) ? "subgraph" : "");
  return { line, code: "syntax", what: words, like };
}
