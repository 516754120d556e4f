import { VitrineError } from "../client/error.js";
import { HEAD_BYTES } from "../client/head.js";
import { asTheyCome } from "./pieces.js";

/**
 * Reads a file from its beginning, and no further than it is asked for: by requests for ranges, or from one stream where the
 * server knows none.
 *
 * @param {string} address
 */
export function readHead(address) {
  let from = 0;
  let total = Infinity;
  /** @type {import("./pieces.js").Pieces | null} */
  let stream = null;

  /** @returns {Promise<Uint8Array<ArrayBuffer> | null>} */
  async function next() {
    if (stream) return stream.next();
    if (from >= total) return null;
    const response = await ask(address, from);
    if (response.status === 206) {
      total = Number(/\/(\d+)$/.exec(response.headers.get("Content-Range") ?? "")?.[1] ?? Infinity);
      const piece = new Uint8Array(await response.arrayBuffer());
      from += piece.length;
      return piece.length > 0 ? piece : null;
    }
    stream = asTheyCome(/** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (response.body));
    return stream.next();
  }

  return { next, close: () => stream?.cancel() };
}

/** @param {string} address @param {number} from */
async function ask(address, from) {
  /** @type {Response} */
  let response;
  try {
    const range = { Range: `bytes=${from}-${from + HEAD_BYTES - 1}` };
    // Without a network there may be the whole file still: the page's service worker has no parts of files.
    response = await fetch(address, { headers: range }).catch((error) => (from === 0 ? fetch(address) : Promise.reject(error)));
  } catch {
    throw new VitrineError("network", `the model at ${address} could not be reached: check the connection and try again`);
  }
  if (response.ok && response.body) return response;
  throw new VitrineError("network", `the model at ${address} could not be loaded: the server answered ${response.status}`);
}
