/** @import { Tensor } from "../../vitrine.d.ts" */
/** @import { MountView } from "./views.js" */
import { el, send } from "../../kit/dom.js";
import { decimal, exact } from "../../kit/numbers.js";
import { activations, strongest } from "./activation.js";
import { frameOf, paintCurve } from "./curve-paint.js";
import { drawSized } from "./sizes.js";
import { createTake } from "./take.js";

const LISTED = 12; // strongest units
const NEAR = 14; // px from a point at which it is pointed at

/** @typedef {{ unit: number, x: number, y: number }} Point */

/**
 * The activation of the MLP: the curve that the run computes with, and on it the hidden units of the token that is looked at.
 *
 * @type {MountView}
 */
export function mountCurve({ strings: { out, tensor }, signal }) {
  const words = out.curve;
  const note = el("p", { class: "note" });
  const canvas = el("canvas", { class: "curve-canvas" });
  const plot = el("div", { class: "curve-plot", role: "slider", tabindex: 0, "aria-label": words.label, "aria-description": words.keys, "aria-valuemin": 0 }, canvas);
  const body = el("tbody");
  const table = el(
    "table",
    { class: "stage-table curve-table" },
    el("caption", { text: words.strongest }),
    el("thead", {}, el("tr", {}, ...words.columns.map((text) => el("th", { scope: "col", class: "figure", text })))),
    body,
  );
  const root = el("section", { class: "curve" }, createTake(tensor, signal).head(el("h3", { text: words.title })), note, plot, table);
  /** @type {Point[]} by x */
  let points = [];
  let shown = "";
  /** @type {(x: number) => number} */
  let f = activations.gelu_new;
  let current = 0; // the point that the keys are at
  /** @type {number | null} */
  let pointed = null;
  let where = "";

  const sizes = drawSized(plot, { width: () => canvas.clientWidth, draw: paint }, signal);
  plot.addEventListener("pointermove", onMove, { signal });
  plot.addEventListener("pointerleave", () => point(null), { signal });
  plot.addEventListener("focus", () => point(null), { signal });
  plot.addEventListener("blur", () => (paint(), send(root, "cellread", null)), { signal });
  plot.addEventListener("keydown", onKey, { signal });

  function paint() {
    if (points.length && canvas.clientWidth) paintCurve(canvas, points, f, { marked: pointed ?? (document.activeElement === plot ? current : null), x: words.x, y: words.y });
  }

  /** @param {number | null} i */
  function point(i) {
    pointed = i;
    paint();
    const at = i ?? (document.activeElement === plot ? current : null);
    const one = at === null ? null : points[at];
    send(root, "cellread", one ? { name: words.unit(one.unit), value: words.goes(exact(one.x), exact(one.y)), where: [where] } : null);
  }

  /** @param {PointerEvent} event */
  function onMove(event) {
    const box = canvas.getBoundingClientRect();
    const { toX, toY } = frameOf(canvas, points);
    let [best, least] = [-1, NEAR * NEAR];
    for (const [i, { x, y }] of points.entries()) {
      const apart = (toX(x) - (event.clientX - box.left)) ** 2 + (toY(y) - (event.clientY - box.top)) ** 2;
      if (apart < least) [best, least] = [i, apart];
    }
    point(best < 0 ? null : best);
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const last = points.length - 1;
    const to = { ArrowRight: current + 1, ArrowUp: current + 1, ArrowLeft: current - 1, ArrowDown: current - 1, Home: 0, End: last, PageUp: current + 32, PageDown: current - 32 }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    current = Math.max(0, Math.min(last, to));
    say();
    point(null);
  }

  function say() {
    const { unit, x, y } = points[current];
    plot.ariaValueNow = String(current);
    plot.ariaValueText = `${words.unit(unit)}: ${words.goes(exact(x), exact(y))}`;
  }

  return {
    above: root,
    paint,
    show({ place, reading, state, run, text }) {
      root.hidden = !reading || !place;
      if (!reading || !place || !state.info) return;
      const key = `${reading.key} ${place.position}`;
      if (key === shown) return;
      shown = key;
      const [hidden, activated] = ["hidden", "activated"].map((name) => rowAt(reading.tensors, name, place.position));
      const activation = run?.switches.find((one) => "activation" in one)?.activation ?? state.info.activation;
      f = activations[activation];
      const most = strongest(activated, LISTED);
      points = Array.from(hidden, (x, unit) => ({ unit, x, y: activated[unit] })).sort((a, b) => a.x - b.x || a.unit - b.unit);
      current = Math.max(0, points.findIndex(({ unit }) => unit === most[0]));
      pointed = null;
      where = out.stream.column(place.position, text(place.position));
      plot.ariaValueMax = String(points.length - 1);
      note.textContent = words.note(points.length, text(place.position), words.names[activation]);
      body.replaceChildren(...most.map((unit) => el("tr", {}, el("th", { scope: "row", class: "figure", text: String(unit) }), ...[hidden[unit], activated[unit]].map((value) => el("td", { class: "figure", title: exact(value), text: decimal(value).trim() })))));
      say();
      sizes.again();
    },
  };
}

/**
 * The row of a tensor at a position.
 *
 * @param {Tensor[]} tensors
 * @param {string} name
 * @param {number} position
 */
function rowAt(tensors, name, position) {
  const tensor = tensors.find((one) => one.name === name);
  if (!tensor) return new Float32Array();
  const [, width] = tensor.shape;
  const at = (position - tensor.from[0]) * width;
  return tensor.data.subarray(at, at + width);
}
