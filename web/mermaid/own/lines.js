/** What stands between two lines of dashes at the beginning. */
export const FRONT_MATTER = /^\s*---[^\S\n]*\n[^]*?\n[^\S\n]*---[^\S\n]*(?:\n|$)/;

/**
 * The author's lines, after what Mermaid cuts off before it counts: front matter, `%%` lines with the blank lines before
 * them, and what is blank at the beginning. Source: preprocessDiagram of Mermaid 12.3, and parse of its flowchart.
 *
 * @param {string} text
 * @returns {(line: number) => number} the author's line of one of Mermaid's, both 1-based
 */
export function authorLines(text) {
  let rest = text.replace(/\r\n?/g, "\n");
  /** @type {number[]} by character */
  let lines = [];
  for (let i = 0, line = 1; i < rest.length; i++) {
    lines.push(line);
    if (rest[i] === "\n") line++;
  }

  /** @param {RegExp} pattern @param {string} [instead] */
  function cut(pattern, instead = "") {
    /** @type {number[]} */
    const left = [];
    let end = 0;
    const short = rest.replace(pattern, (match, ...more) => {
      const at = /** @type {number} */ (more.find((part) => typeof part === "number"));
      left.push(...lines.slice(end, at), ...Array.from(instead, () => lines[at]));
      end = at + match.length;
      return instead;
    });
    lines = [...left, ...lines.slice(end)];
    rest = short;
  }

  cut(FRONT_MATTER);
  cut(/%%\{[^]*?\}%%/g);
  cut(/(?<!^[^\S\n]*\n)^\s*%%(?!\{)[^\n]+\n?/gm); // the first of the blank lines takes the others with it
  cut(/^\s+/);
  cut(/}\s*\n/g, "}\n");
  /** @type {number[]} by Mermaid's line */
  const first = [];
  let start = 0;
  for (const line of rest.split("\n")) {
    first.push(lines[Math.min(start, lines.length - 1)] ?? 1);
    start += line.length + 1;
  }
  return (line) => first[Math.min(Math.max(1, line), first.length) - 1] ?? 1;
}
