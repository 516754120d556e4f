/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { Weights } from "./attention-weights.js" */
import { exact } from "../../kit/numbers.js";
import { kinds, labelOf, measure } from "./attention-labels.js";
import { ofHead } from "./attention-weights.js";
import { createSheet } from "./export-sheet.js";

/** Px of a map in a drawing. */
const MAP = 96;

/**
 * Every head with its label, and what each kind of place gets.
 *
 * @param {{ layer: number, weights: Weights | null }[]} layers
 * @param {ArrayLike<number>} ids
 * @param {InspectorStrings["attention"]} strings
 */
export function tableOfHeads(layers, ids, strings) {
  const head = [strings.layerHead, strings.headHead, strings.labelHead, ...kinds.map((kind) => strings.kindsShort[kind])];
  const lines = layers.flatMap(({ layer, weights }) =>
    Array.from({ length: weights?.heads ?? 0 }, (_, head) => {
      const measures = measure(ids, ofHead(/** @type {Weights} */ (weights), head));
      const label = labelOf(measures);
      return [String(layer + 1), String(head + 1), label ? strings.kindsShort[label.kind] : "", ...measures.map(({ mean, rows }) => (rows ? exact(mean) : ""))];
    }),
  );
  return [head, ...lines];
}

/**
 * The maps, as an SVG document.
 *
 * @param {Element} like whose colours it has
 * @param {string} title
 * @param {string} note that stands under it, a line for each of its sentences
 * @param {HTMLTableSectionElement} body the maps by layer
 */
export function drawHeads(like, title, note, body) {
  const sheet = createSheet(like, { title, lines: note.split(/(?<=[;.]) /) });
  for (const [line, row] of [...body.rows].entries()) {
    const y = line * (MAP + 26);
    sheet.write(row.cells[0].textContent ?? "", 0, y + MAP / 2);
    for (const [i, button] of [...row.querySelectorAll("button")].entries()) {
      const x = 24 + i * (MAP + 10);
      sheet.box(x - 1, y - 1, MAP + 2, MAP + 2, "none", "gray");
      sheet.image(/** @type {HTMLCanvasElement} */ (button.querySelector("canvas")), x, y, MAP, MAP, true);
      sheet.write(`${i + 1} ${button.textContent}`, x, y + MAP + 14);
    }
  }
  return sheet.finish();
}
