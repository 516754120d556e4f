/** @import { MountView, Now } from "./views.js" */
/** @import { Streamed } from "./streamed.js" */
/** @import { Shown } from "./cells.js" */
import { el, send } from "../../kit/dom.js";
import { count, exact, percent, three } from "../../kit/numbers.js";
import { mountCells } from "./cells.js";
import { nameOf } from "./detail.js";
import { hide } from "./hide.js";
import { createSeldom } from "./seldom.js";
import { createStreamed, windowOf } from "./streamed.js";
import { createTake } from "./take.js";

/** Milliseconds between two drawings of what is still read, at least. */
const EVERY = 250;
/** Ranks from which on a cell of the lens is paler, and its tint. */
const tints = [[0, 1], [4, 0.55], [49, 0.25], [Infinity, 0]];

/**
 * The residual stream through the layers, for the tokens up to the one that is looked at: how long its rows are, and what
 * the model would answer from each. Sends "goto" Where.
 *
 * @type {MountView}
 */
export function mountStream({ strings: { out, tensor }, signal }) {
  const take = createTake(tensor, signal);
  const words = out.stream;
  const norms = mountCells(words.norms, { keys: words.keys, act: ({ row, column }) => goTo(stepOf(row), column), signal });
  const lens = mountCells(words.lens, { keys: words.keys, act: ({ row, column }) => goTo({ layer: row, stage: "residual2" }, column), signal });
  norms.root.classList.add("narrow");
  const progress = el("progress", { "aria-label": words.reading });
  const status = el("span", { role: "status" });
  const stop = el("button", { type: "button", class: "quiet" });
  const bar = el("div", { class: "stream-progress" }, progress, status, stop);
  const legend = el("p", { class: "cells-legend" }, ...words.legend.map((text, i) => el("span", { style: `--t: ${tints[i][1]}`, text })));
  const root = el(
    "section",
    { class: "stream" },
    bar,
    el("section", {}, take.head(el("h3", { text: words.norms })), el("p", { class: "note", text: words.normsNote }), norms.root),
    el("section", {}, take.head(el("h3", { text: words.lens })), el("p", { class: "note", text: words.lensNote }), legend, lens.root),
  );
  /** @type {Streamed} */
  let known = { norms: [], rows: [] };
  const drawing = createSeldom(draw, EVERY, signal);
  const streamed = createStreamed(onKnown, signal);
  /** @type {Now | null} */
  let now = null;
  stop.addEventListener("click", () => (streamed.busy ? streamed.halt() : now && streamed.begin(now), tell()), { signal });

  /** @param {number} row @returns {{ layer: number, stage: "position" | "residual1" | "residual2" }} */
  function stepOf(row) {
    if (row === 0) return { layer: -1, stage: "position" };
    return { layer: (row - 1) >> 1, stage: row % 2 ? "residual1" : "residual2" };
  }

  /** @param {{ layer: number, stage: string }} step @param {number} column */
  function goTo(step, column) {
    if (now?.stands && now.place) send(root, "goto", { position: windowOf(now.place.position)[0] + column, ...step });
  }

  function tell() {
    const { done, of, failed, complete } = streamed.state;
    hide(bar, complete);
    progress.max = Math.max(1, of);
    progress.value = done;
    status.textContent = failed ? words.failed(failed) : now?.stands || complete ? words.progress(done, of) : words.stands;
    stop.textContent = streamed.busy ? words.stop : words.goOn;
    hide(stop, !now?.stands);
  }

  /** @param {Streamed} next */
  function onKnown(next) {
    known = next;
    if (streamed.busy && !streamed.state.complete) drawing.want();
    else drawing.now();
  }

  function draw() {
    const { norms: lengths, rows } = known;
    if (!now?.place || !now.state.info) return;
    const { text } = now;
    const { layers } = now.state.info;
    const [from, to] = windowOf(now.place.position);
    const positions = Array.from({ length: to - from }, (_, i) => from + i);
    const names = positions.map(text);
    const most = Math.max(...lengths.flat().filter((norm) => norm !== undefined), 0);
    const steps = Array.from({ length: 2 * layers + 1 }, (_, row) => row);
    const step = (/** @type {number} */ row) => (row === 0 ? words.input : row % 2 ? words.attention((row + 1) / 2) : words.mlp(row / 2));
    const said = (/** @type {number} */ row) => (row === 0 ? words.afterInput : words.after((row + 1) >> 1, row % 2 ? "attention" : "mlp"));
    norms.show(names, steps.map(step), steps.map((row) => positions.map((position, column) => cellOfNorm(lengths[row]?.[column], most, [said(row), words.column(position, text(position))]))), positions.length - 1);
    const depths = Array.from({ length: layers }, (_, layer) => layer);
    lens.show(names, depths.map((layer) => words.layer(layer + 1)), depths.map((layer) => positions.map((position, column) => cellOfLens(rows[column]?.[layer], [words.afterLayer(layer + 1), words.column(position, text(position))]))), positions.length - 1);
    tell();
  }

  /** @param {number | undefined} norm @param {number} most @param {string[]} where @returns {Shown | null} */
  const cellOfNorm = (norm, most, where) => (norm === undefined ? null : { text: three(norm), tint: most > 0 ? norm / most : 0, read: { value: exact(norm), where } });

  /** @param {import("../../vitrine.d.ts").LensRow | undefined} row @param {string[]} where @returns {Shown | null} */
  function cellOfLens(row, where) {
    if (!row) return null;
    const [best] = row.top;
    const tint = tints.find(([last]) => row.rank <= last)?.[1] ?? 0;
    return { text: nameOf(best), sub: `${percent(best.probability)} #${count(row.rank + 1)}`, tint, read: { value: `${nameOf(best)} ${exact(best.probability)}`, where: [...where, words.answer(row.rank + 1, exact(row.probability))] } };
  }

  return {
    above: root,
    stand(on) {
      if (!on) streamed.stop();
    },
    show(next) {
      now = next;
      root.hidden = !next.reading || !next.place;
      if (root.hidden) return;
      streamed.want(next);
      tell();
    },
  };
}
