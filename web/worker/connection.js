import { asTheyCome, pieces } from "./pieces.js";
import { Refused, askedToWait, brokeOff, changed, dismiss, isPassing, isWhole, lengthOf, partOf, pause, refused, request, within } from "../client/request.js";

/**
 * @import {Pieces} from "./pieces.js"
 * @import {Patience} from "../client/request.js"
 */

/** As much of the end of what has come is compared when a file is taken up again. */
const OVERLAP_BYTES = 4096;
/** Less than this between two failures is no progress. */
export const PROGRESS_BYTES = 64 << 10;

/** The pieces of a server's file: where the connection breaks, another takes it up, and what comes twice must be the same. */
export class Connection {
  /** @type {Pieces} */
  #source;
  #address;
  #patience;
  /** Parts cannot be asked for: the server gave none, or their offsets would be those of the compressed file. */
  #wholeOnly;
  #size = -1;
  #at = 0;
  /** @type {Uint8Array} the last bytes before #at */
  #tail = new Uint8Array();
  /** Bytes before #at that come once more. */
  #again = 0;
  #failures = 0;
  #failedAt = 0;
  /** For display; 0 where unknown. */
  total;

  /**
   * @param {string} address
   * @param {Response} answer to a request for the whole file
   * @param {{ spare?: ArrayBuffer[], patience: Patience, here?: Pieces | null }} how here: the beginning, where the device has it
   */
  constructor(address, answer, { spare, patience, here }) {
    if (!isWhole(answer) || !answer.body) throw refused(address, answer);
    this.#wholeOnly = answer.headers.has("Content-Encoding");
    this.total = lengthOf(answer);
    // Another origin may hide Content-Encoding, and then its length may be that of the compressed file.
    if (this.total > 0 && answer.type !== "cors") this.#size = this.total;
    this.#address = address;
    this.#patience = patience;
    if (here) dismiss(answer);
    this.#source = here ?? pieces(/** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (answer.body), spare);
  }

  /** In bytes where the server states it reliably, else -1. */
  get size() {
    return this.#size;
  }

  /** @returns {Promise<Uint8Array<ArrayBuffer> | null>} the next piece, valid until the next call; null at the end */
  async next() {
    for (;;) {
      const came = await this.#piece().catch((error) => this.#takeUp(error));
      if (came === undefined) continue; // the connection is a new one
      if (came === null) return null;
      const piece = this.#fresh(came);
      if (piece.length === 0) continue;
      if (this.#at === 0) Refused.standIn(this.#address, piece);
      this.#at += piece.length;
      this.#tail = piece.length >= OVERLAP_BYTES ? piece.slice(-OVERLAP_BYTES) : Uint8Array.of(...this.#tail, ...piece).slice(-OVERLAP_BYTES);
      return piece;
    }
  }

  async #piece() {
    const piece = await within(this.#source.next(), this.#patience.stallMs);
    if (!piece && (this.#at < this.#size || this.#again > 0)) throw new Error("the end came too soon");
    return piece;
  }

  /**
   * What of a piece has not come before. What has must be the same.
   *
   * @param {Uint8Array<ArrayBuffer>} piece
   */
  #fresh(piece) {
    const known = Math.min(this.#again, piece.length);
    const first = Math.max(0, this.#again - this.#tail.length); // of the bytes that can be compared
    for (let i = first; i < known; i++) {
      if (piece[i] !== this.#tail[this.#tail.length - this.#again + i]) throw changed(this.#address);
    }
    this.#again -= known;
    return piece.subarray(known);
  }

  /**
   * Takes the file up again where the connection has failed.
   *
   * @param {unknown} error
   * @returns {Promise<undefined>}
   */
  async #takeUp(error) {
    await this.#source.cancel();
    if (this.#at - this.#failedAt >= PROGRESS_BYTES) this.#failures = 0;
    this.#failedAt = this.#at;
    for (let waitMs = 0; ; ) {
      if (++this.#failures >= this.#patience.tries) throw brokeOff(this.#address, this.#at, this.total, error);
      await pause(this.#failures, this.#patience, waitMs);
      const from = this.#at - this.#tail.length;
      const ranged = from > 0 && !this.#wholeOnly;
      const answer = await request(this.#address, ranged ? { headers: { Range: `bytes=${from}-` } } : {}, { ...this.#patience, tries: 1 }).catch(() => null);
      if (answer?.body && isWhole(answer)) this.#again = this.#at;
      else if (answer?.body && ranged && this.#follows(answer, from)) this.#again = this.#tail.length;
      else {
        if (answer) await dismiss(answer);
        waitMs = answer ? askedToWait(answer) : 0;
        if (!answer || !isPassing(answer)) this.#wholeOnly = ranged; // a busy server has said nothing of parts
        continue;
      }
      this.#source = asTheyCome(/** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (answer.body));
      return;
    }
  }

  /**
   * Whether an answer holds the part that begins at an offset.
   *
   * @param {Response} answer
   * @param {number} from
   */
  #follows(answer, from) {
    const part = partOf(answer);
    if (!part || answer.status !== 206 || part.start !== from || answer.headers.has("Content-Encoding")) return false;
    if (this.#size >= 0 && part.total >= 0 && part.total !== this.#size) throw changed(this.#address);
    if (part.total >= 0) this.#size = part.total;
    return true;
  }
}
