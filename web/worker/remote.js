import { VitrineError } from "../engine/error.js";
import { counted } from "./source.js";

/**
 * A file that is read at random.
 *
 * @typedef {object} OpenFile
 * @property {number} size in bytes
 * @property {(offset: number, length: number) => Promise<Uint8Array>} read
 */

/** How much is asked of a server at a time: as much as wasm/quantize/files.go reads. */
const WINDOW_BYTES = 4 << 20;
/** How often a request is made before its failure counts, and how long to wait after the first failure. */
const TRIES = 3;
const FIRST_WAIT_MS = 500;

/** @param {Blob} blob @returns {OpenFile} */
export function openBlob(blob) {
  const read = async (/** @type {number} */ offset, /** @type {number} */ length) =>
    new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
  return { size: blob.size, read };
}

/**
 * Opens a large file of a server: by parts where the server gives parts, else by fetching it whole.
 *
 * @param {string} address
 * @param {(loaded: number, total: number) => void} onBytes told how far a file is that is fetched whole; total is 0 while unknown
 * @returns {Promise<OpenFile | null>} null where the server has no such file
 */
export async function openRemote(address, onBytes) {
  // A server of another site may not allow the header that asks for a part.
  let response = await request(address, partHeader(0, WINDOW_BYTES)).catch(() => request(address));
  const size = Number(/\/(\d+)$/.exec(response.headers.get("Content-Range") ?? "")?.[1] ?? NaN);
  if (response.status === 206 && size > 0) return new Parts(address, size, response).file();
  if (response.status === 206) { // of a length that is not told
    await response.body?.cancel();
    response = await request(address);
  }
  return fetched(address, response, onBytes);
}

/**
 * Opens a small file of a server.
 *
 * @param {string} address
 * @returns {Promise<OpenFile | null>} null where the server has no such file
 */
export async function fetchRemote(address) {
  return fetched(address, await request(address), () => {});
}

/**
 * @param {string} address
 * @param {Response} response
 * @param {(loaded: number, total: number) => void} onBytes
 */
async function fetched(address, response, onBytes) {
  if (response.status === 404) return null;
  if (!response.ok || !response.body) throw refused(address, response);
  const total = response.headers.has("Content-Encoding") ? 0 : Number(response.headers.get("Content-Length") ?? 0);
  try {
    return openBlob(await new Response(counted(response.body, (loaded) => onBytes(loaded, total))).blob());
  } catch {
    throw new VitrineError("network", `${address} broke off: check the connection and try again`);
  }
}

/** A file of a server, read part by part; the part after the one that is read is on its way meanwhile. */
class Parts {
  /** @type {{ offset: number, length: number, bytes: Promise<Uint8Array> } | null} */
  #ahead;
  #address;
  #size;
  #tag;

  /**
   * @param {string} address
   * @param {number} size
   * @param {Response} first answer to the request for the first part
   */
  constructor(address, size, first) {
    this.#address = address;
    this.#size = size;
    this.#tag = first.headers.get("ETag");
    const length = Math.min(WINDOW_BYTES, size);
    this.#ahead = this.#expect(0, length, this.#bytes(first, 0, length).catch(() => this.#fetch(0, length)));
  }

  /** @returns {OpenFile} */
  file() {
    return { size: this.#size, read: (offset, length) => this.#read(offset, length) };
  }

  /** @param {number} offset @param {number} length */
  async #read(offset, length) {
    const ahead = this.#ahead;
    this.#ahead = null; // what is handed out once may be freed
    const bytes = await (ahead?.offset === offset && ahead.length === length ? ahead.bytes : this.#fetch(offset, length));
    const after = offset + length;
    if (after < this.#size) {
      const size = Math.min(WINDOW_BYTES, this.#size - after);
      this.#ahead = this.#expect(after, size, this.#fetch(after, size));
    }
    return bytes;
  }

  /** @param {number} offset @param {number} length @param {Promise<Uint8Array>} bytes */
  #expect(offset, length, bytes) {
    bytes.catch(() => {}); // seen by the read that wants it
    return { offset, length, bytes };
  }

  /** @param {number} offset @param {number} length */
  async #fetch(offset, length) {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#bytes(await request(this.#address, partHeader(offset, length)), offset, length);
      } catch (error) {
        if (tries === TRIES || !(error instanceof VitrineError && error.code === "network")) throw error;
        await new Promise((resolve) => setTimeout(resolve, FIRST_WAIT_MS * 2 ** (tries - 1)));
      }
    }
  }

  /**
   * @param {Response} response
   * @param {number} offset
   * @param {number} length
   */
  async #bytes(response, offset, length) {
    if (response.status !== 206) throw refused(this.#address, response);
    if (response.headers.get("ETag") !== this.#tag) {
      throw new VitrineError("model.format", `${this.#address} changed while it was read: open it again`);
    }
    const bytes = new Uint8Array(await response.arrayBuffer().catch(() => new ArrayBuffer(0)));
    if (bytes.length !== length) {
      throw new VitrineError("network", `${this.#address} broke off: got ${bytes.length} bytes at offset ${offset}, want ${length}`);
    }
    return bytes;
  }
}

/** @param {number} offset @param {number} length */
const partHeader = (offset, length) => ({ Range: `bytes=${offset}-${offset + length - 1}` });

/** @param {string} address @param {Record<string, string>} [headers] */
async function request(address, headers) {
  try {
    return await fetch(address, { headers });
  } catch {
    throw new VitrineError("network", `${address} could not be reached: check the address and the connection, and that its server allows other sites (CORS)`);
  }
}

/** @param {string} address @param {Response} response */
function refused(address, { status, statusText }) {
  return new VitrineError("network", `${address} could not be loaded: the server answered ${status} ${statusText}`.trimEnd());
}
