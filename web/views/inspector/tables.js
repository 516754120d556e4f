/** @import { Detail, List } from "./detail.js" */
import { el } from "../../kit/dom.js";

/**
 * What a stage reports, as a list of facts and tables.
 *
 * @param {Detail} detail
 * @param {string} caption
 */
export function tablesOf({ facts, lists }, caption) {
  const list = el("dl", { class: "stage-facts", "aria-label": caption });
  for (const [name, value] of facts) list.append(el("dt", { text: name }), el("dd", { text: value }));
  return [...(facts.length ? [list] : []), ...lists.filter(({ rows }) => rows.length > 0).map(tableOf)];
}

/** @param {List} list */
export function tableOf({ title, head, rows }) {
  const figures = head.map((_, i) => rows.every((cells) => /^[\d.,e+-]+$/.test(cells[i])));
  const table = el(
    "table",
    { class: "stage-table" },
    el("caption", { text: title }),
    el("thead", {}, el("tr", {}, ...head.map((text, i) => el("th", { scope: "col", class: figures[i] ? "figure" : null, text })))),
    el("tbody", {}, ...rows.map((cells) => el("tr", {}, ...cells.map((text, i) => el("td", { class: figures[i] ? "figure" : null, text }))))),
  );
  return el("div", { class: "stage-scroll", tabindex: 0, role: "region", "aria-label": title }, table);
}
