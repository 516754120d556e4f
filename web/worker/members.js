import { VitrineError } from "../engine/error.js";

/**
 * The members of a team as their leader sees them: workers like itself, each with a part of the model. The leader
 * reads the file and passes every chunk on.
 * Leader to member: { member: { part, parts, module, size } }, { chunk }, { shared }. Member to leader: { taken },
 * { loaded }, { code, message }.
 *
 * @import {Shared} from "./team.js"
 */

/** Chunks of at most 1 MiB, as source.js reads them, that may be on their way to a member. */
const MOST_UNDER_WAY = 8;

export class Members {
  /** @type {{ worker: Worker, underWay: number }[]} */
  #members = [];
  /** @type {Promise<void>} */
  #loaded;
  /** Tells feed that a member has taken a chunk. */
  #taken = () => {};
  /** @type {Error | undefined} why the first of them failed */
  failed;

  /**
   * @param {number} parts of the whole team
   * @param {WebAssembly.Module} module
   * @param {number} size of the model file in bytes, -1 while unknown
   */
  constructor(parts, module, size) {
    const loading = [];
    for (let part = 1; part < parts; part++) {
      const worker = new Worker(self.location.href, { type: "module" });
      const member = { worker, underWay: 0 };
      this.#members.push(member);
      loading.push(new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => {
          if (data.taken) member.underWay--;
          else if (data.loaded) resolve(undefined);
          else reject((this.failed = new VitrineError(data.code, data.message)));
          this.#taken();
        };
        worker.onerror = (event) => {
          reject((this.failed = new VitrineError("environment", `a worker of the engine could not start: ${event.message}`)));
          this.#taken();
        };
      }));
      worker.postMessage({ member: { part, parts, module, size } });
    }
    this.#loaded = Promise.all(loading).then(() => {});
    this.#loaded.catch(() => {}); // seen by feed or join, whichever comes next
  }

  /** @param {Uint8Array | null} chunk null at the end of the file */
  async feed(chunk) {
    while (this.#members.some(({ underWay }) => underWay >= MOST_UNDER_WAY)) {
      if (this.failed) throw this.failed;
      await new Promise((resolve) => (this.#taken = () => resolve(undefined)));
    }
    for (const member of this.#members) {
      member.underWay++;
      const copy = chunk?.slice() ?? null;
      member.worker.postMessage({ chunk: copy }, copy ? [copy.buffer] : []);
    }
  }

  /** Waits until all have loaded their parts, and lets them answer from then on. @param {Shared} shared */
  async join(shared) {
    await this.#loaded;
    for (const { worker } of this.#members) worker.postMessage({ shared });
  }
}
