import { fixed } from "../../kit/numbers.js";

const [LEFT, RIGHT, TOP, BOTTOM] = [36, 10, 8, 34]; // px around the plot
const APART = 56; // px between two marks of an axis, at least

/**
 * The frame of a plot: from the least to the greatest of both axes, with 0 in it.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {{ x: number, y: number }[]} points by x, at least one
 */
export function frameOf(canvas, points) {
  const [width, height] = [canvas.clientWidth - LEFT - RIGHT, canvas.clientHeight - TOP - BOTTOM];
  const xs = { low: Math.min(-1, points[0].x), high: Math.max(1, points[points.length - 1].x) };
  const ys = { low: -0.5, high: 1 }; // no curve falls below -0.2
  for (const { y } of points) ys.high = Math.max(ys.high, y);
  /** @param {number} x */
  const toX = (x) => LEFT + ((x - xs.low) / (xs.high - xs.low)) * width;
  /** @param {number} y */
  const toY = (y) => TOP + ((ys.high - y) / (ys.high - ys.low)) * height;
  return { xs, ys, width, height, toX, toY };
}

/**
 * @param {HTMLCanvasElement} canvas its colour is that of text, its border that of axes, its outline that of points
 * @param {{ x: number, y: number }[]} points by x
 * @param {(x: number) => number} f
 * @param {{ marked: number | null, x: string, y: string }} options names of the axes
 */
export function paintCurve(canvas, points, f, { marked, x: nameX, y: nameY }) {
  const scale = devicePixelRatio;
  canvas.width = Math.round(canvas.clientWidth * scale);
  canvas.height = Math.round(canvas.clientHeight * scale);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const { color, borderTopColor, outlineColor, backgroundColor, fontFamily } = getComputedStyle(canvas);
  const { xs, ys, width, height, toX, toY } = frameOf(canvas, points);
  context.scale(scale, scale);
  context.font = `12px ${fontFamily}`;
  context.fillStyle = color;
  context.strokeStyle = borderTopColor;
  context.lineWidth = 1;

  context.textAlign = "center";
  for (const mark of marks(xs, width)) {
    rule(context, toX(mark), TOP, toX(mark), TOP + height, mark === 0 ? 0.9 : 0.25);
    context.fillText(fixed(mark, digits(mark)), toX(mark), TOP + height + 14);
  }
  context.textAlign = "right";
  for (const mark of marks(ys, height)) {
    rule(context, LEFT, toY(mark), LEFT + width, toY(mark), mark === 0 ? 0.9 : 0.25);
    context.fillText(fixed(mark, digits(mark)), LEFT - 6, toY(mark) + 4);
  }
  context.fillText(nameX, LEFT + width, TOP + height + 30);
  context.textAlign = "left";
  context.fillText(nameY, LEFT + 6, TOP + 10);

  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.beginPath();
  for (let px = 0; px <= width; px++) {
    const x = xs.low + (px / width) * (xs.high - xs.low);
    context.lineTo(LEFT + px, toY(f(x)));
  }
  context.stroke();

  context.fillStyle = outlineColor;
  context.globalAlpha = 0.5;
  for (const { x, y } of points) dot(context, toX(x), toY(y), 3);
  context.globalAlpha = 1;
  if (marked === null) return;
  const { x, y } = points[marked];
  context.fillStyle = backgroundColor;
  dot(context, toX(x), toY(y), 7);
  context.fillStyle = color;
  dot(context, toX(x), toY(y), 5);
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} size */
function dot(context, x, y, size) {
  context.beginPath();
  context.arc(x, y, size, 0, 2 * Math.PI);
  context.fill();
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} toX @param {number} toY @param {number} alpha */
function rule(context, x, y, toX, toY, alpha) {
  context.globalAlpha = alpha;
  context.beginPath();
  context.moveTo(Math.round(x) + 0.5, Math.round(y) + 0.5);
  context.lineTo(Math.round(toX) + 0.5, Math.round(toY) + 0.5);
  context.stroke();
  context.globalAlpha = 1;
}

/** Round numbers on an axis. @param {{ low: number, high: number }} range @param {number} size px */
function marks({ low, high }, size) {
  const least = ((high - low) * APART) / size;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = power * ([1, 2, 5, 10].find((n) => n * power >= least) ?? 10);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step || 0); // never minus 0
}

/** @param {number} x */
const digits = (x) => (Number.isInteger(x) ? 0 : 1);
