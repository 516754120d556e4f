/** @import {Strings} from "../i18n/en.js" */
/** @import {Files} from "./session.js" */
import { el, send } from "./kit.js";

/**
 * Takes a model's files, or their folder, dropped anywhere on the page. Sends "model" Files.
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
      filesOf(/** @type {DataTransfer} */ (event.dataTransfer)).then(
        (dropped) => send(root, "model", dropped),
        () => send(root, "model", { files: [], folder: "" }), // nothing of it can be read
      );
    },
    options,
  );
}

/**
 * The files that are dropped, and those in a folder that is; not what lies deeper.
 *
 * @param {DataTransfer} transfer which is empty after the event
 * @returns {Promise<Files>}
 */
async function filesOf({ items, files }) {
  const entries = Array.from(items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const all = Array.from(files); // a folder is among them as a file that cannot be read
  const folders = entries.filter((entry) => entry.isDirectory);
  const found = all.filter(({ name }) => !folders.some((folder) => folder.name === name));
  for (const folder of folders) found.push(...(await filesIn(/** @type {FileSystemDirectoryEntry} */ (folder))));
  return { files: found, folder: folders.length === 1 ? folders[0].name : "" };
}

/**
 * @param {FileSystemDirectoryEntry} folder
 * @returns {Promise<File[]>} without hidden ones
 */
async function filesIn(folder) {
  const reader = folder.createReader();
  /** @type {File[]} */
  const files = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return files;
    for (const entry of some) {
      if (!entry.isFile || entry.name.startsWith(".")) continue;
      files.push(await new Promise((resolve, reject) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject)));
    }
  }
}
