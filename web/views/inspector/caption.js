/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { Scene } from "./picture.js" */
/** @import { Picture } from "./tensors.js" */
import { el } from "../../kit/dom.js";
import { decimal } from "../../kit/numbers.js";
import { mountExport } from "./export.js";

/**
 * What stands over a picture: its name, its shape, the range of its numbers, the scale of its colours, and the buttons that
 * take it away.
 *
 * @param {string} id of the name
 * @param {{ strings: InspectorStrings["tensor"], table: () => string[][], drawing: () => string, signal: AbortSignal }} options `table` gives what is copied, `drawing` what is saved
 */
export function mountCaption(id, { strings, table, drawing, signal }) {
  const title = el("h3", { id });
  const shape = el("span", { class: "tensor-shape" });
  const taken = mountExport({ strings, name: () => name, table, drawing, signal });
  const range = el("span", { class: "tensor-range" });
  const [low, bar, high] = [el("span"), el("span", { class: "heat-bar" }), el("span")];
  const legend = el("p", { class: "heat-legend", role: "img" }, low, bar, high);
  const root = el("div", {}, el("div", { class: "tensor-head" }, title, shape, taken.root), el("div", { class: "tensor-scale" }, range, legend));
  let name = "";

  return {
    root,
    /** @param {Picture} picture @param {Scene} scene */
    show(picture, scene) {
      const end = decimal(scene.limit).trim();
      taken.renew();
      name = [scene.title, ...scene.about].join(", ");
      title.textContent = scene.title;
      shape.textContent = strings.shape(picture.shape);
      shape.title = strings.shapeSaid(picture.shape);
      range.textContent = strings.range(scene.range.low, scene.range.high);
      range.title = scene.range.exact;
      low.textContent = picture.signed ? `−${end}` : "0";
      high.textContent = end;
      legend.dataset.signed = String(picture.signed);
      legend.ariaLabel = picture.signed ? strings.scaleSigned(end) : strings.scalePlain(end);
    },
  };
}
