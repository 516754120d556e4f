/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
import { el } from "../../kit/dom.js";
import { mountExport } from "./export.js";
import { drawPart } from "./take-draw.js";
import { saidOf } from "./take-rows.js";

/** What of a part is taken away, beside its heading. */
const TAKEN = "p.note, p.explain-formula, p.dart-seeded, p.what-if-said, p.cells-legend, p.chart-key, dl, table, ol.steps-list, canvas, svg.chart";
const TABLES = "dl, table, ol.steps-list";

/**
 * Gives a part of a view, which is the parent of its heading, the buttons that take it away: its tables as lines of exact
 * values, and all that it shows as a drawing.
 *
 * @param {InspectorStrings["tensor"]} strings
 * @param {AbortSignal} signal
 */
export function createTake(strings, signal) {
  /** @param {HTMLElement} heading @param {HTMLElement[]} beside @returns {HTMLElement} */
  function headOf(heading, ...beside) {
    const name = () => heading.textContent ?? "";
    const part = () => /** @type {HTMLElement} */ (root.parentElement);
    const taken = mountExport({ strings, name, table: () => saidOf(shownIn(part(), TABLES)), drawing: () => drawPart(part(), name(), shownIn(part(), TAKEN)), signal });
    const root = el("div", { class: "take tensor-head" }, ...beside, taken.root);
    return root;
  }

  return {
    /** The heading with the buttons beside it. @param {HTMLElement} heading */
    head: (heading) => headOf(heading, heading),
    /** The buttons alone, of a heading that stands elsewhere. @param {HTMLElement} heading */
    apart: (heading) => headOf(heading),
  };
}

/** @typedef {ReturnType<typeof createTake>} Take */

/** What a part shows itself: not what parts of it do that have buttons of their own. @param {HTMLElement} part @param {string} what @returns {HTMLElement[]} */
function shownIn(part, what) {
  return [.../** @type {NodeListOf<HTMLElement>} */ (part.querySelectorAll(what))].filter((one) => {
    if (one.getClientRects().length === 0 || one.closest(".tensor")) return false;
    for (let at = one.parentElement; at && at !== part; at = at.parentElement) if (at.querySelector(":scope > .take")) return false;
    return true;
  });
}
