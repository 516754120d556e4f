import { decodeEvents } from "./events.js";

/** @import {Result, Run, RunEvent, StageName} from "../vitrine.d.ts" */

/**
 * One generation as the page sees it. Batches of events wait undecoded until
 * somebody iterates, so a run that is not iterated costs some bytes a token.
 *
 * @implements {Run}
 */
export class RunView {
  /** @type {Promise<Result>} */
  result;
  /** @type {Uint8Array[]} */
  #batches = [];
  #over = false;
  /** Wakes the iterator. */
  #wake = () => {};
  #stages;
  #control;

  /**
   * @param {Promise<Result>} result
   * @param {StageName[]} stages
   * @param {{ abort: () => void, setPace: (ms: number) => void, setHead: (head: number) => void }} control reaches the engine
   */
  constructor(result, stages, control) {
    this.result = result;
    this.#stages = stages;
    this.#control = control;
    const end = () => {
      this.#over = true;
      this.#wake();
    };
    // Also keeps a failure that is seen through the iterator from counting as unhandled.
    result.then(end, end);
  }

  /** @param {Uint8Array} batch */
  push(batch) {
    this.#batches.push(batch);
    this.#wake();
  }

  /** @param {number} ms */
  setPace(ms) {
    this.#control.setPace(ms);
  }

  /** @param {number} head */
  setHead(head) {
    this.#control.setHead(head);
  }

  /** @returns {AsyncGenerator<RunEvent, void, undefined>} */
  async *[Symbol.asyncIterator]() {
    for await (const events of this.batches()) yield* events;
  }

  /** @returns {AsyncGenerator<RunEvent[], void, undefined>} */
  async *batches() {
    try {
      for (;;) {
        const batch = this.#batches.shift();
        if (batch) {
          yield /** @type {RunEvent[]} */ (decodeEvents(batch, this.#stages)); // a failure comes as that of result
        } else if (this.#over) {
          yield [{ type: "done", ...(await this.result) }];
          return;
        } else {
          await new Promise((resolve) => {
            this.#wake = () => resolve(undefined);
          });
        }
      }
    } finally {
      if (!this.#over) this.#control.abort();
    }
  }
}
