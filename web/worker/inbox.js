/**
 * Counts the messages of the page, so that a run can look whether one waits without giving the event loop a turn. The
 * page counts what it sends where both can reach: in a word of shared memory, if there is such.
 */
export class Inbox {
  #sent = self.crossOriginIsolated ? new Int32Array(new SharedArrayBuffer(4)) : undefined;
  #taken = 0;

  /** To be called for each message that arrives and that the page has counted. */
  take() {
    this.#taken = (this.#taken + 1) | 0; // as the page's count wraps around
  }

  /**
   * @returns {Int32Array | undefined} the word to which the page adds 1 for each message that it sends from then on, and
   *   says so in the message; undefined where no memory can be shared
   */
  open() {
    return this.#sent;
  }

  /**
   * The engine's import: see wasm/turn.go.
   *
   * @returns {number} 1 if a message waits, 0 if none does, -1 where nobody can know
   */
  waiting() {
    if (!this.#sent) return -1;
    return Atomics.load(this.#sent, 0) === this.#taken ? 0 : 1;
  }
}
