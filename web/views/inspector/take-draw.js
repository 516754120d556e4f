/** @import { Sheet } from "./export-sheet.js" */
import { cells as widthOf } from "../../kit/text.js";
import { createSheet, plain } from "./export-sheet.js";
import { rowsOf, wordsOf } from "./take-rows.js";

const [ROW, GLYPH, GAP, LINE] = [18, 6.9, 14, 110]; // px of a row, of a character, between columns; characters of a line

/**
 * A part of a view as an SVG document: its words, tables and charts as such, its canvases as they are painted.
 *
 * @param {HTMLElement} part
 * @param {string} title
 * @param {HTMLElement[]} shown what it shows, in order
 */
export function drawPart(part, title, shown) {
  const sheet = createSheet(part, { title, lines: [] });
  let y = 0;
  for (const one of shown) {
    if (one instanceof HTMLCanvasElement) y += drawCanvas(sheet, one, y);
    else if (one instanceof SVGSVGElement) y += sheet.graft(one, y);
    else if (one.matches(".cells-legend, .chart-key")) y += drawLegend(sheet, one, y);
    else if (one.matches("p")) y += drawWords(sheet, one.textContent ?? "", y);
    else y += drawRows(sheet, rowsOf(one), y);
  }
  return sheet.finish();
}

/** @param {Sheet} sheet @param {HTMLCanvasElement} canvas @param {number} y */
function drawCanvas(sheet, canvas, y) {
  const label = canvas.parentElement?.matches(".explain-row") ? [...canvas.parentElement.children].filter((one) => one !== canvas).map(wordsOf).join("  ") : "";
  const above = label ? drawWords(sheet, label, y) - 6 : 0;
  const { clientWidth: width, clientHeight: height } = canvas;
  sheet.image(canvas, 0, y + above, width, height, canvas.height === 1);
  return above + height + GAP;
}

/** @param {Sheet} sheet @param {string} text @param {number} y */
function drawWords(sheet, text, y) {
  const lines = text.split(" ").reduce((lines, word) => {
    const last = lines[lines.length - 1];
    if (last && last.length + word.length < LINE) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
    return lines;
  }, /** @type {string[]} */ ([]));
  lines.forEach((line, i) => sheet.write(line, 0, y + 12 + 16 * i, { mono: false }));
  return text ? 16 * lines.length + 8 : 0;
}

/** @param {Sheet} sheet @param {HTMLElement} legend @param {number} y */
function drawLegend(sheet, legend, y) {
  let x = 0;
  for (const one of legend.children) {
    const { backgroundColor, color } = getComputedStyle(one, legend.matches(".chart-key") ? "::before" : null);
    const text = wordsOf(one);
    sheet.box(x, y + 2, 12, 12, plain(legend.matches(".chart-key") ? color : backgroundColor), sheet.ink);
    sheet.write(text, x + 18, y + 12);
    x += 18 + widthOf(text) * GLYPH + GAP;
  }
  return ROW + 6;
}

/** @param {Sheet} sheet @param {Element[][]} rows @param {number} y */
function drawRows(sheet, rows, y) {
  const words = rows.map((cells) => cells.map(wordsOf));
  const widths = Array.from({ length: Math.max(...rows.map(({ length }) => length)) }, (_, i) => Math.max(...words.map((cells) => widthOf(cells[i] ?? ""))) * GLYPH + GAP);
  rows.forEach((cells, line) => {
    let x = 0;
    const top = y + line * ROW;
    for (const [i, cell] of cells.entries()) {
      const style = /** @type {HTMLElement} */ (cell).style;
      const [share, tint] = ["--p", "--t"].map((name) => style?.getPropertyValue(name) ?? "");
      const inner = widths[i] - GAP / 2;
      if (tint) sheet.box(x - 3, top + 1, inner, ROW - 2, plain(getComputedStyle(cell).backgroundColor));
      if (share) sheet.box(x - 3 + inner * (1 - Math.min(1, Number(share))), top + 1, inner * Math.min(1, Number(share)), ROW - 2, sheet.wash);
      sheet.write(words[line][i], x, top + 13, { strong: cell.matches("th[scope=col], .chosen *, .total *") });
      x += widths[i];
    }
  });
  return rows.length * ROW + GAP;
}
