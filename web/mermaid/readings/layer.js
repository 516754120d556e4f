/** @import { StageName } from "../../vitrine.d.ts" */
/** @import { Reader, Sources } from "./readings.js" */
import { count, decimal, fixed, percent } from "../../kit/numbers.js";
import { fill, named, slice, withToken } from "./write.js";

/**
 * A reader that shows the first numbers of the stage's newest row, and before a run the model's own shape.
 *
 * @param {"residual1" | "residual2"} stage
 * @returns {Reader}
 */
const numbers = (stage) => (sources, room) => {
  const event = sources.run.of(stage);
  return event ? { value: slice(event.values, room) } : { value: width(sources), idle: true };
};

/**
 * A reader of a stage that has a score for each position in one head.
 *
 * @param {"attention.scores" | "attention.scale"} stage
 * @param {(sources: Sources) => string} shape
 * @returns {Reader}
 */
const row = (stage, shape) => (sources, room) => {
  const event = sources.run.of(stage);
  if (!event) return { value: shape(sources), idle: true };
  return { value: slice(event.values, room), caption: fill(sources.words.lastPositions, { head: event.detail.head + 1 }) };
};

/**
 * @param {"ln1" | "ln2" | "final"} stage
 * @returns {Reader}
 */
const norm = (stage) => (sources, room) => {
  const event = sources.run.of(stage);
  if (!event) return { value: width(sources), idle: true };
  const { words } = sources;
  const { mean, variance, scale, shift } = event.detail;
  return {
    value: [
      fill(words.norm, { mean: decimal(mean).trim(), variance: decimal(variance).trim() }),
      named(words.scale, scale, room),
      shift.length ? named(words.shift, shift, room) : words.noShift,
      named(words.result, event.values, room),
    ].join("\n"),
  };
};

/** @type {(sources: Sources) => string} */
const width = ({ info, words }) => fill(words.vector, { size: count(info.embedding) });
/** @type {(sources: Sources) => string} */
const perHead = ({ info, words }) => fill(words.perHead, { heads: count(info.heads), size: count(info.embedding / info.heads) });
/** @type {(sources: Sources) => string} */
const scores = ({ info, words }) => fill(words.scores, { heads: count(info.heads) });

/** @type {Partial<Record<StageName, Reader>>} of the layers and the norm after them, by stage */
export const layerReaders = {
  ln1: norm("ln1"),
  attention({ run, words }) {
    const event = run.of("attention");
    return event ? { value: fill(words.attending, { layer: event.layer + 1, head: event.detail.head + 1 }) } : {};
  },
  "attention.qkv"(sources, room) {
    const event = sources.run.of("attention.qkv");
    if (!event) return { value: perHead(sources), idle: true };
    const { words } = sources;
    const { head, k, v } = event.detail;
    return {
      value: [named(words.query, event.values, room), named(words.key, k, room), named(words.value, v, room)].join("\n"),
      caption: fill(words.newest, { head: head + 1 }),
    };
  },
  "attention.scores": row("attention.scores", scores),
  "attention.scale": row("attention.scale", ({ info, words }) => fill(words.divided, { root: fixed(Math.sqrt(info.embedding / info.heads), 3) })),
  "attention.mask"(sources, room) {
    const event = sources.run.of("attention.mask");
    if (!event) return { value: scores(sources), idle: true };
    const { head, top } = event.detail;
    const lines = top.slice(0, room.rows).map((token) =>
      withToken(sources.words.weight, token, { weight: percent(token.weight) }, room.columns),
    );
    return { value: lines.join("\n"), caption: fill(sources.words.newest, { head: head + 1 }) };
  },
  "attention.mix"(sources, room) {
    const event = sources.run.of("attention.mix");
    if (!event) return { value: width(sources), idle: true };
    const { words } = sources;
    const { head, output } = event.detail;
    return {
      value: [named(words.mixed, event.values, room), named(words.output, output, room)].join("\n"),
      caption: fill(words.projected, { head: head + 1 }),
    };
  },
  residual1: numbers("residual1"),
  ln2: norm("ln2"),
  mlp({ run, info, words }, room) {
    const event = run.of("mlp");
    if (!event) return { value: fill(words.chain, { a: count(info.embedding), b: count(info.feedForward) }), idle: true };
    const { before, after, active } = event.detail;
    return {
      value: [
        fill(words.largest, { before: fixed(before, 2), after: fixed(after, 2) }),
        fill(words.active, { share: percent(active) }),
        named(words.output, event.values, room),
      ].join("\n"),
    };
  },
  residual2: numbers("residual2"),
  final: norm("final"),
};
