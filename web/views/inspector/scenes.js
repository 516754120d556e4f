/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { Place } from "./place.js" */
/** @import { Cell, Scene } from "./picture.js" */
/** @import { Picture } from "./tensors.js" */
import { decimal, exact } from "../../kit/numbers.js";
import { named, rangeOf, rowOf } from "./tensors.js";

/** @typedef {{ low: number, high: number }} Range */

const EXACT = 64; // columns of a matrix up to which its cells can be pointed at

/** The largest magnitude of a range. @param {Range} range */
export const largestOf = ({ low, high }) => Math.max(Math.abs(low), Math.abs(high));

/**
 * A range of numbers in words, and exactly.
 *
 * @param {Range} range
 * @param {{ range: (low: string, high: string) => string }} words
 * @returns {Scene["range"]}
 */
export const rangeWords = ({ low, high }, words) => ({ low: decimal(low).trim(), high: decimal(high).trim(), exact: words.range(exact(low), exact(high)) });

/**
 * What is drawn of the tensors of a stage: each, and where it is a matrix too wide for exact cells, the row of the chosen
 * token by itself. Tensors of one group share the ends of their colours.
 *
 * @param {Picture[]} pictures
 * @param {Place} place
 * @param {{ strings: InspectorStrings, text: (position: number) => string }} known
 * @returns {{ key: string, picture: Picture, scene: Scene }[]}
 */
export function scenesOf(pictures, place, { strings, text }) {
  const words = strings.tensor;
  const chosen = place.position - place.start;
  const ranges = pictures.map((picture) => rangeOf(picture, place.start));
  const names = /** @type {Record<string, string>} */ (words.names);

  /** @type {(picture: Picture) => (cell: Cell) => string[]} */
  const where = (picture) => ({ row, column }) => [
    ...(place.layer >= 0 ? [words.where.layer(place.layer + 1)] : []),
    ...(picture.perHead ? [words.where.head(place.head + 1)] : []),
    ...(picture.tokens ? [words.where.row(place.start + row, text(place.start + row))] : []),
    columnOf(picture, column),
  ];
  /** @type {(picture: Picture, column: number) => string} */
  const columnOf = ({ columns }, column) => {
    const at = columns === "row" ? place.start + column : column;
    if (named(columns)) return words.where.tokenColumn(at, text(at));
    return columns === "id" ? words.where.id(column) : words.where.column(column);
  };

  /** @type {(picture: Picture) => string[]} */
  const aboutOf = ({ perHead, rows, tokens }) => [
    [
      ...(place.layer >= 0 ? [words.where.layer(place.layer + 1)] : []),
      ...(perHead ? [words.where.head(place.head + 1)] : []),
      tokens && rows.count > 1 ? words.where.rows(place.start + rows.from, place.start + rows.from + rows.count - 1) : words.where.row(place.position, text(place.position)),
    ].join(", "),
  ];

  return pictures.flatMap((picture, i) => {
    const range = ranges[i] ?? { low: 0, high: 0 };
    const group = ranges.filter((_, j) => pictures[j].group === picture.group).map((one) => (one ? largestOf(one) : 0));
    const scene = {
      title: names[picture.name],
      about: aboutOf(picture),
      start: place.start,
      rows: place.rows,
      chosen: picture.tokens ? chosen : picture.rows.from,
      paged: picture.tokens,
      limit: Math.max(...group),
      text,
      where: where(picture),
      range: rangeWords(range, words),
    };
    const whole = { key: picture.name, picture, scene };
    const inside = chosen >= picture.rows.from && chosen < picture.rows.from + picture.rows.count;
    if (picture.rows.count < 2 || picture.across.count <= EXACT || named(picture.columns) || !inside) return [whole];
    const row = rowOf(picture, chosen);
    const shown = rangeOf(row, place.start) ?? range;
    const part = {
      ...scene,
      title: words.rowOf(text(place.position)),
      paged: false,
      range: rangeWords(shown, words),
    };
    return [whole, { key: `${picture.name} row`, picture: row, scene: part }];
  });
}
