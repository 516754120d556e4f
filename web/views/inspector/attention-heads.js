/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { Weights } from "./attention-weights.js" */
/** @import { Measure } from "./attention-labels.js" */
/** @import { Palette } from "./palette.js" */
import { el, send } from "../../kit/dom.js";
import { percent } from "../../kit/numbers.js";
import { labelOf, measure, ROWS_AT_LEAST, THRESHOLD } from "./attention-labels.js";
import { drawHeads, tableOfHeads } from "./attention-heads-take.js";
import { firstOf, paintMap } from "./attention-map.js";
import { ofHead } from "./attention-weights.js";
import { mountExport } from "./export.js";

/**
 * Layers and their heads as small maps of weights, each with what the head does on this text. One is chosen, by a click or
 * by arrow keys. Sends "head" { head } and, where there are several layers, "place" { layer }.
 *
 * @param {{ strings: InspectorStrings["attention"], tensor: InspectorStrings["tensor"], palette: Palette, signal: AbortSignal }} options
 */
export function mountHeads({ strings, tensor, palette, signal }) {
  const body = el("tbody");
  const heads = el("tr", {}, el("td"));
  const table = el("table", { class: "heads" }, el("caption", { class: "visually-hidden", text: strings.heads }), el("thead", {}, heads), body);
  const scroll = el("div", { class: "heads-scroll" }, table);
  const note = el("p", { class: "note" });
  const taken = mountExport({ strings: tensor, name: () => strings.heads, table: () => tableOfHeads(shown, ids, strings), drawing: () => drawHeads(root, strings.heads, note.textContent ?? "", body), signal });
  const root = el("section", { class: "heads-view" }, el("div", { class: "tensor-head" }, el("h3", { text: strings.heads }), taken.root), scroll, note);
  /** @type {{ layer: number, weights: Weights | null }[]} */
  let shown = [];
  /** @type {ArrayLike<number>} */
  let ids = [];
  let [layer, head] = [0, 0];

  table.addEventListener("click", ({ target }) => choose(target instanceof Element ? target.closest("button") : null), { signal });
  table.addEventListener("keydown", onKey, { signal });

  /** @param {HTMLButtonElement | null} button */
  function choose(button) {
    if (!button) return;
    const [toLayer, toHead] = [Number(button.dataset.layer), Number(button.dataset.head)];
    if (toLayer !== layer) send(root, "place", { layer: toLayer });
    send(root, "head", { head: toHead });
    [layer, head] = [toLayer, toHead]; // keys may be faster than the engine's answer
    mark();
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const from = /** @type {HTMLElement} */ (event.target).dataset;
    const button = buttonOf(Number(from.layer) + step[0], Number(from.head) + step[1]);
    button?.focus();
    choose(button);
  }

  /** @param {number} layer @param {number} head */
  function buttonOf(layer, head) {
    return /** @type {HTMLButtonElement | null} */ (table.querySelector(`[data-layer="${layer}"][data-head="${head}"]`));
  }

  /** @param {number} count */
  function name(count) {
    if (heads.childElementCount === count + 1) return;
    table.style.setProperty("--heads", String(count));
    heads.replaceChildren(el("td"), ...Array.from({ length: count }, (_, i) => el("th", { scope: "col", text: String(i + 1) })));
  }

  /** @param {{ layer: number, weights: Weights | null }} of */
  function rowOf({ layer, weights }) {
    const cells = Array.from({ length: weights?.heads ?? 0 }, (_, head) => {
      const part = ofHead(/** @type {Weights} */ (weights), head);
      const measures = measure(ids, part);
      const label = labelOf(measures);
      const canvas = el("canvas", { "aria-hidden": "true" });
      paintMap(canvas, part, palette);
      const name = strings.headName(layer + 1, head + 1, label ? strings.kinds[label.kind] : strings.none);
      const button = el("button", { type: "button", class: "head-map", tabindex: -1, "data-layer": layer, "data-head": head, "data-kind": label?.kind, "aria-label": name, title: titleOf(name, measures) }, canvas, el("span", { class: "head-kind", text: label ? strings.kindsShort[label.kind] : "–" }));
      return el("td", {}, button);
    });
    const empty = weights ? [] : [el("td", { class: "heads-none", colspan: Math.max(1, heads.childElementCount - 1), text: strings.unreached })];
    return el("tr", {}, el("th", { scope: "row", title: strings.layer(layer + 1), text: String(layer + 1) }), ...cells, ...empty);
  }

  /** @param {string} name @param {Measure[]} measures */
  function titleOf(name, measures) {
    return [name, ...measures.map(({ kind, mean, rows }) => (rows ? strings.measured(strings.kinds[kind], percent(mean), rows) : strings.noRows(strings.kinds[kind])))].join("\n");
  }

  function mark() {
    const chosen = buttonOf(layer, head);
    const reached = chosen ?? table.querySelector("button"); // by the tab key
    for (const button of table.querySelectorAll("button")) {
      button.ariaPressed = String(button === chosen);
      button.tabIndex = button === reached ? 0 : -1;
    }
  }

  return {
    root,
    /**
     * @param {{ layer: number, weights: Weights | null }[]} layers
     * @param {{ ids: ArrayLike<number>, layer: number, head: number }} chosen
     */
    show(layers, chosen) {
      ({ layer, head, ids } = chosen);
      const known = layers.find(({ weights }) => weights)?.weights;
      root.hidden = layers.length === 0;
      if (known) {
        name(known.heads);
        note.textContent = strings.mapsNote(known.first, known.first + known.rows - 1, firstOf(known.columns), known.columns - 1, percent(THRESHOLD), ROWS_AT_LEAST);
      }
      const same = (/** @type {number} */ i) => shown[i]?.layer === layers[i]?.layer && shown[i]?.weights === layers[i]?.weights;
      if (layers.length !== shown.length || !layers.every((_, i) => same(i))) {
        const focus = /** @type {HTMLElement | null} */ (body.contains(document.activeElement) ? document.activeElement : null)?.dataset;
        while (body.rows.length > layers.length) body.deleteRow(-1);
        for (const [i, one] of layers.entries()) {
          if (!body.rows[i]) body.append(rowOf(one));
          else if (!same(i)) body.rows[i].replaceWith(rowOf(one));
        }
        if (focus) buttonOf(layer, head)?.focus({ preventScroll: true });
        taken.renew();
      }
      shown = layers;
      mark();
    },
    paint() {
      for (const { layer, weights } of shown) {
        for (let head = 0; head < (weights?.heads ?? 0); head++) {
          const canvas = buttonOf(layer, head)?.querySelector("canvas");
          paintMap(/** @type {HTMLCanvasElement} */ (canvas), ofHead(/** @type {Weights} */ (weights), head), palette);
        }
      }
    },
  };
}
