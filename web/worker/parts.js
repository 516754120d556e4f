import { VitrineError } from "../client/error.js";
import { openWhole } from "./blob.js";
import { PROGRESS_BYTES } from "./connection.js";
import { Download } from "./download.js";
import { receive, sumOf } from "./part.js";
import { Refused, brokeOff, changed, dismiss, isWhole, partOf, pause, refused, request, tagOf } from "../client/request.js";

/**
 * @import {OpenFile} from "./blob.js"
 * @import {Patience} from "../client/request.js"
 */

/** A server that has given as many tags of one file gives one to each answer: they say nothing. */
const MOST_TAGS = 8;

/** A file of a server, read part by part; the part after the one that is read is on its way meanwhile. */
export class Parts {
  /** @type {{ offset: number, length: number, bytes: Promise<Uint8Array> } | null} */
  #ahead = null;
  /** @type {OpenFile | null} the file from here on, where the server has given it whole in the place of a part */
  #whole = null;
  /** @type {{ offset: number, length: number, sum: number } | null} the part that came last */
  #last = null;
  #address;
  #size;
  /** @type {Set<string | null>} ETags under which the file is known to be the same: each node of a cluster may have its own */
  #tags;
  #windowBytes;
  #patience;
  #onBytes;

  /**
   * @param {string} address
   * @param {Response} answer to the request for the first part
   * @param {number} windowBytes how much is asked for
   * @param {Patience} patience
   * @param {() => void} onBytes told that some have come
   * @returns {Promise<OpenFile>}
   */
  static async open(address, answer, windowBytes, patience, onBytes) {
    const parts = new Parts(address, answer, windowBytes, patience, onBytes);
    const bytes = parts.#fetch(0, Math.min(windowBytes, parts.#size), answer);
    Refused.standIn(address, await bytes);
    parts.#ahead = { offset: 0, length: (await bytes).length, bytes };
    return { size: parts.#size, tag: tagOf(answer), read: (offset, length) => parts.#read(offset, length) };
  }

  /**
   * @param {string} address
   * @param {Response} answer
   * @param {number} windowBytes
   * @param {Patience} patience
   * @param {() => void} onBytes
   */
  constructor(address, answer, windowBytes, patience, onBytes) {
    this.#onBytes = onBytes;
    this.#address = address;
    this.#size = partOf(answer)?.total ?? 0;
    this.#tags = new Set([answer.headers.get("ETag")]);
    this.#windowBytes = windowBytes;
    this.#patience = patience;
  }

  /** @param {number} offset @param {number} length */
  async #read(offset, length) {
    const ahead = this.#ahead;
    this.#ahead = null; // what is handed out once may be freed
    const bytes = await (ahead?.offset === offset && ahead.length === length ? ahead.bytes : this.#fetch(offset, length));
    const after = offset + length;
    if (after < this.#size && !this.#whole) {
      const length = Math.min(this.#windowBytes, this.#size - after);
      this.#ahead = { offset: after, length, bytes: this.#fetch(after, length) };
      this.#ahead.bytes.catch(() => {}); // seen by the read that wants it
    }
    return bytes;
  }

  /**
   * A part of the file, in as many answers as the server needs for it.
   *
   * @param {number} offset
   * @param {number} length
   * @param {Response} [first] the first answer, where there is one already
   * @returns {Promise<Uint8Array>}
   */
  async #fetch(offset, length, first) {
    const bytes = new Uint8Array(length);
    /** @type {Response | undefined} */
    let answer = first;
    let failures = 0;
    for (let filled = 0, failedAt = 0; filled < length; answer = undefined) {
      if (this.#whole) return this.#whole.read(offset, length);
      const at = offset + filled;
      answer ??= await request(this.#address, { headers: { Range: `bytes=${at}-${offset + length - 1}` } }, this.#patience);
      if (isWhole(answer)) await this.#takeWhole(answer);
      else if (answer.status !== 206) throw refused(this.#address, answer);
      else if (filled > 0 && !this.#last && this.#isNew(answer)) filled = failedAt = await this.#beginAgain(answer);
      else if (!(await this.#isSame(answer))) throw changed(this.#address);
      else {
        const { got, failure } = await receive(answer, bytes.subarray(filled), { address: this.#address, offset: at, size: this.#size, stallMs: this.#patience.stallMs, onBytes: this.#onBytes });
        filled += got;
        if (!failure) continue;
        if (filled - failedAt >= PROGRESS_BYTES) failures = 0;
        failedAt = filled;
        if (++failures >= this.#patience.tries) throw failure instanceof VitrineError ? failure : brokeOff(this.#address, offset + filled, this.#size, failure);
        await pause(failures, this.#patience);
      }
    }
    this.#last = { offset, length, sum: sumOf(bytes) };
    return bytes;
  }

  /** Whether an answer has a tag that the file has not had so far. @param {Response} answer */
  #isNew(answer) {
    return !this.#tags.has(answer.headers.get("ETag")) && this.#tags.size < MOST_TAGS;
  }

  /**
   * Where the first part changes its tag, nothing is there yet to compare: it is asked for again, from its beginning.
   *
   * @param {Response} answer
   */
  async #beginAgain(answer) {
    this.#tags.add(answer.headers.get("ETag"));
    await dismiss(answer);
    return 0;
  }

  /**
   * Whether an answer is of the same file as those before. Under another tag the part that came last is asked for again:
   * it must be the same.
   *
   * @param {Response} answer
   */
  async #isSame(answer) {
    if (!this.#isNew(answer)) return true;
    this.#tags.add(answer.headers.get("ETag"));
    const last = this.#last;
    if (!last) return true;
    const again = await this.#fetch(last.offset, last.length);
    return sumOf(again) === last.sum;
  }

  /**
   * Takes the whole file, which the server gives in the place of a part.
   *
   * @param {Response} answer
   */
  async #takeWhole(answer) {
    const file = await openWhole(new Download(this.#address, answer, { patience: this.#patience }));
    const last = this.#last;
    if (file.size !== this.#size || (last && sumOf(await file.read(last.offset, last.length)) !== last.sum)) throw changed(this.#address);
    this.#whole = file;
  }
}
