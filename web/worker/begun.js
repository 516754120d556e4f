import { beginParts, dropBegun, takeBegun } from "../client/begun.js";
import { isWhole, lengthOf, tagOf } from "../client/request.js";
import { pieces } from "./pieces.js";

/** @import {Pieces} from "./pieces.js" */

/** What comes is written to the device after so long, or when so much waits: a download that is over by then costs nothing. */
const WAIT_MS = 2000;
const WAIT_BYTES = 8 << 20;

/** A file on its way, of which the device has a part from an earlier visit, and keeps what comes until it is there whole. */
export class Begun {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  #waiting = [];
  #bytes = 0; // that wait
  #end; // offset after what is kept or waits
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #written = Promise.resolve();
  #address;
  #here;
  #put;

  /**
   * @param {string} address
   * @param {Response} answer to a request for the whole file
   * @param {string} sha256 of it, "" where unknown
   * @returns {Promise<Begun | null>} null where nothing can be kept, or the file could not be told from another one
   */
  static async open(address, answer, sha256) {
    const [version, total] = [sha256 || tagOf(answer), lengthOf(answer)];
    const put = isWhole(answer) && version && total > 0 ? await beginParts({ address, version, total }) : null;
    return put && new Begun(address, await takeBegun(address, version, total), put);
  }

  /**
   * @param {string} address
   * @param {Blob} here what has come before
   * @param {(at: number, data: Blob) => Promise<void>} put
   */
  constructor(address, here, put) {
    this.#address = address;
    this.#here = here;
    this.#end = here.size;
    this.#put = put;
  }

  /**
   * What the device has, as a connection that breaks where it ends.
   *
   * @param {ArrayBuffer[] | undefined} spare see pieces
   * @returns {Pieces | null} null where it has nothing
   */
  source(spare) {
    if (this.#here.size === 0) return null;
    const { next, cancel } = pieces(/** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (this.#here.stream()), spare);
    return { next: async () => (await next()) ?? Promise.reject(new Error("the rest has not come yet")), cancel };
  }

  /**
   * Keeps a piece, unless it is of what was here.
   *
   * @param {number} at its offset
   * @param {Uint8Array<ArrayBuffer>} piece
   */
  async add(at, piece) {
    if (at < this.#end) return;
    this.#waiting.push(piece.slice()); // the piece itself goes on to whoever reads
    this.#bytes += piece.length;
    this.#end += piece.length;
    this.#timer ??= setTimeout(() => this.#write(), WAIT_MS);
    if (this.#bytes < WAIT_BYTES) return;
    await this.#written;
    this.#write();
  }

  #write() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const data = new Blob(this.#waiting);
    this.#waiting = [];
    this.#bytes = 0;
    const at = this.#end - data.size;
    this.#written = this.#written.then(() => this.#put(at, data)).catch(() => this.#forget()); // full: the download itself goes on
  }

  /** Keeps what has come, and no more: the download has failed. */
  async leave() {
    if (this.#bytes > 0) this.#write();
    await this.#written;
  }

  /** The file is there whole, or not worth anything. */
  async drop() {
    this.#put = async () => {};
    await this.#written; // else what is on its way would be there again
    await this.#forget();
  }

  #forget() {
    clearTimeout(this.#timer);
    this.#put = async () => {};
    return dropBegun(this.#address);
  }
}
