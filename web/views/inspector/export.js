/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
import { el } from "../../kit/dom.js";
import { iconButton } from "../../kit/icons.js";
import { save } from "../../kit/save.js";

/** Pixels of a PNG for each unit of its drawing. */
const SHARP = 2;

/**
 * The buttons that take a view away: as a table, as an SVG, as a PNG.
 *
 * @param {object} options
 * @param {InspectorStrings["tensor"]} options.strings
 * @param {() => string} options.name of the file, without its ending
 * @param {() => string[][]} options.table the cells of each line
 * @param {() => string} options.drawing an SVG document
 * @param {AbortSignal} options.signal
 */
export function mountExport({ strings, name, table, drawing, signal }) {
  const copied = el("span", { class: "tensor-copied", role: "status" });
  const copy = iconButton("copy", strings.copy);
  const svg = el("button", { type: "button", class: "quiet export-file", title: strings.saveSvg, "aria-label": strings.saveSvg, text: "SVG" });
  const png = el("button", { type: "button", class: "quiet export-file", title: strings.savePng, "aria-label": strings.savePng, text: "PNG" });
  const root = el("div", { class: "export" }, copied, svg, png, copy);

  copy.addEventListener("click", onCopy, { signal });
  svg.addEventListener("click", () => save(`${name()}.svg`, new Blob([drawing()], { type: "image/svg+xml" })), { signal });
  png.addEventListener("click", async () => save(`${name()}.png`, await rasterOf(drawing())), { signal });

  async function onCopy() {
    try {
      await navigator.clipboard.writeText(table().map((cells) => cells.join("\t")).join("\n"));
      copied.textContent = strings.copied;
    } catch {
      copied.textContent = strings.copyFailed;
    }
  }

  return {
    root,
    /** Something else is shown: what was said of a copy holds no more. */
    renew: () => (copied.textContent = ""),
  };
}

/** @param {string} svg @returns {Promise<Blob>} */
async function rasterOf(svg) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = el("canvas", { width: SHARP * image.width, height: SHARP * image.height });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture is too large"))), "image/png"));
}
