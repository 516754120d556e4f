/** @import {Strings} from "../i18n/en.js" */
import { el, send } from "./kit.js";

/**
 * Takes a model file that is dropped anywhere on the page. Sends "modelfile" File.
 *
 * @param {HTMLElement} root covers the page while a file is held over it
 * @param {{ strings: Strings["model"], signal: AbortSignal }} options
 */
export function mountDrop(root, { strings, signal }) {
  const curtain = el("div", { class: "drop", hidden: true }, el("p", { class: "drop-what", text: strings.drop }), el("p", { text: strings.dropHint }));
  root.append(curtain);
  const options = { signal };
  const holdsFile = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;

  window.addEventListener("dragenter", (event) => (curtain.hidden = !holdsFile(event)), options);
  window.addEventListener("dragover", (event) => holdsFile(event) && event.preventDefault(), options);
  window.addEventListener("dragleave", (event) => (curtain.hidden ||= event.relatedTarget === null), options);
  window.addEventListener(
    "drop",
    (event) => {
      curtain.hidden = true;
      if (!holdsFile(event)) return;
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (file) send(root, "modelfile", file);
    },
    options,
  );
}
