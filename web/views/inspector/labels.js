/** @import { Layout } from "./layout.js" */
/** @import { Picture } from "./tensors.js" */
/** @import { Scene } from "./picture.js" */
import { el } from "../../kit/dom.js";
import { count } from "../../kit/numbers.js";
import { cells } from "../../kit/text.js";
import { named } from "./tensors.js";

const NAMES = 88; // px of a column of tokens
const NUMBERS = 44; // and of one of numbers
const TALL = 76; // and of a row of tokens, which stand upright
const GLYPH = 7.3; // of a character
const TICK = 44; // px between two numbers over the columns, at least

/**
 * The names of the rows and columns of a picture. What they say, its cells say too: they are hidden from assistive
 * technology.
 */
export function mountLabels() {
  const columns = el("div", { class: "heat-columns", "aria-hidden": "true" });
  const rows = el("div", { class: "heat-rows", "aria-hidden": "true" });
  let width = NUMBERS;

  return {
    columns,
    rows,
    /** px that the names of the rows take. */
    get width() {
      return width;
    },
    /** @param {Picture} picture */
    measure(picture) {
      width = picture.tokens && picture.rows.count > 1 ? NAMES : named(picture.columns) ? 0 : NUMBERS;
    },
    /**
     * @param {Picture} picture
     * @param {Scene} scene
     * @param {Layout} layout
     * @param {number} first column
     */
    draw(picture, scene, layout, first) {
      rows.style.width = `${width}px`;
      rows.style.lineHeight = `${layout.height}px`;
      const tokens = picture.tokens && !layout.wrapped;
      rows.replaceChildren(
        ...(width === 0 ? [] : Array.from({ length: layout.lines }, (_, line) => {
          const row = picture.rows.from + line;
          const text = tokens ? scene.text(scene.start + row) : count(first + line * layout.perLine);
          return el("span", { class: tokens && row === scene.chosen ? "heat-row chosen" : "heat-row", title: tokens ? text : null, text });
        })),
      );
      columns.hidden = layout.wrapped;
      const upright = named(picture.columns) && !scene.across;
      columns.classList.toggle("tokens", upright);
      const step = named(picture.columns) ? 1 : tick(layout.width);
      const labels = [];
      for (let column = 0; column < layout.columns && !layout.wrapped; column += step) {
        const text = named(picture.columns) ? columnName(picture, scene, first + column) : count(first + column);
        const label = el("span", { class: "heat-column", text });
        label.style.left = `${width + column * layout.width}px`;
        if (upright) label.style.lineHeight = `${layout.width}px`;
        label.style.width = `${upright ? layout.width : TICK}px`;
        labels.push(label);
      }
      const longest = Math.max(...labels.map(({ textContent }) => cells(textContent ?? "")), 0);
      columns.style.height = upright ? `${Math.min(TALL, Math.ceil(longest * GLYPH) + 4)}px` : "";
      columns.replaceChildren(...labels);
    },
  };
}

/** What a named column is called. @param {Picture} picture @param {Scene} scene @param {number} column */
export const columnName = (picture, scene, column) => scene.across?.(column) ?? scene.text((picture.columns === "row" ? scene.start : 0) + column);

/** Columns between two numbers: a power of two. @param {number} width of a column */
const tick = (width) => 2 ** Math.ceil(Math.log2(TICK / width));
