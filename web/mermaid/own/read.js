/** @import { Bindings } from "../drawing.js" */
/** @import { Problem } from "./bind.js" */
/** @import { Placeholder } from "./placeholders.js" */
/** @import { Scan } from "./scan.js" */
import { bind } from "./bind.js";
import { withRoom } from "./label.js";
import { authorLines } from "./lines.js";
import { scan } from "./scan.js";

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
  const scanned = scan(text);
  const { bindings, problems } = bind(scanned, told);
  const { source, places, problems: more } = withRoom(text, scanned, bindings);
  const drawable = scanned.flowchart && scanned.images.length === 0;
  return { text, scan: scanned, bindings, places, source, problems: [...problems, ...more], drawable };
}

/** What often stands in a line that Mermaid does not understand, and what to do about it. */
const habits = /** @type {[like: string, pattern: RegExp][]} */ ([
  ["end", /(?:^|\s)end\s*(?:[-=.~[({]|$)/],
  ["quote", /\["[^"]*$|^[^"]*"[^"]*(?:"[^"]*"[^"]*)*$/],
  ["brackets", /[[({](?!")[^"\])}]*[()[\]{}"][^"]*[\])}]/],
  ["arrow", /[^-=.<]\s*->|[^-]=>|→/],
  ["close", /[[({]"[^"]*"\s*$|[[({][^\])}"]*$/],
]);

/**
 * What Mermaid says of a text that it cannot draw, with the author's line.
 *
 * @param {unknown} error
 * @param {string} text the author's
 * @returns {Problem}
 */
export function problemOf(error, text) {
  const message = error instanceof Error ? error.message : String(error);
  const at = /** @type {{ hash?: { loc?: { first_line?: number } } }} */ (error).hash?.loc?.first_line ?? /on line (\d+)/.exec(message)?.[1];
  if (at === undefined) return { line: 1, code: "failed", what: message.split("\n")[0], like: "" };
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  let line = authorLines(text)(Number(at));
  while (line > 1 && !lines[line - 1]?.trim()) line--; // it says so at the end of what is missing something
  const words = lines[line - 1]?.trim() ?? "";
  const like = habits.find(([, pattern]) => pattern.test(words))?.[0] ?? (/Expecting.*'end'|got '1'/.test(message) && /subgraph/.test(text) ? "subgraph" : "");
  return { line, code: "syntax", what: words, like };
}
