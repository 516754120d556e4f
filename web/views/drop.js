/** @import {Strings} from "../i18n/en.js" */
/** @import {Files} from "../run/session.js" */
import { el, send } from "../kit/dom.js";

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

/** More files or folders than belong to a model, as those of a whole disk. */
const MOST_ENTRIES = 2000;

/**
 * The files that are dropped, and those in folders that are, however deep.
 *
 * @param {DataTransfer} transfer which is empty after the event
 * @returns {Promise<Files>}
 */
async function filesOf({ items }) {
  const entries = Array.from(items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const folders = entries.filter((entry) => entry.isDirectory);
  const folder = folders.length === 1 ? folders[0].name : "";
  /** @type {File[]} */
  const files = [];
  for (const entry of entries) { // which grows meanwhile
    if (entry.isFile) files.push(await fileOf(/** @type {FileSystemFileEntry} */ (entry)));
    else if (entries.length < MOST_ENTRIES) entries.push(...(await entriesIn(/** @type {FileSystemDirectoryEntry} */ (entry))));
  }
  return { files, folder };
}

/** @param {FileSystemFileEntry} entry @returns {Promise<File>} with the path that a picker of folders gives */
async function fileOf(entry) {
  /** @type {File} */
  const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
  return Object.defineProperty(file, "webkitRelativePath", { value: entry.fullPath.slice(1) });
}

/**
 * @param {FileSystemDirectoryEntry} folder
 * @returns {Promise<FileSystemEntry[]>} without hidden ones
 */
async function entriesIn(folder) {
  const reader = folder.createReader();
  /** @type {FileSystemEntry[]} */
  const entries = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return entries;
    entries.push(...some.filter(({ name }) => !name.startsWith(".")));
  }
}
