import { VitrineError } from "../engine/error.js";

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
 */

/** How much is read at a time where the browser fills a buffer of ours. */
const CHUNK_BYTES = 1 << 20;

/**
 * @typedef {object} OpenSource
 * @property {ReadableStream<Uint8Array<ArrayBuffer>>} stream
 * @property {number} size the length in bytes where the server states it reliably, else -1
 * @property {number} total the same for display, else 0
 */

/**
 * Opens a model.
 *
 * @param {Pick<ModelSource, "parts" | "bytes" | "total">} source
 * @param {ArrayBuffer[]} [spare] see pieces
 * @returns {Promise<{ size: number, total: number, next: ReturnType<typeof pieces> }>} size of the only file, -1 where it
 *   is not known or there are several; total of all of them for display, else 0; next gives null at the end of each file
 */
export async function openModel({ parts, bytes, total }, spare = []) {
  const first = await openPart(parts[0]);
  const rest = parts.slice(1);
  let read = pieces(first.stream, spare);
  let ended = false;
  const next = async () => {
    if (ended) {
      const part = rest.shift();
      if (part === undefined) return null;
      read = pieces((await openPart(part)).stream, spare);
    }
    const piece = await read();
    ended = !piece;
    return piece;
  };
  if (rest.length > 0) return { size: -1, total: total ?? Math.max(bytes, 0), next };
  return { size: bytes >= 0 ? bytes : first.size, total: bytes >= 0 ? bytes : first.total, next };
}

/**
 * @param {string | Blob | ArrayBuffer} part
 * @returns {Promise<OpenSource>}
 */
async function openPart(part) {
  if (typeof part === "string") return openAddress(part);
  const blob = part instanceof Blob ? part : new Blob([part]);
  return { stream: /** @type {OpenSource["stream"]} */ (blob.stream()), size: blob.size, total: blob.size };
}

/**
 * Opens an address.
 *
 * @param {string} address
 * @returns {Promise<OpenSource>}
 */
export async function openAddress(address) {
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
  return { stream: response.body, size, total: compressed || stated <= 0 ? 0 : stated };
}

/**
 * Reads a stream piece by piece, where the browser can into the same buffers again and again: otherwise a large file
 * leaves as much garbage behind.
 *
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} stream
 * @param {ArrayBuffer[]} [spare] buffers to fill. That of a piece comes back with the next call, unless it has been
 *   handed on: whoever has it then gives it back
 * @returns {() => Promise<Uint8Array<ArrayBuffer> | null>} the next piece, valid until the next call; null at the end
 */
export function pieces(stream, spare = []) {
  /** @type {ReadableStreamBYOBReader} */
  let reader;
  try {
    reader = stream.getReader({ mode: "byob" });
  } catch {
    const plain = stream.getReader();
    return async () => (await plain.read()).value ?? null;
  }
  /** @type {ArrayBuffer | undefined} */
  let last;
  return async () => {
    if (last?.byteLength) spare.push(last);
    let buffer = spare.pop() ?? new ArrayBuffer(CHUNK_BYTES);
    let filled = 0;
    while (filled < CHUNK_BYTES / 2) { // what arrives at a time may be little, and each piece costs some messages
      /** @type {ReadableStreamReadResult<Uint8Array<ArrayBuffer>>} */
      const { value, done } = await reader.read(new Uint8Array(buffer, filled));
      buffer = value?.buffer ?? buffer;
      if (done) break;
      filled += value.byteLength;
    }
    last = buffer;
    return filled > 0 ? new Uint8Array(buffer, 0, filled) : null;
  };
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
