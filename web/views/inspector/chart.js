import { el, svgEl } from "../../kit/dom.js";

const [WIDTH, HEIGHT] = [400, 220]; // units of the drawing
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 12, 26, 36]; // around the plot
const MARKS = 4; // of an axis, about

/**
 * Lines over whole numbers, as an SVG: the first is drawn with dots, the second dashed, with squares.
 *
 * @param {{ label: string, x: string, y: string, xs: number[], series: { name: string, ys: number[] }[], write: (y: number) => string, title: (i: number, series: number) => string }} of
 *   `x` and `y` are the names of the axes
 */
export function drawChart({ label, x: nameX, y: nameY, xs, series, write, title }) {
  const root = svgEl("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label, class: "chart" });
  const high = Math.max(...series.flatMap(({ ys }) => ys), Number.MIN_VALUE);
  const [first, last] = [xs[0], Math.max(xs[xs.length - 1], xs[0] + 1)];
  const toX = (/** @type {number} */ x) => LEFT + ((x - first) / (last - first)) * (WIDTH - LEFT - RIGHT);
  const toY = (/** @type {number} */ y) => HEIGHT - BOTTOM - (y / high) * (HEIGHT - TOP - BOTTOM);

  /** @param {Element} parent @param {keyof SVGElementTagNameMap} name @param {Record<string, string | number>} attributes @param {string} [text] */
  function add(parent, name, attributes, text = "") {
    const element = svgEl(name, attributes);
    element.textContent = text;
    parent.append(element);
    return element;
  }

  for (const y of roundMarks(0, high, MARKS)) {
    add(root, "line", { x1: LEFT, x2: WIDTH - RIGHT, y1: toY(y), y2: toY(y), class: "chart-rule" });
    add(root, "text", { x: LEFT - 6, y: toY(y) + 4, "text-anchor": "end" }, write(y));
  }
  for (const x of roundMarks(first, last, MARKS + 1).filter(Number.isInteger)) add(root, "text", { x: toX(x), y: HEIGHT - BOTTOM + 16, "text-anchor": "middle" }, String(x));
  add(root, "text", { x: WIDTH - RIGHT, y: HEIGHT - 4, "text-anchor": "end" }, nameX);
  add(root, "text", { x: 2, y: 12 }, nameY);
  for (const [n, { ys }] of series.entries()) {
    const group = add(root, "g", { class: n ? "chart-second" : "chart-first" });
    add(group, "polyline", { points: ys.map((y, i) => `${toX(xs[i])},${toY(y)}`).join(" ") });
    for (const [i, y] of ys.entries()) {
      const [at, up] = [toX(xs[i]), toY(y)];
      const point = n ? add(group, "rect", { x: at - 3.5, y: up - 3.5, width: 7, height: 7 }) : add(group, "circle", { cx: at, cy: up, r: 4 });
      add(point, "title", {}, title(i, n));
    }
  }
  return root;
}

/** The key of a chart. @param {string[]} names */
export const keyOf = (names) => el("p", { class: "chart-key" }, ...names.map((text, i) => el("span", { class: i ? "chart-second" : "chart-first", text })));

/** Round numbers from one to another. @param {number} low @param {number} high @param {number} count about */
function roundMarks(low, high, count) {
  const least = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = power * ([1, 2, 5, 10].find((n) => n * power >= least) ?? 10);
  const from = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - from + 1 }, (_, i) => (from + i) * step);
}
