/**
 * A picture of the page as a file of its own: without HTML in it, which other programs do not draw, and with the colours
 * that it has on the page.
 */

const SVG = "http://www.w3.org/2000/svg";
const SHAPES = "rect, circle, ellipse, polygon, polyline, line, path";
const PAINT = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "opacity", "marker-end", "marker-start"];
const WORDS = ["font-family", "font-size", "font-weight", "font-style"];
const MOST = 32e6; // pixels of a PNG: browsers refuse larger canvases

/**
 * @param {SVGSVGElement} svg in the document
 * @returns {string} the code of an SVG file
 */
export function flatSVG(svg) {
  const copy = /** @type {SVGSVGElement} */ (svg.cloneNode(true));
  const box = svg.viewBox.baseVal;
  const scale = svg.getBoundingClientRect().width / box.width || 1; // of the camera
  copy.setAttribute("xmlns", SVG);
  copy.style.background = getComputedStyle(svg.closest(".diagram") ?? svg).backgroundColor;
  const pairs = [...svg.querySelectorAll("*")].map((one, i) => /** @type {const} */ ([one, copy.querySelectorAll("*")[i]]));
  for (const [one, twin] of pairs) {
    if (one.matches(SHAPES)) paint(one, twin, PAINT);
    else if (one instanceof SVGForeignObjectElement) twin.replaceWith(flatten(one, scale));
  }
  const marks = [...copy.querySelectorAll(".hit, .stop")].filter((mark) => mark.matches(".hit") || !mark.closest("[data-stop]"));
  for (const mark of marks) mark.remove();
  for (const one of [copy, ...copy.querySelectorAll("*")]) {
    for (const { name } of [...one.attributes]) if (/^(class|role|tabindex|aria-|data-)/.test(name)) one.removeAttribute(name);
  }
  return new XMLSerializer().serializeToString(copy);
}

/**
 * Words and boxes of HTML as SVG, where they are on the page.
 *
 * @param {SVGForeignObjectElement} host
 * @param {number} scale
 */
function flatten(host, scale) {
  const group = document.createElementNS(SVG, "g");
  const inverse = host.getScreenCTM()?.inverse();
  if (!inverse) return group;
  const at = (/** @type {DOMRect} */ { x, y, width, height }) => {
    const point = new DOMPoint(x, y).matrixTransform(inverse);
    return { x: point.x, y: point.y, width: width / scale, height: height / scale };
  };
  const walk = document.createTreeWalker(host, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode;
    if (node instanceof HTMLElement) group.append(...boxOf(node, at(node.getBoundingClientRect())));
    else if (node instanceof Text) group.append(...wordsOf(node, at));
  }
  return group;
}

/** @typedef {{ x: number, y: number, width: number, height: number }} Place */

/** @param {HTMLElement} element @param {Place} place */
function boxOf(element, { x, y, width, height }) {
  const { backgroundColor, borderTopWidth, borderTopColor, borderTopLeftRadius } = getComputedStyle(element);
  const line = parseFloat(borderTopWidth);
  if ((/, 0\)$|transparent/.test(backgroundColor) && line === 0) || width === 0) return [];
  const rect = document.createElementNS(SVG, "rect");
  const radius = parseFloat(borderTopLeftRadius) || 0;
  set(rect, { x, y, width, height, rx: radius, fill: backgroundColor, stroke: line ? borderTopColor : "none", "stroke-width": line });
  return [rect];
}

/** One text for each line. @param {Text} node @param {(rect: DOMRect) => Place} at */
function wordsOf(node, at) {
  const parent = node.parentElement;
  const words = node.data;
  if (!parent || !words.trim()) return [];
  const style = getComputedStyle(parent);
  const range = document.createRange();
  /** @type {{ text: string, rect: DOMRect }[]} */
  const lines = [];
  for (let i = 0; i < words.length; ) {
    const length = (words.codePointAt(i) ?? 0) > 0xffff ? 2 : 1;
    range.setStart(node, i);
    range.setEnd(node, i + length);
    const rect = range.getBoundingClientRect();
    const last = lines.at(-1);
    if (last && Math.abs(last.rect.top - rect.top) < 2) {
      last.text += words.slice(i, i + length);
      if (rect.width > 0 && rect.x < last.rect.x) last.rect = rect; // words that run to the left
    } else if (rect.width > 0) lines.push({ text: words.slice(i, i + length), rect });
    i += length;
  }
  return lines.map(({ text, rect }) => {
    const { x, y, height } = at(rect);
    const element = document.createElementNS(SVG, "text");
    set(element, { x, y: y + height / 2, "dominant-baseline": "central", fill: style.color });
    for (const name of WORDS) element.style.setProperty(name, style.getPropertyValue(name));
    element.style.setProperty("white-space", "pre");
    element.textContent = text.trimEnd();
    return element;
  });
}

/** @param {Element} element @param {Record<string, string | number>} attributes */
function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, typeof value === "number" ? String(Math.round(value * 100) / 100) : value);
}

/** @param {Element} one @param {Element} twin @param {string[]} names */
function paint(one, twin, names) {
  const style = getComputedStyle(one);
  twin.removeAttribute("style");
  for (const name of names) {
    const value = style.getPropertyValue(name).replace(/url\("[^"#]*#/, 'url("#');
    if (value && value !== "none" && !(name === "fill-opacity" && value === "1") && !(name === "opacity" && value === "1")) /** @type {SVGElement} */ (twin).style.setProperty(name, value);
    else if (name === "fill" && value === "none") twin.setAttribute("fill", "none");
  }
}

/**
 * @param {string} code of an SVG
 * @returns {Promise<Blob>} a PNG, twice as large where that is not too large
 */
export async function pngOf(code) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(code)}`;
  await image.decode();
  const { naturalWidth: width, naturalHeight: height } = image;
  const scale = Math.min(2, Math.sqrt(MOST / (width * height)));
  const canvas = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale));
  const context = canvas.getContext("2d");
  if (!context) throw new Error("the browser gives no canvas");
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/png" });
}
