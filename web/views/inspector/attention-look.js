/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { Palette } from "./palette.js" */
import { fill } from "../../kit/chip.js";
import { el } from "../../kit/dom.js";
import { exact, percent } from "../../kit/numbers.js";
import { cells, hex } from "../../kit/text.js";
import { mountExport } from "./export.js";
import { colourOf, createSheet } from "./export-sheet.js";

/** Most tokens that are drawn. */
const MOST = 160;
/** Px of a character and of a line of a drawing. */
const [CHARACTER, LINE] = [6.7, 760];
/** How many of the largest weights are written under their tokens. */
const WRITTEN = 3;

/**
 * What one token looked at, drawn over the text: each token with the weight that it got.
 *
 * @param {{ strings: InspectorStrings["attention"], tensor: InspectorStrings["tensor"], palette: Palette, signal: AbortSignal }} options
 */
export function mountLook({ strings, tensor, palette, signal }) {
  const title = el("h3");
  const taken = mountExport({ strings: tensor, name: () => title.textContent ?? "", table, drawing, signal });
  const flow = el("p", { class: "look", dir: "auto" });
  const note = el("p", { class: "note" });
  const root = el("section", { class: "look-view", hidden: true }, el("div", { class: "tensor-head" }, title, taken.root), flow, note);
  let before = "";
  /** @type {{ position: number, text: string, weight: number }[]} that are drawn */
  let seen = [];

  function table() {
    return [[tensor.column, strings.tokenHead, strings.weightHead], ...seen.map(({ position, text, weight }) => [String(position), text, exact(weight)])];
  }

  /** The tokens with their weights, as an SVG document. */
  function drawing() {
    const sheet = createSheet(root, { title: title.textContent ?? "", lines: [note.textContent ?? ""] });
    let [x, y] = [0, 0];
    const most = Math.max(...seen.map(({ weight }) => weight));
    for (const { text, weight } of seen) {
      const width = cells(text) * CHARACTER + 8;
      if (x > 0 && x + width > LINE) [x, y] = [0, y + 44];
      sheet.box(x, y, width, 20, colourOf(palette, weight / most, 2.5, false)); // the pale part of the scale: words stay legible on it
      sheet.box(x, y + 20, width * weight, 3, colourOf(palette, 1, 1, false));
      sheet.write(text, x + 4, y + 14);
      sheet.write(percent(weight), x, y + 35);
      x += Math.max(width, 52) + 4;
    }
    return sheet.finish();
  }

  /**
   * @param {{ text: string, bytes?: ArrayLike<number> } | undefined} token
   * @param {string} where
   * @param {number} weight @param {number} most the largest @param {boolean} written
   */
  function chipOf(token, where, weight, most, written) {
    const piece = el("span", { class: "look-piece" });
    if (token?.bytes && token.text.includes("\uFFFD")) piece.textContent = hex(token.bytes);
    else fill(piece, token?.text ?? "");
    const chip = el("span", { class: "look-chip", title: `${where}: ${exact(weight)}` }, piece);
    chip.style.setProperty("--w", String(weight / most));
    if (written) chip.append(el("span", { class: "look-share", text: percent(weight) }));
    return chip;
  }

  return {
    root,
    /**
     * @param {ArrayLike<number> | null} row weights of the positions that the token sees
     * @param {{ layer: number, head: number, position: number, tokenAt: (position: number) => { text: string, bytes?: ArrayLike<number> } | undefined, text: (position: number) => string }} of
     */
    show(row, { layer, head, position: own, tokenAt, text }) {
      root.hidden = !row;
      const key = row ? JSON.stringify([layer, head, own, Array.from(row)]) : "";
      if (!row || key === before) return;
      before = key;
      const from = Math.max(0, row.length - MOST);
      taken.renew();
      seen = Array.from({ length: row.length - from }, (_, i) => ({ position: from + i, text: text(from + i), weight: row[from + i] }));
      const largest = Array.from(row, (weight, position) => ({ weight, position })).sort((a, b) => b.weight - a.weight).slice(0, WRITTEN);
      title.textContent = strings.looked(text(own), layer + 1, head + 1);
      flow.replaceChildren(...Array.from({ length: row.length - from }, (_, i) => {
        const position = from + i;
        const chip = chipOf(tokenAt(position), strings.tokenAt(position, text(position)), row[position], largest[0].weight, largest.some((one) => one.position === position));
        if (position === own) chip.classList.add("self");
        return chip;
      }));
      const said = strings.mostly(largest.map(({ position, weight }) => `${text(position)} ${percent(weight)}`));
      const rest = Array.from(row).slice(0, from).reduce((sum, weight) => sum + weight, 0);
      note.textContent = from ? `${said} ${strings.unseen(from, percent(rest))}` : said;
    },
  };
}
