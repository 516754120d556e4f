/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { FinishReason, StageEvent, TokenPiece } from "../../vitrine.d.ts" */
import { count, exact } from "../../kit/numbers.js";
import { hex, quote } from "../../kit/text.js";

/**
 * What a stage reports, as tables.
 *
 * @typedef {object} Detail
 * @property {[name: string, value: string][]} facts
 * @property {List[]} lists
 */

/** @typedef {{ title: string, head: string[], rows: string[][] }} List numbers are in the last columns */

/**
 * A token as it is named: quoted, or its bytes where they are no whole characters.
 *
 * @param {{ text: string, bytes?: ArrayLike<number> } | undefined} token
 */
export const nameOf = (token) => (!token ? "" : token.bytes && token.text.includes("\uFFFD") ? `‹${hex(token.bytes)}›` : quote(token.text));

/**
 * @param {StageEvent} event
 * @param {{ words: InspectorStrings["detail"], pieces: TokenPiece[], text: (position: number) => string }} known
 * @returns {Detail}
 */
export function detailOf(event, { words, pieces, text }) {
  /** @type {(reason: FinishReason | "") => string} */
  const ending = (reason) => (reason ? words.reasons[reason] : words.goesOn);

  switch (event.stage) {
    case "prompt":
      return { facts: [[words.text, quote(event.detail.text, { whole: true })]], lists: [] };
    case "tokenize": {
      const rows = pieces.map((piece, i) => [String(i), nameOf(piece), String(piece.id), hex(piece.bytes)]);
      return {
        facts: [[words.count, count(event.detail.count)]],
        lists: [{ title: words.pieces, head: [words.position, words.piece, words.id, words.bytes], rows }],
      };
    }
    case "ids": {
      const { ids, count: all } = event.detail;
      const rows = ids.map((id, i) => [String(all - ids.length + i), text(all - ids.length + i), String(id)]);
      return { facts: [[words.count, count(all)]], lists: [{ title: words.read, head: [words.position, words.token, words.id], rows }] };
    }
    case "embed":
      return { facts: [[words.token, nameOf(event.detail)], [words.id, String(event.detail.id)]], lists: [] };
    case "attention.mask": {
      const rows = event.detail.top.map((one) => [String(one.position), nameOf(one), exact(one.weight)]);
      return { facts: [], lists: [{ title: words.weights, head: [words.position, words.token, words.weight], rows }] };
    }
    case "mlp": {
      const { before, after, active } = event.detail;
      return { facts: [[words.before, exact(before)], [words.after, exact(after)], [words.active, exact(active)]], lists: [] };
    }
    case "softmax":
      return { facts: [[words.sum, exact(event.detail.sum)], [words.largest, exact(event.detail.largest)]], lists: [] };
    case "distribution": {
      const { restCount, restProbability } = event.detail;
      return { facts: [[words.restCount, count(restCount)], [words.restProbability, exact(restProbability)]], lists: [] };
    }
    case "decode.temperature":
    case "decode.top_k":
    case "decode.top_p": {
      const { parameter, kept, removed, removedProbability } = event.detail;
      return {
        facts: [
          [words.parameter[event.stage], exact(parameter)],
          [words.kept, count(kept)],
          [words.removed, count(removed)],
          [words.removedProbability, exact(removedProbability)],
        ],
        lists: [],
      };
    }
    case "decode.sample": {
      const { random, kept, id, probability } = event.detail;
      return {
        facts: [
          [words.random, random < 0 ? words.greedy : exact(random)],
          [words.from, count(kept)],
          [words.chosen, nameOf(event.detail)],
          [words.id, String(id)],
          [words.probability, exact(probability)],
        ],
        lists: [],
      };
    }
    case "decode.stop":
      return { facts: [[words.ends, ending(event.detail.reason)]], lists: [] };
    case "select": {
      const { id, probability, sampled, random, rank } = event.detail;
      return {
        facts: [
          [words.chosen, nameOf(event.detail)],
          [words.id, String(id)],
          [words.probability, exact(probability)],
          [words.rank, count(rank + 1)],
          [words.sampled, exact(sampled)],
          [words.random, random < 0 ? words.greedy : exact(random)],
        ],
        lists: [],
      };
    }
    case "append": {
      const { ids, count: all } = event.detail;
      const rows = ids.map((id, i) => [String(all - ids.length + i), text(all - ids.length + i), String(id)]);
      return { facts: [[words.count, count(all)]], lists: [{ title: words.ids, head: [words.position, words.token, words.id], rows }] };
    }
    case "loop":
      return {
        facts: [[words.step, count(event.detail.step + 1)], [words.cached, count(event.detail.cached)], [words.ends, ending(event.detail.reason)]],
        lists: [],
      };
    default:
      return { facts: [], lists: [] };
  }
}
