/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { Layout } from "./layout.js" */
/** @import { Palette } from "./palette.js" */
/** @import { Picture } from "./tensors.js" */
import { el, send } from "../../kit/dom.js";
import { exact } from "../../kit/numbers.js";
import { fit, paint } from "./canvas.js";
import { mountCaption } from "./caption.js";
import { boxOf, cellAt, COLUMNS, layoutOf, moved } from "./layout.js";
import { mountCell } from "./cell.js";
import { drawPicture } from "./export-picture.js";
import { mountLabels } from "./labels.js";
import { mountPager } from "./pager.js";
import { drawSized } from "./sizes.js";
import { computed } from "./tensors.js";
import { tableOf } from "./table.js";

/**
 * What a picture needs to know beside its numbers.
 *
 * @typedef {object} Scene
 * @property {string} title
 * @property {string[]} about where it is from, in words: what stands under the title where it stands alone
 * @property {number} start position of the first token of the pass
 * @property {number} rows of the pass
 * @property {number} limit where the colours end
 * @property {number} chosen row of the pass that is looked at
 * @property {boolean} paged whether its rows are paged
 * @property {(position: number) => string} text of the token there, quoted
 * @property {(column: number) => string} [across] what a column is called that is no token
 * @property {(cell: Cell) => string[]} where a cell comes from, part by part
 * @property {{ low: string, high: string, exact: string }} range of its numbers
 */

/** @typedef {{ row: number, column: number }} Cell row of the pass, column of the whole row */

/**
 * A cell that is read. `row` is a position; `number` is null where the cell is not there.
 *
 * @typedef {{ name: string, value: string, where: string[], tensor: string, row: number, column: number, number: number | null }} CellRead
 */

let made = 0;

/**
 * One tensor as a picture of cells, which is a grid for the keyboard and for assistive technology: it has one cell, the
 * one that the cursor is on. Sends "cellread" CellRead or null, and "rowchoose" { row }.
 *
 * @param {{ strings: InspectorStrings["tensor"], palette: Palette, act?: (cell: Cell) => void, signal: AbortSignal }} options
 *   `act`: what Enter and a click do, beside choosing the cell
 */
