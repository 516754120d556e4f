/** @import { Picture, Span } from "./tensors.js" */
import { exact } from "../../kit/numbers.js";

/**
 * What a picture shows, cell by cell. What is not there is empty.
 *
 * @param {Picture} picture
 * @param {Span} columns
 * @param {(cell: { row: number, column: number }) => number | null} valueOf
 * @param {(column: number) => string} columnOf
 * @param {(row: number) => string} nameOf a row
 */
export function tableOf({ rows }, columns, valueOf, columnOf, nameOf) {
  const across = Array.from({ length: columns.count }, (_, i) => columns.from + i);
  const lines = Array.from({ length: rows.count }, (_, i) => {
    const row = rows.from + i;
    const values = across.map((column) => valueOf({ row, column }));
    return [nameOf(row), ...values.map((value) => (value === null ? "" : exact(value)))];
  });
  return [["", ...across.map((column) => columnOf(column))], ...lines];
}
