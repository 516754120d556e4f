import { gone } from "./blob.js";
import { download } from "./download.js";
import { openKept } from "./kept.js";
import { pieces } from "./pieces.js";

/** @import {Kept} from "./kept.js" */

/**
 * What the worker needs to read the model.
 *
 * @typedef {object} ModelSource
 * @property {string} url for messages; "" for bytes without a name
 * @property {(string | Blob | ArrayBuffer)[]} parts the addresses or the bytes of the file, or of those that the model is
 *   divided over, in order
 * @property {number} bytes of all parts, -1 while unknown
 * @property {number} [total] the same for display, where it may be known sooner
 * @property {string} sha256 "" where unknown
 * @property {string} [name] where the manifest gives one
 * @property {boolean} [store] whether it may come from the device, and is kept there: a model in one file of a server
 */

/**
 * @typedef {object} OpenSource
 * @property {() => Promise<Uint8Array<ArrayBuffer> | null>} next the next piece, valid until the next call; null at the end
 * @property {number} size the length in bytes where the server states it reliably, else -1
 * @property {number} total the same for display, else 0
 * @property {Kept["stored"]} [stored]
 * @property {Kept["settle"]} [settle]
 */

/**
 * Opens a model.
 *
 * @param {Omit<ModelSource, "url">} source
 * @param {ArrayBuffer[]} [spare] see pieces
 * @returns {Promise<OpenSource>} size is that of the only file, -1 where there are several; total that of all of them;
 *   next gives null at the end of each file
 */
export async function openModel({ parts, bytes, total, sha256, name, store = false }, spare = []) {
  const [first, ...rest] = parts;
  if (typeof first === "string" && rest.length === 0) {
    const kept = await openKept(first, { sha256, name, bytes, store, spare });
    return { ...kept, size: bytes >= 0 ? bytes : kept.size, total: bytes >= 0 ? bytes : kept.total };
  }
  let part = await openPart(first, spare);
  const { size, total: only } = part;
  let ended = false;
  const next = async () => {
    if (ended) {
      const another = rest.shift();
      if (another === undefined) return null;
      part = await openPart(another, spare);
    }
    const piece = await part.next();
    ended = !piece;
    return piece;
  };
  if (rest.length > 0) return { size: -1, total: total ?? Math.max(bytes, 0), next };
  return { size: bytes >= 0 ? bytes : size, total: bytes >= 0 ? bytes : only, next };
}

/**
 * @param {string | Blob | ArrayBuffer} part
 * @param {ArrayBuffer[]} spare
 * @returns {Promise<OpenSource>}
 */
async function openPart(part, spare) {
  if (typeof part === "string") {
    const file = await download(part, { spare });
    return { next: () => file.next(), size: file.size, total: file.total };
  }
  const blob = part instanceof Blob ? part : new Blob([part]);
  const { next } = pieces(/** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (blob.stream()), spare);
  return { next: () => next().catch(() => Promise.reject(gone(blob))), size: blob.size, total: blob.size };
}

/**
 * Passes a stream on and tells how many bytes have gone through.
 *
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} stream
 * @param {(loaded: number) => void} onBytes
 */
export function counted(stream, onBytes) {
  let loaded = 0;
  return stream.pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        onBytes((loaded += chunk.byteLength));
        controller.enqueue(chunk);
      },
    }),
  );
}
