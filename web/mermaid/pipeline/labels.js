/** @import { EngineInfo } from "../../vitrine.d.ts" */
import { count } from "../../kit/numbers.js";

/**
 * Fills the braces of pipeline.mmd, whose nodes bindings.js binds to stages and places.js places, with the words of the
 * stages, and the braces of these with what the model has. Only numbers, and our own words, go in: no text that comes
 * from the model file (its name, for one), which could be read as Mermaid.
 *
 * @param {string} source
 * @param {EngineInfo} info
 * @param {Words} words
 * @returns {string}
 */
export function fillLabels(source, info, words) {
  const { layers, heads, embedding, feedForward, vocabulary, context } = info;
  /** @type {Record<string, string>} */
  const known = {
    ...wholes({ layers, heads, embedding, feedForward, vocabulary, context, headDim: embedding / heads }),
    activation: word(words.activation, info.activation),
    position: word(words.position, info.position),
  };
  return fill(fill(source, labels(words)), known);
}

/** @typedef {Record<"activation" | "position" | "frames", Record<string, string>> & { stages: Record<string, { name: string, caption: string }> }} Words */

/** What stands in each element: a name, and a caption in a line of its own. @param {Words} words */
function labels({ stages, frames }) {
  const own = Object.entries(frames).map(([name, text]) => [`frames.${name}`, text]);
  const known = Object.entries(stages).map(([stage, { name, caption }]) => [stage, caption ? `${name}<br/>${caption}` : name]);
  return Object.fromEntries([...known, ...own]);
}

/** @param {string} text @param {Record<string, string>} known */
function fill(text, known) {
  return text.replace(/\{([\w.]+)\}/g, (_, name) => {
    const value = Object.hasOwn(known, name) ? known[name] : undefined;
    if (value === undefined) throw new Error(`diagram: unknown placeholder {${name}}`);
    return value;
  });
}

/** @param {Record<string, number>} numbers */
function wholes(numbers) {
  return Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => {
      if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`diagram: ${name} is ${value}`);
      return [name, count(value)];
    }),
  );
}

/**
 * @param {Record<string, string>} known
 * @param {string} key
 */
function word(known, key) {
  if (!Object.hasOwn(known, key)) throw new RangeError(`diagram: no word for ${JSON.stringify(key)}`);
  return known[key];
}
