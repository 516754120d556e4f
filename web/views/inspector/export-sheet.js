/** @import { Palette } from "./palette.js" */
import { svgEl } from "../../kit/dom.js";

const SVG = "http://www.w3.org/2000/svg";
/** Around everything, px. */
const MARGIN = 16;
const TITLE = 15;
const TEXT = 11;

/**
 * A drawing of rectangles and words under a title, in the colours of an element of the page: an SVG document of its own.
 *
 * @param {Element} like
 * @param {{ title: string, lines: string[] }} words `lines` stand under the title
 */
export function createSheet(like, { title, lines }) {
  const style = getComputedStyle(like);
  const [ink, paper, wash] = [style.color, surfaceOf(like), resolved(like, "var(--hue-wash)")].map(plain);
  const root = svgEl("svg");
  const head = MARGIN + TITLE + (TEXT + 4) * lines.length + 12;
  let [right, bottom] = [0, 0];
  write(title, 0, MARGIN + TITLE - head, { size: TITLE, strong: true, mono: false });
  lines.forEach((line, i) => write(line, 0, MARGIN + TITLE + (TEXT + 4) * (i + 1) - head, { mono: false }));

  /** @param {keyof SVGElementTagNameMap} name @param {Record<string, string | number>} attributes */
  function add(name, attributes) {
    return root.appendChild(svgEl(name, attributes));
  }

  /** @param {number} x @param {number} y where it ends */
  function reach(x, y) {
    [right, bottom] = [Math.max(right, x), Math.max(bottom, y)];
  }

  /**
   * @param {string} text @param {number} x @param {number} y of its base line
   * @param {{ size?: number, strong?: boolean, mono?: boolean, anchor?: "start" | "middle" | "end", turned?: boolean }} [how]
   */
  function write(text, x, y, { size = TEXT, strong = false, mono = true, anchor = "start", turned = false } = {}) {
    const [left, top] = [MARGIN + x, head + y];
    const element = add("text", { x: left, y: top, fill: ink, "font-size": size, "font-family": mono ? "ui-monospace, 'DejaVu Sans Mono', monospace" : "system-ui, sans-serif", "text-anchor": anchor, "xml:space": "preserve" });
    if (strong) element.setAttribute("font-weight", "600");
    if (turned) element.setAttribute("transform", `rotate(-90 ${left} ${top})`);
    element.textContent = text;
    if (anchor === "start" && !turned) reach(x + text.length * size * 0.62, y + 4);
  }

  return {
    write,
    /** @param {number} x @param {number} y @param {number} width @param {number} height @param {string} fill @param {string} [stroke] */
    box(x, y, width, height, fill, stroke) {
      add("rect", { x: MARGIN + x, y: head + y, width, height, fill, ...(stroke && { stroke }) });
      reach(x + width, y + height);
    },
    /** A canvas. @param {HTMLCanvasElement} canvas @param {number} x @param {number} y @param {number} width @param {number} height @param {boolean} [cells] its pixels stay pixels */
    image(canvas, x, y, width, height, cells = false) {
      add("image", { x: MARGIN + x, y: head + y, width, height, href: canvas.toDataURL(), preserveAspectRatio: "none", ...(cells && { "image-rendering": "pixelated" }) });
      reach(x + width, y + height);
    },
    /**
     * A drawing of the page, as large as it is there, with the colours and lines that the style sheet gives it.
     *
     * @param {SVGSVGElement} svg @param {number} y
     * @returns its height
     */
    graft(svg, y) {
      const copy = /** @type {SVGSVGElement} */ (svg.cloneNode(true));
      const [from, to] = [svg, copy].map((one) => [...one.querySelectorAll("*")]);
      for (const [i, one] of from.entries()) {
        const style = getComputedStyle(one);
        for (const name of ["fill", "stroke"]) to[i].setAttribute(name, style[/** @type {"fill" | "stroke"} */ (name)] === "none" ? "none" : plain(style[/** @type {"fill" | "stroke"} */ (name)]));
        for (const name of ["stroke-width", "stroke-dasharray", "font-size", "font-family"]) to[i].setAttribute(name, style.getPropertyValue(name));
      }
      const { width, height } = svg.getBoundingClientRect();
      for (const [name, value] of Object.entries({ x: MARGIN, y: head + y, width, height })) copy.setAttribute(name, String(value));
      copy.removeAttribute("class");
      root.append(copy);
      reach(width, y + height);
      return height + 8;
    },
    ink,
    /** Of the bars behind numbers. */
    wash,
    /** The document. */
    finish() {
      const [width, height] = [Math.ceil(right + 2 * MARGIN), Math.ceil(head + bottom + MARGIN)];
      root.setAttribute("xmlns", SVG);
      root.setAttribute("viewBox", `0 0 ${width} ${height}`);
      root.setAttribute("width", String(width));
      root.setAttribute("height", String(height));
      root.prepend(svgEl("rect", { width, height, fill: paper }));
      return new XMLSerializer().serializeToString(root);
    },
  };
}

/** A colour that the style sheet computes. @param {Element} like @param {string} color */
function resolved(like, color) {
  const probe = document.createElement("span");
  probe.style.color = color;
  like.append(probe);
  const { color: computed } = getComputedStyle(probe);
  probe.remove();
  return computed;
}

/** A colour as every program that reads SVG knows it. @param {string} color */
export function plain(color) {
  const context = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return `rgb(${red},${green},${blue})`;
}

/** The first colour under an element that is not transparent. @param {Element | null} element @returns {string} */
function surfaceOf(element) {
  if (!element) return "white";
  const { backgroundColor } = getComputedStyle(element);
  return /^rgba\(.*, 0\)$|^transparent$/.test(backgroundColor) ? surfaceOf(element.parentElement) : backgroundColor;
}

/** @typedef {ReturnType<typeof createSheet>} Sheet */

/** The colour of a number. @param {Palette} palette @param {number} x @param {number} limit @param {boolean} signed */
export function colourOf(palette, x, limit, signed) {
  const bytes = new Uint8ClampedArray(4);
  palette.write(bytes, 0, x, limit, signed);
  return `rgb(${bytes[0]},${bytes[1]},${bytes[2]})`;
}

/**
 * The scale of the colours, as a bar with its ends.
 *
 * @param {Sheet} sheet @param {number} y
 * @param {{ palette: Palette, limit: number, signed: boolean, low: string, high: string }} scale
 */
export function drawScale(sheet, y, { palette, limit, signed, low, high }) {
  const [cells, width] = [48, 3];
  const left = low.length * 7 + 6;
  sheet.write(low, 0, y + 9);
  for (let i = 0; i < cells; i++) sheet.box(left + i * width, y, width, 10, colourOf(palette, (signed ? (2 * i) / (cells - 1) - 1 : i / (cells - 1)) * limit, limit, signed));
  sheet.write(high, left + cells * width + 6, y + 9);
}
