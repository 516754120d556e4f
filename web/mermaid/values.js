/** @import { EngineInfo, StageName } from "../vitrine.d.ts" */
/** @import { DiagramStrings } from "../i18n/diagram-en.js" */
/** @import { Reading } from "./paint.js" */
/** @import { Room } from "./format.js" */
/** @import { RunState } from "./run.js" */
import { decimal, fill, percent, plain, plural, slice, visible, wrap } from "./format.js";
import { outputReaders, withToken } from "./values-output.js";

/**
 * @typedef {object} Sources what a reader may show: the run's events, the model's own shape, and nothing else
 * @property {RunState} run
 * @property {EngineInfo} info
 * @property {DiagramStrings} words
 */
/** @typedef {(sources: Sources, room: Room) => Reading} Reader */

/**
 * A reader that shows the first numbers of the stage's newest row, and before a run the model's own shape.
 *
 * @param {StageName} stage
 * @param {(sources: Sources) => string} shape
 * @param {"query" | "headOne" | "projected"} [caption] says which numbers
 * @returns {Reader}
 */
const numbers = (stage, shape, caption) => (sources, room) => {
  const event = sources.run.latest.get(stage);
  if (!event) return { value: shape(sources), idle: true };
  return { value: slice(event.values, room), caption: caption && sources.words[caption] };
};

/**
 * @param {"ln1" | "ln2"} stage
 * @returns {Reader}
 */
const norm = (stage) => ({ run, info, words }) => {
  const event = run.of(stage);
  if (!event) return { value: fill(words.vector, { size: info.embedding }), idle: true };
  const { mean, variance } = event.detail;
  return { value: fill(words.norm, { mean: decimal(mean).trim(), variance: decimal(variance).trim() }) };
};

/** @type {(sources: Sources) => string} */
const width = ({ info, words }) => fill(words.vector, { size: info.embedding });
/** @type {(sources: Sources) => string} */
const perHead = ({ info, words }) => fill(words.perHead, { heads: info.heads, size: info.embedding / info.heads });
/** @type {(sources: Sources) => string} */
const scores = ({ info, words }) => fill(words.scores, { heads: info.heads });

/** @type {Record<string, Reader>} by id of bindings.js */
export const readers = {
  A({ run }, room) {
    const text = run.of("prompt")?.detail.text ?? run.prompt;
    const head = text.slice(0, 4 * room.columns * room.rows); // a prompt may be a whole book
    const words = plain(head.trim().replace(/\n/g, "\n ")).split(/ +/);
    return { value: wrap(words, room, { separator: " ", open: head.length < text.length }), idle: !run.last };
  },
  B({ run, words }, room) {
    const event = run.of("tokenize");
    if (!event) return {};
    const { pieces, count } = event.detail;
    const open = pieces.length < count;
    return {
      value: wrap(pieces.map((piece) => visible(piece.text)), room, { separator: "|", open }),
      caption: plural(words.pieces, count),
    };
  },
  C({ run, words }, room) {
    const event = run.of("ids");
    if (!event) return {};
    const { ids, count } = event.detail;
    const form = ids.length === count ? plural(words.ids, count) : ids.length === 1 ? words.idsRead : words.idsTail;
    return {
      value: wrap(ids.map(String), room, { separator: " ", tail: true }),
      caption: fill(form, { shown: ids.length, count }),
    };
  },
  D({ run, info, words }, room) {
    const event = run.of("embed");
    if (!event) return { value: fill(words.rows, { rows: info.vocabulary, columns: info.embedding }), idle: true };
    const { id, text } = event.detail;
    return { value: `${withToken(words.row, text, { id }, room.columns)}\n${slice(event.values, room, room.rows - 1)}` };
  },
  E({ run, info, words }, room) {
    const event = run.of("position");
    if (!event) return { value: fill(words.rows, { rows: info.context, columns: info.embedding }), idle: true };
    return { value: `${fill(words.at, { position: event.position })}\n${slice(event.values, room, room.rows - 1)}` };
  },
  DecoderStack({ run, info: { layers }, words }) {
    const event = run.of("layers");
    if (!event) return { value: fill(words.allLayers, { layers }), ticks: { done: 0, total: layers }, idle: true };
    const layer = event.layer + 1;
    return { value: fill(words.layer, { layer, layers }), ticks: { done: layer, total: layers } };
  },
  G0: norm("ln1"),
  G1({ run, words }) {
    const event = run.of("attention");
    return event ? { value: fill(words.attending, { layer: event.layer + 1 }) } : {};
  },
  O1: numbers("attention.qkv", perHead, "query"),
  O2: numbers("attention.scores", scores, "headOne"),
  O6: numbers(
    "attention.scale",
    ({ info, words }) => fill(words.divided, { root: Math.sqrt(info.embedding / info.heads).toFixed(3) }),
    "headOne",
  ),
  O4(sources, room) {
    const event = sources.run.of("attention.mask");
    if (!event) return { value: scores(sources), idle: true };
    const lines = event.detail.top.slice(0, room.rows).map(({ head, weight, text }) => {
      const values = { head: head + 1, weight: percent(weight) };
      return withToken(sources.words.weight, text, values, room.columns);
    });
    return { value: lines.join("\n") };
  },
  O3: numbers("attention.mix", width, "projected"),
  G2: numbers("residual1", width),
  G3: norm("ln2"),
  G4({ run, info, words }) {
    const event = run.of("mlp");
    if (!event) return { value: fill(words.chain, { a: info.embedding, b: info.feedForward }), idle: true };
    const { before, after, active } = event.detail;
    return { value: fill(words.mlp, { before: before.toFixed(2), after: after.toFixed(2), share: percent(active) }) };
  },
  G5: numbers("residual2", width),
  F6: numbers("final", width),
  ...outputReaders,
};
