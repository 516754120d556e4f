/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
import { el } from "../../kit/dom.js";

/**
 * The exact value of the cell that is read, and where it comes from. The grid's own cell says it to assistive technology.
 *
 * @param {InspectorStrings["tensor"]} strings
 */
export function mountReadout(strings) {
  const value = el("span", { class: "cell-value" });
  const where = el("span", { class: "cell-where" });
  const root = el("p", { class: "cell-readout" }, value, where);
  show(null);

  /** @param {{ name: string, value: string, where: string[] } | null} read */
  function show(read) {
    value.textContent = read ? read.value : "";
    where.textContent = read ? [read.name, ...read.where].join(", ") : strings.hint;
    where.title = strings.counted;
  }

  return { root, show };
}
