/** @import { Cell } from "./picture.js" */
import { el } from "../../kit/dom.js";

/**
 * The one cell of a grid that assistive technology reads: the one that the cursor is on.
 *
 * @param {string} id of the grid
 */
export function mountCell(id) {
  const header = el("span", { role: "rowheader" });
  const cell = el("span", { role: "gridcell" });
  const root = el("div", { role: "row", class: "visually-hidden" }, header, cell);
  let turn = 0;

  return {
    root,
    /**
     * @param {Cell} at
     * @param {string} name of the row
     * @param {string} text
     * @returns the id of the cell, another each time, so that a move is told
     */
    say({ row, column }, name, text) {
      turn = 1 - turn;
      root.ariaRowIndex = String(row + 1);
      cell.ariaColIndex = String(column + 1);
      cell.id = `${id}-cell-${turn}`;
      header.textContent = name;
      cell.textContent = text;
      return cell.id;
    },
  };
}
