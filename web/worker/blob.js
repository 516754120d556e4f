import { VitrineError } from "../client/error.js";

/**
 * A file that is read at random.
 *
 * @import {Download} from "./download.js"
 * @typedef {object} OpenFile
 * @property {number} size in bytes
 * @property {(offset: number, length: number) => Promise<Uint8Array>} read
 * @property {string} [tag] by which its server tells versions of it apart, "" where it does not
 */

/** @param {Blob} blob @returns {OpenFile} */
export function openBlob(blob) {
  const read = async (/** @type {number} */ offset, /** @type {number} */ length) => {
    const bytes = await blob.slice(offset, offset + length).arrayBuffer().catch(() => Promise.reject(gone(blob)));
    return new Uint8Array(bytes);
  };
  return { size: blob.size, read };
}

/**
 * That a file of the user's is not what it was any more.
 *
 * @param {Blob} blob
 */
export function gone(blob) {
  const name = blob instanceof File ? blob.name : "the file";
  return new VitrineError("model.incomplete", `${name} could not be read: it was moved, changed or removed since it was chosen. Choose it again`);
}

/**
 * Loads a file whole.
 *
 * @param {Download} file
 * @param {(loaded: number, total: number) => void} [onBytes] total is 0 while unknown
 */
export async function openWhole(file, onBytes) {
  /** @type {Blob[]} */
  const parts = []; // which the browser may keep on disk
  let loaded = 0;
  for (let piece; (piece = await file.next()); ) {
    parts.push(new Blob([piece]));
    onBytes?.((loaded += piece.length), file.total);
  }
  return { ...openBlob(new Blob(parts)), tag: file.tag };
}
