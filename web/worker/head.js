import { HEAD_BYTES } from "../client/head.js";
import { PATIENCE, partOf, refused, request } from "../client/request.js";
import { asTheyCome } from "./pieces.js";

/**
 * Reads a file from its beginning, and no further than it is asked for: by requests for ranges, or from one stream where the
 * server knows none.
 *
 * @param {string} address
 * @param {import("../client/request.js").Patience} [patience]
 */
export function readHead(address, patience = PATIENCE) {
  let from = 0;
  let total = Infinity;
  /** @type {import("./pieces.js").Pieces | null} */
  let stream = null;

  /** @returns {Promise<Uint8Array<ArrayBuffer> | null>} */
  async function next() {
    if (stream) return stream.next();
    if (from >= total) return null;
    const answer = await ask();
    if (answer.status === 206) {
      const part = partOf(answer);
      if (part && part.total >= 0) total = part.total;
      const piece = new Uint8Array(await answer.arrayBuffer());
      from += piece.length;
      return piece.length > 0 ? piece : null;
    }
    stream = asTheyCome(/** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (answer.body));
    return stream.next();
  }

  async function ask() {
    const headers = { Range: `bytes=${from}-${from + HEAD_BYTES - 1}` };
    // Without a network there may be the whole file still: the page's service worker has no parts of files.
    const answer = await request(address, { headers }, patience).catch((error) => (from === 0 ? request(address, {}, { ...patience, tries: 1 }) : Promise.reject(error)));
    if (!answer.ok || !answer.body) throw refused(address, answer);
    return answer;
  }

  return { next, close: () => stream?.cancel() };
}
