/** @import { Bindings } from "../drawing.js" */
/** @import { Problem } from "./bind.js" */
/** @import { Placeholder } from "./placeholders.js" */
/** @import { Element, Scan } from "./scan.js" */
import { elements } from "./bind.js";
import { nearest } from "./nearest.js";
import { placeholderNames, placeholders } from "./placeholders.js";

// Around the room of a placeholder, and no character of any script: where a value goes in the drawn label.
export const OPEN = "\ue000";
export const CLOSE = "\ue001";

/**
 * The text with room in the place of its placeholders.
 *
 * @param {string} text
 * @param {Scan} scan
 * @param {Bindings} bindings
 * @returns {{ source: string, places: Map<string, Placeholder[]>, problems: Problem[] }} places by element, in their order
 */
export function withRoom(text, scan, bindings) {
  /** @type {Map<string, Placeholder[]>} */
  const places = new Map();
  /** @type {Problem[]} */
  const problems = [];
  const source = fillLabels(text, scan, (element, label) => {
    const found = placeholders(label);
    const bound = bindings.has(element.id);
    for (const { name, placeholder } of found) {
      if (!placeholder) problems.push({ line: element.line, code: "placeholder", what: name, like: nearest(name, placeholderNames) });
      else if (!bound) problems.push({ line: element.line, code: "idle", what: element.id, like: "" });
    }
    if (!bound) return label;
    const live = found.flatMap(({ start, end, placeholder }) => (placeholder ? [{ start, end, placeholder }] : []));
    if (live.length) places.set(element.id, live.map(({ placeholder }) => placeholder));
    return replace(label, live.map(({ start, end, placeholder }) => ({ start, end, by: room(placeholder) })));
  });
  return { source, places, problems };
}

/** @param {Placeholder} placeholder */
const room = ({ lines, columns }) => Array.from({ length: lines }, () => OPEN + "0".repeat(columns) + CLOSE).join("<br/>");

/**
 * Puts elements in the place of the room in a label that Mermaid has drawn.
 *
 * @param {globalThis.Element} root
 * @returns {HTMLElement[]} one for each line of each placeholder, in their order
 */
export function takeRoom(root) {
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  /** @type {HTMLElement[]} */
  const spans = [];
  /** @type {Text[]} */
  const texts = [];
  while (walk.nextNode()) if (walk.currentNode.nodeValue?.includes(OPEN)) texts.push(/** @type {Text} */ (walk.currentNode));
  for (const text of texts) {
    const parts = (text.nodeValue ?? "").split(new RegExp(`${OPEN}(0*)${CLOSE}`));
    text.replaceWith(
      ...parts.map((part, i) => {
        if (i % 2 === 0) return part;
        const span = document.createElement("span");
        span.className = "live";
        span.style.setProperty("--columns", String(part.length));
        spans.push(span);
        return span;
      }),
    );
  }
  return spans;
}

/**
 * Writes every quoted label of the elements anew.
 *
 * @param {string} text
 * @param {Scan} scan
 * @param {(element: Element, label: string) => string} write
 */
export function fillLabels(text, scan, write) {
  const edits = elements(scan).flatMap((element) => {
    const { label } = element;
    if (!label?.quoted) return [];
    return [{ start: label.start, end: label.end, by: write(element, text.slice(label.start, label.end)) }];
  });
  return replace(text, edits);
}

/**
 * @param {string} text
 * @param {{ start: number, end: number, by: string }[]} edits each place once, however often it is named
 */
export function replace(text, edits) {
  const order = [...new Map(edits.map((edit) => [edit.start, edit])).values()].sort((a, b) => a.start - b.start);
  let at = 0;
  let out = "";
  for (const { start, end, by } of order) {
    out += text.slice(at, start) + by;
    at = end;
  }
  return out + text.slice(at);
}
