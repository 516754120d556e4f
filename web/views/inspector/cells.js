import { el, send } from "../../kit/dom.js";
import { moved } from "./layout.js";

/**
 * @typedef {object} Shown
 * @property {string} text
 * @property {string} [sub] a second line
 * @property {number} tint from 0 to 1
 * @property {{ value: string, where: string[] }} read exactly
 */

/** @typedef {{ row: number, column: number }} At */

/**
 * A table of cells that have words and a tint: a grid for the keyboard, whose cells are read as those of a picture are.
 * Cells that are not known yet stay empty. Sends "cellread" { name, value, where } or null.
 *
 * @param {string} title
 * @param {{ keys: string, act?: (at: At) => void, signal: AbortSignal }} options `act`: what Enter and a click do
 */
export function mountCells(title, { keys, act, signal }) {
  const head = el("tr");
  const body = el("tbody");
  const table = el("table", { class: "cells", role: "grid", "aria-label": title, "aria-description": keys }, el("thead", {}, head), body);
  const root = el("div", { class: "cells-scroll" }, table);
  /** @type {(Shown | null)[][]} */
  let cells = [];
  let built = "";
  /** @type {At} */
  let current = { row: 0, column: 0 };

  /** @param {At} at */
  const elementAt = ({ row, column }) => /** @type {HTMLElement | undefined} */ (body.rows[row]?.cells[column + 1]);

  /** @param {EventTarget | null} target @returns {At | null} */
  function placeOf(target) {
    const cell = target instanceof Element ? target.closest("td") : null;
    return cell ? { row: /** @type {HTMLTableRowElement} */ (cell.parentElement).sectionRowIndex, column: cell.cellIndex - 1 } : null;
  }

  const focused = () => (root.contains(document.activeElement) ? current : null);

  /** @param {At | null} at */
  function read(at) {
    const cell = at && cells[at.row]?.[at.column];
    send(root, "cellread", cell ? { name: title, ...cell.read } : null);
  }

  /** @param {At} at */
  function go(at) {
    const to = elementAt(at);
    if (!to) return;
    elementAt(current)?.setAttribute("tabindex", "-1");
    current = at;
    to.tabIndex = 0;
    to.focus();
  }

  table.addEventListener("pointerover", ({ target }) => read(placeOf(target) ?? focused()), { signal });
  table.addEventListener("pointerleave", () => read(focused()), { signal });
  table.addEventListener("focusin", ({ target }) => read(placeOf(target)), { signal });
  table.addEventListener("focusout", () => read(null), { signal });
  table.addEventListener(
    "click",
    ({ target }) => {
      const at = placeOf(target);
      if (at) go(at), act?.(at);
    },
    { signal },
  );
  table.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Enter" && act) return event.preventDefault(), act(current);
      const to = moved({ rows: cells.length, columns: cells[0]?.length ?? 0, perLine: 0, lines: 0, wrapped: false, width: 0, height: 0 }, event.key, current);
      if (!to) return;
      event.preventDefault();
      go(to);
    },
    { signal },
  );

  return {
    root,
    /**
     * @param {string[]} columns
     * @param {string[]} rows
     * @param {(Shown | null)[][]} next by row
     * @param {number} chosen column
     */
    show(columns, rows, next, chosen) {
      cells = next;
      const shape = JSON.stringify([columns, rows, chosen]);
      const fresh = shape !== built;
      if (fresh) {
        built = shape;
        current = { row: 0, column: chosen };
        const name = (/** @type {string} */ text, /** @type {string} */ scope, /** @type {boolean} */ strong) => el("th", { scope, class: strong ? "chosen" : null, title: text }, el("span", { text }));
        head.replaceChildren(el("td"), ...columns.map((text, i) => name(text, "col", i === chosen)));
        body.replaceChildren(...rows.map((text, row) => el("tr", {}, name(text, "row", false), ...columns.map((_, column) => el("td", { role: "gridcell", tabindex: row === 0 && column === chosen ? 0 : -1, class: column === chosen ? "chosen" : null })))));
      }
      next.forEach((line, row) =>
        line.forEach((cell, column) => {
          const td = /** @type {HTMLElement} */ (elementAt({ row, column }));
          const text = cell ? JSON.stringify(cell) : "";
          if (td.dataset.shown === text) return;
          td.dataset.shown = text;
          td.replaceChildren(...(cell ? [el("span", { text: cell.text }), ...(cell.sub ? [el("small", { text: cell.sub })] : [])] : []));
          td.dataset.exact = cell?.read.value ?? "";
          td.style.setProperty("--t", String(cell?.tint ?? 0));
        }),
      );
      if (fresh) root.scrollLeft = chosen === columns.length - 1 ? root.scrollWidth : 0; // so that it is in sight
    },
  };
}
