/** The rows of what a view shows as a table, a list of terms, or a list of steps. */

const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/** What a cell says: exactly, where it has a number that is shown with fewer digits. @param {Element} cell */
function textOf(cell) {
  const said = cell.getAttribute("title") ?? "";
  return cell.getAttribute("data-exact") ?? (NUMBER.test(said) ? said : wordsOf(cell));
}

/** The words of a cell, with spaces between its parts. @param {Element} cell @returns {string} */
export function wordsOf(cell) {
  const parts = [...cell.childNodes].map((node) => (node.nodeType === Node.TEXT_NODE ? (node.textContent ?? "") : wordsOf(/** @type {Element} */ (node))));
  return parts.map((part) => part.replace(/[\t\n]/g, " ")).filter((part) => part.trim() !== "").join(" ");
}

/** The cells of what has rows. @param {Element} one @returns {Element[][]} */
export function rowsOf(one) {
  if (one instanceof HTMLTableElement) return [...one.rows].map((row) => [...row.cells].flatMap((cell) => [cell, ...Array.from({ length: cell.colSpan - 1 }, () => document.createElement("td"))]));
  if (one.matches("ol")) return [...one.querySelectorAll("button")].map((row) => [...row.children]);
  return [...one.querySelectorAll("dt")].map((term) => (term.nextElementSibling ? [term, term.nextElementSibling] : [term]));
}

/** What the cells of tables say, an empty row between two. @param {Element[]} tables */
export const saidOf = (tables) => tables.flatMap((one, i) => [...(i ? [[]] : []), ...rowsOf(one).map((cells) => cells.map(textOf))]);
