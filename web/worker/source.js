import { VitrineError } from "../engine/error.js";

/** @import {Progress} from "../vitrine.d.ts" */

/**
 * What the worker needs to read the model.
 *
 * @typedef {object} ModelSource
 * @property {string} url for messages and for fetching; "" for bytes without a name
 * @property {Blob | ArrayBuffer} [data] the file itself, where it is not fetched
 * @property {number} bytes -1 while unknown
 * @property {string} sha256 "" where unknown
 * @property {string} [name] where the manifest gives one
 */

/**
 * Opens an address as a stream that reports its progress.
 *
 * @param {string} address
 * @param {Progress["phase"]} phase
 * @param {(progress: Progress) => void} onProgress
 * @returns {Promise<{ stream: ReadableStream<Uint8Array>, size: number, response: Response }>} size: the length in
 *   bytes where the server states it reliably, else -1
 */
export async function openAddress(address, phase, onProgress) {
  /** @type {Response} */
  let response;
  try {
    response = await fetch(address);
  } catch {
    throw new VitrineError("network", `${address} could not be reached: check the address and the connection, and that its server allows other sites (CORS)`);
  }
  if (!response.ok || !response.body) {
    throw new VitrineError("network", `${address} could not be loaded: the server answered ${response.status} ${response.statusText}`.trimEnd());
  }
  const stated = Number(response.headers.get("Content-Length") ?? -1);
  const compressed = response.headers.has("Content-Encoding");
  // Another origin may hide Content-Encoding, and then its length may be that of the compressed file.
  const size = compressed || response.type === "cors" || stated <= 0 ? -1 : stated;
  const total = compressed || stated <= 0 ? 0 : stated;
  return { stream: counted(response.body, phase, total, onProgress), size, response };
}

/**
 * @param {ReadableStream<Uint8Array>} stream
 * @param {Progress["phase"]} phase
 * @param {number} total 0 where unknown
 * @param {(progress: Progress) => void} onProgress
 */
export function counted(stream, phase, total, onProgress) {
  let loaded = 0;
  return stream.pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        loaded += chunk.byteLength;
        onProgress({ phase, loaded, total });
        controller.enqueue(chunk);
      },
    }),
  );
}
