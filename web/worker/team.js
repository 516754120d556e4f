/**
 * Several workers share the rows of every matrix: each runs an engine of its own that holds a part of them. They meet
 * in shared memory: the leader writes a vector and the number of a matrix, everyone multiplies, and the members write
 * their part of the product back.
 */

/** Places in the control words. */
const [JOB, KIND, MATRIX, COUNT, DONE, FAILED] = [0, 1, 2, 3, 4, 5];
const CONTROL_WORDS = 64; // a cache line or more before the vectors
const MULTIPLY = 1;
const ROW = 2;
/** How long to look before sleeping: about the longest pause between two matrices. Waking a sleeper takes longer. */
const SPIN_MS = 0.5;
const LOOKS = 256; // between two looks at the clock
const PATIENCE_MS = 10_000; // no product takes a tenth of this

/**
 * @typedef {object} Shared memory of a team
 * @property {SharedArrayBuffer} buffer
 * @property {number} floats length of each of the two vectors, x and product
 * @property {number} members without the leader
 */

/**
 * @param {number} floats
 * @param {number} members
 * @returns {Shared}
 */
export function shareMemory(floats, members) {
  return { buffer: new SharedArrayBuffer(4 * (CONTROL_WORDS + 2 * floats)), floats, members };
}

/**
 * Looks at a control word until it is as wanted or SPIN_MS have passed, and returns it.
 *
 * @param {Int32Array} control
 * @param {number} place
 * @param {(value: number) => boolean} wanted
 */
function spin(control, place, wanted) {
  const start = performance.now();
  do {
    for (let looks = 0; looks < LOOKS; looks++) {
      const value = Atomics.load(control, place);
      if (wanted(value)) return value;
    }
  } while (performance.now() - start < SPIN_MS);
  return Atomics.load(control, place);
}

/** What wasm/team.go imports. `memory` and `join` are set before the engine calls. */
export class TeamImports {
  /** @type {() => ArrayBuffer} the engine's own memory, which moves when it grows */
  memory = () => new ArrayBuffer(0);
  #floats = new Float32Array();
  #control = /** @type {Int32Array} */ (new Int32Array());
  #x = /** @type {Float32Array} */ (new Float32Array());
  #product = /** @type {Float32Array} */ (new Float32Array());
  #members = 0;
  /** The last job that this member has seen. */
  #seen = 0;

  /** @param {Shared} shared */
  join({ buffer, floats, members }) {
    this.#control = new Int32Array(buffer, 0, CONTROL_WORDS);
    this.#x = new Float32Array(buffer, 4 * CONTROL_WORDS, floats);
    this.#product = new Float32Array(buffer, 4 * (CONTROL_WORDS + floats), floats);
    this.#members = members;
  }

  /** Tells the leader not to wait: this member has ended. */
  fail() {
    if (this.#control.length === 0) return;
    Atomics.store(this.#control, FAILED, 1);
    Atomics.notify(this.#control, DONE);
  }

  /**
   * @param {number} at address in bytes
   * @param {number} n
   */
  #view(at, n) {
    const buffer = this.memory();
    if (this.#floats.buffer !== buffer) this.#floats = new Float32Array(buffer);
    return this.#floats.subarray(at / 4, at / 4 + n);
  }

  /**
   * @param {number} kind
   * @param {number} matrix
   * @param {number} count
   */
  #post(kind, matrix, count) {
    const control = this.#control;
    control[KIND] = kind;
    control[MATRIX] = matrix;
    control[COUNT] = count;
    control[DONE] = 0;
    Atomics.add(control, JOB, 1); // publishes what was written before
    Atomics.notify(control, JOB);
  }

  /** Waits for all members. @returns {boolean} false if one is gone */
  #wait() {
    const control = this.#control;
    for (;;) {
      const done = spin(control, DONE, (value) => value === this.#members);
      if (done === this.#members) return true;
      if (Atomics.load(control, FAILED)) return false;
      if (Atomics.wait(control, DONE, done, PATIENCE_MS) === "timed-out") return false;
    }
  }

  imports = {
    multiply: (/** @type {number} */ matrix, /** @type {number} */ x, /** @type {number} */ n) => {
      this.#x.set(this.#view(x, n));
      this.#post(MULTIPLY, matrix, n);
    },

    /** Copies the product without the leader's own columns, from <= c < to. */
    gather: (
      /** @type {number} */ dst, /** @type {number} */ n, /** @type {number} */ rows,
      /** @type {number} */ from, /** @type {number} */ to,
    ) => {
      if (!this.#wait()) return 0;
      const view = this.#view(dst, n);
      for (let start = 0; start < n; start += rows) {
        view.set(this.#product.subarray(start, start + from), start);
        view.set(this.#product.subarray(start + to, start + rows), start + to);
      }
      return 1;
    },

    row: (/** @type {number} */ dst, /** @type {number} */ n, /** @type {number} */ matrix, /** @type {number} */ row) => {
      this.#post(ROW, matrix, row);
      if (!this.#wait()) return 0;
      this.#view(dst, n).set(this.#product.subarray(0, n));
      return 1;
    },

    next: (/** @type {number} */ job) => {
      const control = this.#control;
      const seen = this.#seen;
      while (spin(control, JOB, (value) => value !== seen) === seen) Atomics.wait(control, JOB, seen);
      this.#seen = Atomics.load(control, JOB);
      new Int32Array(this.memory(), job, 3).set(control.subarray(KIND, COUNT + 1));
    },

    input: (/** @type {number} */ x, /** @type {number} */ n) => {
      this.#view(x, n).set(this.#x.subarray(0, n));
    },

    /** Writes the columns from <= c < to of a product, and says that this member is done. */
    output: (
      /** @type {number} */ product, /** @type {number} */ n, /** @type {number} */ rows,
      /** @type {number} */ from, /** @type {number} */ to,
    ) => {
      const view = this.#view(product, n);
      for (let start = 0; start < n; start += rows) {
        this.#product.set(view.subarray(start + from, start + to), start + from);
      }
      Atomics.add(this.#control, DONE, 1);
      Atomics.notify(this.#control, DONE);
    },
  };
}
