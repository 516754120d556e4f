import { VitrineError } from "../client/error.js";
import { Begun } from "./begun.js";
import { Connection } from "./connection.js";
import { hubHash } from "./hub.js";
import { PATIENCE, request, tagOf } from "../client/request.js";
import { Sha256 } from "./sha256.js";

/** @import {Patience} from "../client/request.js" */

/**
 * Asks for a whole file.
 *
 * @param {string} address
 * @param {{ spare?: ArrayBuffer[], patience?: Patience, store?: boolean }} [how] spare: see pieces; store: whether what comes
 *   may be kept on the device until it is whole
 */
export async function download(address, { spare, patience = PATIENCE, store = false } = {}) {
  const answer = await request(address, undefined, patience);
  const sha256 = await hubHash(address, answer);
  return Download.open(address, answer, { spare, patience, sha256, store });
}

/** A file of a server on its way, from its beginning to its end: what comes is summed up, and may be kept until it is whole. */
export class Download {
  #address;
  #connection;
  /** @type {string} what the sum must be, "" where unknown */
  #want;
  #sum = new Sha256();
  #at = 0;
  #failed = false; // for good, by the connection
  /** @type {Begun | null} what the device has of it */
  #begun;
  /** By which the server tells versions of the file apart, "" where it does not. */
  tag;

  /**
   * @param {string} address
   * @param {Response} answer to a request for the whole file
   * @param {{ spare?: ArrayBuffer[], patience?: Patience, sha256?: string, version?: string, store?: boolean }} how sha256: what
   *   the sum must be, "" where unknown; version: by what it is told from others, where that is not the sum; store: see download
   */
  static async open(address, answer, { store = false, sha256 = "", version = sha256, ...how }) {
    const begun = store ? await Begun.open(address, answer, version) : null;
    return new Download(address, answer, { ...how, sha256, begun });
  }

  /**
   * @param {string} address
   * @param {Response} answer to a request for the whole file
   * @param {{ spare?: ArrayBuffer[], patience?: Patience, sha256?: string, begun?: Begun | null }} [how]
   */
  constructor(address, answer, { spare, patience = PATIENCE, sha256 = "", begun = null } = {}) {
    this.#connection = new Connection(address, answer, { spare, patience, here: begun?.source(spare) });
    this.tag = tagOf(answer);
    this.#address = address;
    this.#want = sha256;
    this.#begun = begun;
  }

  /** For display; 0 where unknown. */
  get total() {
    return this.#connection.total;
  }

  /** In bytes where the server states it reliably, else -1. */
  get size() {
    return this.#connection.size;
  }

  /** @returns {Promise<Uint8Array<ArrayBuffer> | null>} the next piece, valid until the next call; null at the end */
  async next() {
    try {
      const piece = await this.#next();
      if (!piece) await this.#begun?.drop();
      return piece;
    } catch (error) {
      this.#failed = /** @type {VitrineError} */ (error).code === "network";
      if (this.#failed) await this.#begun?.leave();
      else await this.#begun?.drop();
      throw error;
    }
  }

  /** Ends it: what the device has of a file that is unsound goes; where the connection failed it is for the next visit. */
  async giveUp() {
    if (!this.#failed) await this.#begun?.drop();
  }

  async #next() {
    const piece = await this.#connection.next();
    if (!piece) return this.#end();
    await this.#begun?.add(this.#at, piece);
    this.#at += piece.length;
    if (this.#want) this.#sum.update(piece);
    return piece;
  }

  #end() {
    const got = this.#want && this.#sum.sum();
    if (got === this.#want) return null;
    throw new VitrineError("model.format", `${this.#address} arrived with the SHA-256 ${got}, but its server says ${this.#want}: it was changed or damaged on the way, load it again`);
  }
}
