/** @import { Answered, MountView } from "./views.js" */
/** @import { Scene } from "./picture.js" */
/** @import { Picture } from "./tensors.js" */
import { el } from "../../kit/dom.js";
import { createPulls } from "./pulls.js";
import { mountPicture } from "./picture.js";
import { cosines } from "./rows-cosine.js";
import { largestOf, rangeWords } from "./scenes.js";
import { rangeOf } from "./tensors.js";

/** Most rows of the position table that are shown at a time. */
const WINDOW = 64;

/**
 * Rows of tokens beside each other: how much they point the same way; and of the position table, more than this text needs.
 *
 * @type {MountView}
 */
export function mountRows({ strings, palette, signal }) {
  const words = strings.rows;
  const cosine = mountPicture({ strings: strings.tensor, palette, signal });
  const table = mountPicture({ strings: strings.tensor, palette, signal });
  const what = el("p", { class: "note", text: words.cosineWhat });
  const tableWhat = el("p", { class: "note" });
  const tableView = el("section", { class: "rows-table", hidden: true }, table.root, tableWhat);
  const below = el("div", { class: "rows-view" }, el("section", {}, cosine.root, what), tableView);
  /** @type {Answered | null} */
  let now = null;
  let before = "";
  let from = 0; // of the table
  let drawn = false; // the table
  const pulls = createPulls({ answer: drawTable, failure: () => {}, waiting: () => {} }, signal);

  // A row of the table is no token of the text: it chooses the window, and nothing else.
  table.root.addEventListener("rowchoose", (event) => {
    event.stopPropagation();
    from = /** @type {CustomEvent<{ row: number }>} */ (event).detail.row;
    from -= from % WINDOW;
    if (now) askTable(now);
  }, { signal });

  /** @param {{ place: Answered["place"], tensors: Answered["tensors"], text: Answered["text"] }} now */
  function drawCosine({ place, tensors, text }) {
    const its = tensors.find(({ name }) => name === "rows" || name === "sum");
    if (!its || !place.window) return;
    const [start] = its.from;
    const [count, width] = its.shape;
    const at = start - place.start;
    /** @type {Picture} */
    const picture = {
      name: "cosine", shape: [count, count], data: cosines(its.data, count, width),
      columns: "row", tokens: true, perHead: false, causal: false, signed: true, group: "", rows: { from: at, count }, across: { from: at, count },
    };
    cosine.show(picture, sceneOf(picture, {
      title: words.cosine, start: place.start, rows: place.rows, chosen: place.position - place.start, paged: true, limit: 1, text,
      about: [words.cosineAbout(start, start + count - 1)],
      where: ({ row, column }) => [strings.tensor.where.row(place.start + row, text(place.start + row)), strings.tensor.where.tokenColumn(place.start + column, text(place.start + column))],
    }));
  }

  /** @param {Picture} picture @param {Omit<Scene, "range">} scene @returns {Scene} */
  function sceneOf(picture, scene) {
    return { ...scene, range: rangeWords(rangeOf(picture, scene.start) ?? { low: 0, high: 0 }, strings.tensor) };
  }

  /** @param {Answered} of */
  function askTable({ state, engine }) {
    const context = state.info?.context ?? 0;
    if (engine && context) pulls.want(JSON.stringify([state.number, from]), () => engine.positions(from, Math.min(context, from + WINDOW)));
  }

  /** @param {Answered["tensors"][number]} tensor */
  function drawTable({ data, shape, from: [first] }) {
    const info = now?.state.info;
    if (!info) return;
    drawn = true;
    tableView.hidden = now?.stage !== "position";
    tableWhat.textContent = words.tableWhat[info.position];
    const range = { from: first, count: shape[0] };
    /** @type {Picture} */
    const picture = {
      name: "table", shape, data, columns: "channel", tokens: true, perHead: false, causal: false, signed: true, group: "", rows: range, across: { from: 0, count: shape[1] },
    };
    const bounds = rangeOf(picture, 0) ?? { low: 0, high: 0 };
    table.show(picture, sceneOf(picture, {
      title: words.table[info.position], start: 0, rows: info.context, chosen: first, paged: true, limit: largestOf(bounds), text: words.position,
      about: [words.tableAbout(first, first + shape[0] - 1, info.context)],
      where: ({ row, column }) => [words.position(row), strings.tensor.where.column(column)],
    }));
  }

  return {
    below,
    answer(next) {
      now = next;
      const { stage, place, version, state } = next;
      const key = JSON.stringify([stage, version, place.window, place.position, state.number]);
      if (key === before) return;
      before = key;
      drawCosine(next);
      tableView.hidden = stage !== "position" || !drawn;
      if (stage === "position") askTable(next);
    },
    paint() {
      if (!now) return;
      cosine.paint();
      if (!tableView.hidden) table.paint();
    },
  };
}
