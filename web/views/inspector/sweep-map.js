/** @import { Sweep } from "../../vitrine.d.ts" */
/** @import { SweepStrings } from "../../i18n/inspector-beside-en.js" */
/** @import { Scene } from "./picture.js" */
/** @import { Picture } from "./tensors.js" */
import { significant } from "../../kit/numbers.js";
import { largestOf, rangeWords } from "./scenes.js";
import { rangeOf } from "./tensors.js";

/** @typedef {Pick<Sweep, "what" | "effects">} Known of a sweep, as far as it has come */

/**
 * One number of each effect of a sweep as a picture, a row for each layer that is complete.
 *
 * @param {"kl" | "change"} figure
 * @param {Known} known
 * @param {{ heads: number, title: string, about: string[], chosen: number, strings: SweepStrings, words: { range: (low: string, high: string) => string } }} options
 *   `heads` of a layer; `chosen` layer
 * @returns {{ picture: Picture, scene: Scene }}
 */
export function mapOf(figure, { what, effects }, { heads, title, about, chosen, strings, words }) {
  const across = what === "head" ? heads : 1;
  const layers = Math.floor(effects.length / across);
  const data = Float64Array.from(effects.slice(0, layers * across), (effect) => effect[figure]);
  /** @type {Picture} */
  const picture = {
    name: figure, shape: [layers, across], data, columns: "token", tokens: true, perHead: false, causal: false, signed: figure === "change", group: "",
    rows: { from: 0, count: layers }, across: { from: 0, count: across },
  };
  const range = rangeOf(picture, 0) ?? { low: 0, high: 0 };
  const column = (/** @type {number} */ at) => (what === "head" ? strings.head(at + 1) : strings.column[what]);
  const layer = (/** @type {number} */ at) => strings.layer(at + 1);
  return {
    picture,
    scene: {
      title, about, start: 0, rows: layers, chosen: Math.max(0, Math.min(chosen, layers - 1)), paged: false, limit: largestOf(range),
      text: layer,
      across: what === "head" ? (at) => String(at + 1) : column,
      where: (cell) => [layer(cell.row), column(cell.column), strings.off],
      range: rangeWords(range, words),
    },
  };
}

/**
 * The effects as a table, the largest divergence first.
 *
 * @param {Known} known
 * @param {SweepStrings} strings
 */
export function listOf({ what, effects }, strings) {
  const rows = effects.toSorted((a, b) => b.kl - a.kl).map(({ layer, head, kl, after, change }) => [String(layer + 1), what === "head" ? String(head + 1) : strings.column[what], significant(kl, 4), significant(after, 4), significant(change, 4)]);
  return { title: strings.all, head: strings.columns, rows };
}
