/** How much is read at a time where the browser fills a buffer of ours. */
const CHUNK_BYTES = 1 << 20;
/** A piece is handed on after so long, however little it is: on a slow line that is how one sees that it lives. */
const CHUNK_MS = 1000;

/**
 * @typedef {object} Pieces
 * @property {() => Promise<Uint8Array<ArrayBuffer> | null>} next the next piece, valid until the next call; null at the end
 * @property {() => Promise<void>} cancel gives the rest up
 */

/**
 * Reads a stream piece by piece, where the browser can into the same buffers again and again: otherwise a large file
 * leaves as much garbage behind. Where the stream breaks, up to CHUNK_BYTES that had come are lost.
 *
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} stream
 * @param {ArrayBuffer[]} [spare] buffers to fill. That of a piece comes back with the next call, unless it has been
 *   handed on: whoever has it then gives it back
 * @returns {Pieces}
 */
export function pieces(stream, spare = []) {
  /** @type {ReadableStreamBYOBReader} */
  let reader;
  try {
    reader = stream.getReader({ mode: "byob" });
  } catch {
    return asTheyCome(stream);
  }
  /** @type {ArrayBuffer | undefined} */
  let last;
  async function next() {
    if (last?.byteLength) spare.push(last);
    let buffer = spare.pop() ?? new ArrayBuffer(CHUNK_BYTES);
    let filled = 0;
    const begun = performance.now();
    while (filled < CHUNK_BYTES / 2 && (filled === 0 || performance.now() - begun < CHUNK_MS)) { // what arrives at a time may be little, and each piece costs some messages
      /** @type {ReadableStreamReadResult<Uint8Array<ArrayBuffer>>} */
      const { value, done } = await reader.read(new Uint8Array(buffer, filled));
      buffer = value?.buffer ?? buffer;
      if (done) break;
      filled += value.byteLength;
    }
    last = buffer;
    return filled > 0 ? new Uint8Array(buffer, 0, filled) : null;
  }
  return { next, cancel: () => reader.cancel().catch(() => {}) };
}

/**
 * Reads a stream as it comes: nothing that has come is lost where it breaks.
 *
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} stream
 * @returns {Pieces}
 */
export function asTheyCome(stream) {
  const reader = stream.getReader();
  return { next: async () => (await reader.read()).value ?? null, cancel: () => reader.cancel().catch(() => {}) };
}
