/** @import { EngineInfo, StageName } from "../../vitrine.d.ts" */
/** @import { DiagramStrings } from "../../i18n/diagram-en.js" */
/** @import { Reading } from "../paint.js" */
/** @import { Room } from "../../kit/text.js" */
/** @import { RunState } from "../../run/state.js" */
import { count } from "../../kit/numbers.js";
import { asWritten, wrap } from "../../kit/text.js";
import { layerReaders } from "./layer.js";
import { outputReaders } from "./output.js";
import { fill, named, pieceOf, plural, slice, withToken } from "./write.js";

/**
 * @typedef {object} Sources what a reader may show: the run's events, the model's own shape, and nothing else
 * @property {RunState} run
 * @property {EngineInfo} info
 * @property {DiagramStrings} words
 */
/** @typedef {(sources: Sources, room: Room, part: number) => Reading} Reader `part`: which of the nodes of this stage */

/** @type {Partial<Record<StageName, Reader>>} by stage */
export const readers = {
  prompt({ run }, room) {
    const text = run.of("prompt")?.detail.text ?? run.prompt;
    const head = text.slice(0, 4 * room.columns * room.rows); // a prompt may be a whole book
    return { value: asWritten(head, room, head.length < text.length), idle: !run.last };
  },
  tokenize({ run, words }, room) {
    const event = run.of("tokenize");
    if (!event) return {};
    const { pieces, count: all } = event.detail;
    const open = pieces.length < all;
    return {
      value: wrap(pieces.map(pieceOf), room, { separator: "|", open }),
      caption: plural(words.pieces, all),
    };
  },
  ids({ run, words }, room) {
    const event = run.of("ids");
    if (!event) return {};
    const { ids, count: all } = event.detail;
    const form = ids.length === all ? plural(words.ids, all) : ids.length === 1 ? words.idsRead : words.idsTail;
    return {
      value: wrap(ids.map(String), room, { separator: " ", tail: true }),
      caption: fill(form, { shown: count(ids.length), count: count(all) }),
    };
  },
  embed({ run, info, words }, room) {
    const event = run.of("embed");
    if (!event) return { value: fill(words.rows, { rows: count(info.vocabulary), columns: count(info.embedding) }), idle: true };
    const { id } = event.detail;
    return { value: `${withToken(words.row, event.detail, { id }, room.columns)}\n${slice(event.values, { ...room, rows: room.rows - 1 })}` };
  },
  position({ run, info, words }, room) {
    const event = run.of("position");
    if (!event) return { value: fill(words.rows, { rows: count(info.context), columns: count(info.embedding) }), idle: true };
    const at = fill(words.at, { position: event.position });
    return { value: [at, named(words.added, event.detail.row, room), named(words.total, event.values, room)].join("\n") };
  },
  layers({ run, info: { layers }, words }) {
    const event = run.of("layers");
    if (!event) return { value: fill(words.allLayers, { layers: count(layers) }), ticks: { done: 0, total: layers }, idle: true };
    const layer = event.layer + 1;
    return { value: fill(words.layer, { layer, layers }), ticks: { done: layer, total: layers } };
  },
  ...layerReaders,
  ...outputReaders,
};
