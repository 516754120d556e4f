/** @import { Line } from "./draw.js" */
import { pick, reach } from "./draw.js";

const EDGE = 8; // px at both ends: half of the slider's thumb
const [TOP, HEIGHT] = [14, 26]; // px
const GLYPH = 7; // px of a character, about
const MOST = 4000; // segments that are painted; more are narrower than a pixel

/**
 * Paints the line of a draw: a part for each token, the one that a number falls on filled, a triangle over the number of
 * the seed, and a dart at the number.
 *
 * @param {HTMLCanvasElement} canvas its colour is that of text, its background that of what is chosen, its border that of lines
 * @param {Line} line
 * @param {{ random: number, drawn: number | null, name: (id: number) => string }} options
 */
export function paintLine(canvas, line, { random, drawn, name }) {
  const width = canvas.clientWidth;
  const scale = devicePixelRatio;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round((TOP + HEIGHT + 2) * scale);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const style = getComputedStyle(canvas);
  const at = (/** @type {number} */ share) => EDGE + share * (width - 2 * EDGE);
  context.scale(scale, scale);
  context.font = `12px ${style.fontFamily}`;
  context.textBaseline = "middle";

  const chosen = pick(line, random);
  const { from, to } = reach(line, chosen);
  context.fillStyle = style.outlineColor;
  context.fillRect(at(from), TOP, Math.max(1, at(to) - at(from)), HEIGHT);

  context.strokeStyle = style.borderTopColor;
  context.strokeRect(at(0) + 0.5, TOP + 0.5, at(1) - at(0) - 1, HEIGHT - 1);
  context.fillStyle = style.borderTopColor;
  const stride = Math.ceil(line.ids.length / MOST);
  let last = -Infinity;
  for (let i = 0; i < line.ids.length - 1; i += stride) {
    const x = Math.round(at(reach(line, i).to));
    if (x > last) context.fillRect(x, TOP, 1, HEIGHT);
    last = x;
  }
  context.fillStyle = style.color;
  for (let i = 0; i < line.ids.length && i < MOST; i++) {
    const part = reach(line, i);
    const text = name(line.ids[i]);
    const room = at(part.to) - at(part.from) - 6;
    if (text && text.length * GLYPH < room) context.fillText(text, at(part.from) + 4, TOP + HEIGHT / 2 + 1, room);
  }
  if (drawn !== null) triangle(context, at(drawn), 2, TOP - 3, style.borderTopColor, random !== drawn);
  triangle(context, at(random), 2, TOP - 1, style.color, false);
  context.fillStyle = style.color;
  context.fillRect(at(random) - 0.75, TOP - 2, 1.5, HEIGHT + 2);
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} top @param {number} tip @param {string} color @param {boolean} hollow */
function triangle(context, x, top, tip, color, hollow) {
  context.beginPath();
  context.moveTo(x - 5, top);
  context.lineTo(x + 5, top);
  context.lineTo(x, tip);
  context.closePath();
  context.fillStyle = context.strokeStyle = color;
  if (hollow) context.stroke();
  else context.fill();
}
