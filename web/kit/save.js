import { el } from "./dom.js";

/**
 * Gives somebody a file, as a download.
 *
 * @param {string} name
 * @param {Blob} blob
 */
export function save(name, blob) {
  const href = URL.createObjectURL(blob);
  el("a", { href, download: name.replace(/[^\p{L}\p{N}.,()=+-]+/gu, "-") }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000); // the browser has read it by then
}
