/** @import { Bindings } from "../drawing.js" */
/** @import { Sources } from "../readings/readings.js" */
/** @import { Scan, Element } from "./scan.js" */
import { elements } from "./bind.js";
import { replace } from "./label.js";
import { lineOf, STEP_NODES } from "./line.js";
import { fillingOf, placeholders } from "./placeholders.js";

const COLUMNS = 48; // of a value

/**
 * The diagram with what its stages show now as labels: plain Mermaid.
 *
 * @param {string} text
 * @param {Scan} scan
 * @param {Bindings} bindings
 * @param {Sources} sources
 */
export function asMermaid(text, scan, bindings, sources) {
  const telling = [...bindings].filter(([id, stage]) => stage === "generation" && scan.nodes.has(id)).length;
  /** @type {Map<string, number>} nodes by stage so far */
  const parts = new Map();
  const edits = elements(scan).flatMap((element) => {
    const stage = bindings.get(element.id);
    if (!stage) return [];
    const part = parts.get(stage) ?? 0;
    if (!scan.groups.has(element.id)) parts.set(stage, part + 1);
    const where = { stage, part: stage === "generation" && telling !== STEP_NODES ? -1 : part, sources };
    const frameOfNodes = scan.groups.has(element.id) && [...bindings].some(([id, other]) => other === stage && !scan.groups.has(id));
    const value = frameOfNodes ? "" : escape(lineOf(stage, where.part, sources, COLUMNS));
    const { label } = element;
    const words = label ? text.slice(label.start, label.end) : element.id;
    const filled = label?.quoted ? withValues(words, where) : null;
    if (filled !== null) return [edit(element, filled)];
    return value ? [edit(element, label?.markdown ? words.replace(/`\s*$/, `<br/>${value}\``) : joined(element, words, value))] : [];
  });
  return replace(text, edits);

  /** @param {Element} element @param {string} words @param {string} value */
  function joined(element, words, value) {
    if (element.label?.quoted) return `${words}<br/>${value}`;
    if ("from" in element && !element.label) return value;
    return `${element.label ? words.trim().replaceAll('"', "#quot;") : escape(words)}<br/>${value}`;
  }

  /** @param {Element} element @param {string} words */
  function edit({ id, label, end, ...more }, words) {
    if (label) return { start: label.start, end: label.end, by: label.quoted ? words : `"${words}"` };
    const by = "from" in more ? `|"${words}"|` : `["${words}"]`;
    return { start: end, end, by: scan.groups.has(id) ? ` ${by}` : by };
  }
}

/** @param {string} label @param {Parameters<typeof fillingOf>[1]} where @returns {string | null} null where it has no placeholder */
function withValues(label, where) {
  const found = placeholders(label).flatMap(({ start, end, placeholder }) => (placeholder ? [{ start, end, placeholder }] : []));
  if (found.length === 0) return null;
  return replace(label, found.map(({ start, end, placeholder }) => ({ start, end, by: fillingOf(placeholder, where).map(escape).join("<br/>") })));
}

/**
 * A text as a part of a quoted label that Mermaid shows as it is: what could be markup to it is written as its code.
 *
 * @param {string} text
 */
export function escape(text) {
  return text
    .trim()
    .replace(/[^\p{L}\p{M}\p{N} .,%'/·…→÷−‹›-]|%(?=%)|^-/gu, (character) => `#${character.codePointAt(0)};`)
    .replace(/^(\d+)\.(?=\s)/, "$1#46;"); // a list to Markdown
}
