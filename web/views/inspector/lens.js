/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { Take } from "./take.js" */
/** @import { LensRow } from "../../vitrine.d.ts" */
import { el, send } from "../../kit/dom.js";
import { count, exact, percent } from "../../kit/numbers.js";
import { nameOf } from "./detail.js";

/**
 * What each layer would answer: the top token, its probability, and the rank of the token that the step chose. Sends
 * "goto" Where of a layer, and "answerchanged".
 *
 * @param {InspectorStrings["lens"]} strings
 * @param {{ take: Take, signal: AbortSignal }} options
 */
export function mountLens(strings, { take, signal }) {
  const changed = el("button", { type: "button", class: "secondary", text: strings.changed });
  const table = el("table", { class: "stage-table lens-table" });
  const note = el("p", { class: "note", text: strings.what });
  const root = el("section", { class: "lens", hidden: true }, take.head(el("h3", { text: strings.title })), note, changed, el("div", { class: "stage-scroll" }, table));
  let [position, stands] = [0, false];

  changed.addEventListener("click", () => stands && send(root, "answerchanged"), { signal });
  table.addEventListener(
    "click",
    ({ target }) => {
      const layer = target instanceof Element ? target.closest("button")?.dataset.layer : undefined;
      if (layer !== undefined && stands) send(root, "goto", { position, layer: Number(layer), stage: "layers" });
    },
    { signal },
  );

  return {
    root,
    /** @param {LensRow[]} rows one per layer @param {number} at position whose row was read */
    show(rows, at) {
      position = at;
      const final = rows.at(-1)?.top[0].id;
      const answer = rows.findLastIndex(({ top }) => top[0].id !== final) + 1; // from here on the top token stays
      const head = [strings.layer, strings.top, strings.probability, strings.rank];
      const focused = table.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.layer : undefined;
      table.replaceChildren(
        el("caption", { class: "visually-hidden", text: strings.title }),
        el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col", text })))),
        el("tbody", {}, ...rows.map((row) => rowOf(row, row.layer === answer))),
      );
      if (focused === undefined) return;
      const again = /** @type {HTMLElement | null} */ (table.querySelector(`[data-layer="${focused}"]`));
      if (again) again.focus();
      else send(root, "focuslost");
    },
    /** @param {boolean} on whether the machine stands, and answers */
    stand(on) {
      stands = on;
      changed.ariaDisabled = String(!on);
      changed.title = on ? "" : strings.stands;
    },
  };

  /** @param {LensRow} row @param {boolean} first of those that have the answer */
  function rowOf({ layer, top, rank, probability }, first) {
    const [best] = top;
    const name = strings.open(layer + 1);
    const go = el("button", { type: "button", class: "link", "data-layer": layer, "aria-label": name, title: name, text: count(layer + 1) });
    const share = el("td", { class: "figure lens-share", style: `--p: ${best.probability}`, title: exact(best.probability), text: percent(best.probability) });
    const ranked = el("td", { class: "figure", title: exact(probability), text: count(rank + 1) });
    return el("tr", { class: first ? "first" : null }, el("th", { scope: "row" }, go), el("td", {}, nameOf(best), first ? el("span", { class: "lens-mark", text: strings.since }) : ""), share, ranked);
  }
}
