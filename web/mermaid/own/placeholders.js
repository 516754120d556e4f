/** @import { StageName } from "../../vitrine.d.ts" */
/** @import { Sources } from "../readings/readings.js" */
import { count, decimal, fixed, percent } from "../../kit/numbers.js";
import { clip, visible } from "../../kit/text.js";
import { pieceOf } from "../readings/write.js";
import { lineOf } from "./line.js";

/**
 * A placeholder in a label: {value}, {top:3}. Its room is kept whatever it shows.
 *
 * @typedef {{ name: string, lines: number, columns: number }} Placeholder
 */
/** @typedef {{ stage: StageName, part: number, sources: Sources, columns: number, lines: number }} Asked */

const MOST = 8; // lines of {top:n}

/** @type {Record<string, [columns: number, read: (asked: Asked) => string | string[] | number | undefined]>} by name */
const known = {
  value: [24, ({ stage, part, sources, columns }) => lineOf(stage, part, sources, columns)],
  prompt: [28, ({ sources: { run }, columns }) => clip(visible(run.of("prompt")?.detail.text ?? run.prompt, { spaces: false }), columns)],
  text: [28, ({ sources: { run } }) => visible(run.tokens.map(({ text }) => text).join(""), { spaces: false })],
  tokens: [5, ({ stage, sources: { run } }) => detail(run.latest.get(stage)).count ?? after(run.last?.position)],
  token: [14, ({ sources: { run } }) => piece(run.of("select")?.detail)],
  id: [7, ({ sources: { run } }) => run.of("select")?.detail.id],
  probability: [8, ({ sources: { run } }) => share(run.of("select")?.detail.probability)],
  random: [6, ({ sources: { run } }) => random(run.of("select")?.detail.random)],
  top: [22, top],
  step: [4, ({ sources: { run } }) => after(run.last?.step)],
  position: [5, ({ stage, sources: { run } }) => (run.latest.get(stage) ?? run.last)?.position],
  layer: [3, ({ stage, sources: { run } }) => after((layered(run.latest.get(stage)) ?? run.latest.get("layers"))?.layer)],
  head: [3, ({ stage, sources: { run } }) => after(detail(run.latest.get(stage)).head ?? run.of("attention")?.detail.head)],
  mean: [7, ({ stage, sources: { run } }) => short(detail(run.latest.get(stage)).mean)],
  variance: [7, ({ stage, sources: { run } }) => short(detail(run.latest.get(stage)).variance)],
  layers: [3, ({ sources: { info } }) => info.layers],
  heads: [3, ({ sources: { info } }) => info.heads],
  embedding: [6, ({ sources: { info } }) => info.embedding],
  vocabulary: [7, ({ sources: { info } }) => info.vocabulary],
  context: [6, ({ sources: { info } }) => info.context],
};

export const placeholderNames = Object.keys(known);

/** {name}, {name:3} and the same in double braces. */
const PATTERN = /\{\{([a-z]+)(?::(\d{1,2}))?\}\}|\{([a-z]+)(?::(\d{1,2}))?\}/g;

/**
 * The placeholders of a label, known or not, with their places in it.
 *
 * @param {string} label
 * @returns {{ start: number, end: number, name: string, placeholder: Placeholder | null }[]}
 */
export function placeholders(label) {
  return [...label.matchAll(PATTERN)].map((match) => {
    const name = match[1] ?? match[3];
    const lines = name === "top" ? Math.min(MOST, Math.max(1, Number(match[2] ?? match[4] ?? 1))) : 1;
    const placeholder = Object.hasOwn(known, name) ? { name, lines, columns: known[name][0] } : null;
    return { start: match.index, end: match.index + match[0].length, name, placeholder };
  });
}

/**
 * What a placeholder shows now, by line; empty where the run has no such value yet.
 *
 * @param {Placeholder} placeholder
 * @param {{ stage: StageName, part: number, sources: Sources }} where
 * @returns {string[]}
 */
export function fillingOf({ name, lines, columns }, where) {
  const got = known[name][1]({ ...where, columns, lines });
  const words = Array.isArray(got) ? got : [typeof got === "number" ? count(got) : (got ?? "")];
  return Array.from({ length: lines }, (_, i) => clip(words[i] ?? "", columns));
}

/** The most probable tokens; at a stage that has others at its top, these. @param {Asked} asked */
function top({ stage, sources: { run }, columns, lines }) {
  const weights = stage === "attention.mask" ? run.of(stage)?.detail.top : undefined;
  const logits = stage === "head" ? run.of(stage)?.detail.top : undefined;
  const rows = weights ?? logits ?? run.of("distribution")?.detail.top ?? [];
  return rows.slice(0, lines).map((row) => {
    const number = "weight" in row ? percent(row.weight) : logits ? fixed(row.logit, 2) : percent("probability" in row ? Number(row.probability) : 0);
    return `${clip(pieceOf(row), columns - number.length - 1)} ${number}`;
  });
}

/** @param {{ text: string, bytes?: number[] } | undefined} token */
const piece = (token) => token && pieceOf(token);
/** @param {number | undefined} n 0-based */
const after = (n) => (n === undefined || n < 0 ? undefined : n + 1);
/** @param {number | undefined} p */
const share = (p) => (p === undefined ? undefined : percent(p));
/** @param {number | undefined} x below 0 where nothing was drawn */
const random = (x) => (x === undefined || x < 0 ? undefined : fixed(x, 4));
/** @param {number | undefined} x */
const short = (x) => (x === undefined ? undefined : decimal(x).trim());
/** @param {{ layer: number } | undefined} event */
const layered = (event) => (event && event.layer >= 0 ? event : undefined);

/**
 * What an event tells beside its values, whichever stage it is of.
 *
 * @param {{ detail: unknown } | undefined} event
 * @returns {{ count?: number, head?: number, mean?: number, variance?: number }}
 */
const detail = (event) => /** @type {any} */ (event?.detail) ?? {};
