/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { Candidate, FinishReason, Scored, StageEvent, TokenPiece } from "../../vitrine.d.ts" */
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
 * @param {{ words: InspectorStrings["detail"], pieces: TokenPiece[], steps: { step: number, context: string, text: string, id: number, probability: number }[], text: (position: number) => string }} known
 * @returns {Detail}
 */
export function detailOf(event, { words, pieces, steps, text }) {
  /** @type {(reason: FinishReason | "") => string} */
  const ending = (reason) => (reason ? words.reasons[reason] : words.goesOn);
  /** @type {(top: Candidate[]) => List} */
  const candidates = (top) => ({
    title: words.top,
    head: [words.token, words.id, words.logit, words.probability],
    rows: top.map((one) => [nameOf(one), String(one.id), exact(one.logit), exact(one.probability)]),
  });

  switch (event.stage) {
    case "prompt":
      return { facts: [[words.text, quote(event.detail.text)]], lists: [] };
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
    case "head": {
      const rows = event.detail.top.map((/** @type {Scored} */ one) => [nameOf(one), String(one.id), exact(one.logit)]);
      return { facts: [], lists: [{ title: words.topLogits, head: [words.token, words.id, words.logit], rows }] };
    }
    case "softmax":
      return { facts: [[words.sum, exact(event.detail.sum)], [words.largest, exact(event.detail.largest)]], lists: [] };
    case "distribution": {
      const { top, restCount, restProbability } = event.detail;
      return { facts: [[words.restCount, count(restCount)], [words.restProbability, exact(restProbability)]], lists: [candidates(top)] };
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
    case "generation": {
      const rows = steps.map((one) => [count(one.step + 1), quote(one.context), nameOf(one), exact(one.probability)]);
      return { facts: [], lists: [{ title: words.steps, head: [words.step, words.contextText, words.predicted, words.probability], rows }] };
    }
    default:
      return { facts: [], lists: [] };
  }
}

/**
 * What a step of decoding kept, the most probable first.
 *
 * @param {{ ids: ArrayLike<number>, probabilities: ArrayLike<number> }} kept
 * @param {Map<number, string>} texts by id, of those that are known
 * @param {number} most rows
 * @param {InspectorStrings["detail"]} words
 * @returns {List}
 */
export function keptOf({ ids, probabilities }, texts, most, words) {
  const order = Array.from(ids, (id, i) => ({ id, probability: probabilities[i] })).sort((a, b) => b.probability - a.probability || a.id - b.id);
  const rows = order.slice(0, most).map(({ id, probability }, i) => [count(i + 1), texts.get(id) ?? "", String(id), exact(probability)]);
  return { title: words.keptList(rows.length, order.length), head: [words.rankOf, words.token, words.id, words.probability], rows };
}