export function mountPicture({ strings, palette, act, signal }) {
  const id = `tensor-${++made}`;
  const caption = mountCaption(id, { strings, table, drawing, signal });
  const canvas = el("canvas", { class: "heat-canvas" });
  const cursor = el("div", { class: "heat-cursor", hidden: true });
  const cells = el("div", { class: "heat-cells", "aria-hidden": "true" }, canvas, cursor);
  const labels = mountLabels();
  const cell = mountCell(id);
  const grid = el("div", { class: "heat-grid", role: "grid", tabindex: 0, "aria-labelledby": id, "aria-readonly": "true", "aria-description": strings.keys }, labels.columns, labels.rows, cells, cell.root);
  const heat = el("div", { class: "heat" }, grid);
  const pager = { rows: mountPager("rows", strings, signal), columns: mountPager("columns", strings, signal) };
  const root = el("section", { class: "tensor" }, caption.root, heat, pager.rows.root, pager.columns.root);

  /** @type {Picture} */
  let picture;
  /** @type {Scene} */
  let scene;
  /** @type {Layout} */
  let layout;
  let first = 0; // column that is shown first
  /** @type {Cell | null} */
  let kept = null; // by a key or a click

  let wide = 0; // px that there are, names included
  let seen = false; // its cells are on the screen, or soon
  let painted = false; // as they are now

  const sizes = drawSized(caption.root, { width: () => heat.clientWidth, draw: (width) => ((wide = width), picture && draw()) }, signal);
  const sight = new IntersectionObserver((entries) => {
    seen = entries[entries.length - 1].isIntersecting;
    paintSeen();
  }, { scrollMargin: "200px" });
  sight.observe(cells);
  signal.addEventListener("abort", () => sight.disconnect());
  canvas.addEventListener("pointermove", (event) => read(pointed(event)), { signal });
  canvas.addEventListener("pointerleave", () => read(null), { signal });
  canvas.addEventListener("click", onClick, { signal });
  grid.addEventListener("focus", () => layout && go(kept ?? { row: scene.chosen, column: first }), { signal });
  grid.addEventListener("blur", () => ((kept = null), read(null)), { signal });
  grid.addEventListener("keydown", onKey, { signal });
  pager.rows.root.addEventListener("page", (event) => turnRows(/** @type {CustomEvent} */ (event).detail.from), { signal });
  pager.columns.root.addEventListener("page", (event) => turnColumns(/** @type {CustomEvent} */ (event).detail.from), { signal });

  const columns = () => Math.min(COLUMNS, picture.across.from + picture.across.count - first);
  /** @param {Cell} cell */
  const valueOf = ({ row, column }) =>
    computed(picture, row, column, scene.start) ? picture.data[(row - picture.rows.from) * picture.across.count + column - picture.across.from] : null;
  /** @param {Cell} cell */
  const isHere = ({ row, column }) => row >= picture.rows.from && row < picture.rows.from + picture.rows.count && column >= picture.across.from && column < picture.across.from + picture.across.count;

  /** @param {PointerEvent | MouseEvent} event */
  function pointed(event) {
    const box = canvas.getBoundingClientRect();
    const cell = cellAt(layout, event.clientX - box.left, event.clientY - box.top);
    return cell && { row: picture.rows.from + cell.row, column: first + cell.column };
  }

  /** @param {MouseEvent} event */
  function onClick(event) {
    const cell = pointed(event);
    grid.focus({ preventScroll: true });
    go(cell);
    if (cell) act?.(cell);
  }

  /** @param {number} from */
  function turnRows(from) {
    send(root, "rowchoose", { row: Math.max(0, Math.min(scene.rows - 1, from)) });
  }

  /** @param {number} from */
  function turnColumns(from) {
    const last = picture.across.from + picture.across.count - 1;
    const page = Math.max(picture.across.from, Math.min(last, from));
    first = page - ((page - picture.across.from) % COLUMNS);
    if (kept) kept = { ...kept, column: page };
    draw();
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !kept) return;
    if (event.key === "Enter" && act) return event.preventDefault(), act(kept);
    const paging = { PageUp: -1, PageDown: 1 }[event.key];
    const at = { row: kept.row - picture.rows.from, column: kept.column - first };
    const to = moved(layout, event.key, at);
    if (!to && !paging) return;
    event.preventDefault();
    if (to) go({ row: picture.rows.from + to.row, column: first + to.column });
    else if (scene.paged && scene.rows > picture.rows.count) turnRows(picture.rows.from + Number(paging) * picture.rows.count);
    else turnColumns(first + Number(paging) * COLUMNS);
  }

  /** Moves the cursor, to another page too. @param {Cell | null} cell */
  function go(cell) {
    if (!cell) return;
    if (!isHere(cell)) {
      if (scene.paged && cell.row !== scene.chosen && cell.row >= 0 && cell.row < scene.rows) turnRows(cell.row);
      return;
    }
    kept = cell;
    if (cell.column < first || cell.column >= first + columns()) turnColumns(cell.column);
    read(null);
    if (picture.tokens && cell.row !== scene.chosen) send(root, "rowchoose", { row: cell.row });
  }

  /** Reads the cell under the pointer, or else the one that the cursor is on. @param {Cell | null} under */
  function read(under) {
    const at = under ?? kept;
    cursor.hidden = !at;
    if (!at) return send(root, "cellread", null);
    const box = boxOf(layout, at.row - picture.rows.from, at.column - first);
    cursor.style.translate = `${box.x}px ${box.y}px`;
    const { value, where } = wordsOf(at);
    send(root, "cellread", { name: scene.title, value, where, tensor: picture.name, row: scene.start + at.row, column: at.column, number: valueOf(at) });
    if (under) return;
    cursor.scrollIntoView({ block: "nearest", inline: "nearest" });
    tell(at);
  }

  /** @param {Cell} at */
  function wordsOf(at) {
    const number = valueOf(at);
    return { value: number === null ? strings.masked : exact(number), where: scene.where(at) };
  }

  /** To assistive technology. @param {Cell} at */
  function tell(at) {
    const { value, where } = wordsOf(at);
    grid.setAttribute("aria-activedescendant", cell.say(at, picture.tokens ? scene.text(scene.start + at.row) : scene.title, [value, ...where].join(", ")));
  }

  /** What is shown, cell by cell. */
  function table() {
    return tableOf(picture, { from: first, count: columns() }, valueOf, scene.across ?? String, (row) => (picture.tokens ? scene.text(scene.start + row) : scene.title));
  }

  /** @param {number} row @param {number} column both count from the first that is shown */
  function shownAt(row, column) {
    return valueOf({ row: picture.rows.from + row, column: first + column });
  }

  /** What is shown, as an SVG document. */
  function drawing() {
    return drawPicture(root, picture, scene, { layout, first, valueAt: shownAt, palette });
  }

  function paintSeen() {
    if (!seen || painted || !layout) return;
    painted = true;
    paint(canvas, layout, shownAt, { palette, limit: scene.limit, signed: picture.signed });
  }

  function draw() {
    labels.measure(picture);
    const width = wide - labels.width;
    if (width <= 0) return; // hidden
    layout = layoutOf({ rows: picture.rows.count, columns: columns() }, picture.columns, width);
    fit(canvas, layout);
    painted = false;
    paintSeen();
    cursor.style.width = `${Math.max(layout.width, 3)}px`;
    cursor.style.height = `${layout.height}px`;
    labels.draw(picture, scene, layout, first);
    pager.columns.show({ from: first - picture.across.from, count: columns(), of: picture.across.count });
    pager.rows.show({ from: picture.rows.from, count: picture.rows.count, of: scene.paged ? scene.rows : picture.rows.count });
    if (kept) read(null);
    else tell({ row: scene.chosen, column: first });
  }

  return {
    root,
    /** @param {Picture} next @param {Scene} nextScene */
    show(next, nextScene) {
      [picture, scene] = [next, nextScene];
      caption.show(picture, scene);
      grid.ariaRowCount = String(picture.tokens ? scene.rows : picture.rows.count);
      grid.ariaColCount = String(picture.across.count);
      if (first < picture.across.from || first >= picture.across.from + picture.across.count) first = picture.across.from;
      if (kept && !isHere(kept)) kept = { row: Math.min(scene.chosen, picture.rows.from + picture.rows.count - 1), column: Math.min(kept.column, picture.across.from + picture.across.count - 1) };
      sizes.again();
    },
    /** Paints again, as after a change of the colours. */
    paint: draw,
  };
}

/** @typedef {ReturnType<typeof mountPicture>} PictureView */
