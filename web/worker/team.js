/**
 * Several workers compute on one memory. The engine runs in the leader; the others, which have an instance of the same
 * module on the same memory, run only functions that need no Go runtime. A job is a function and a list of frames, the
 * arguments of one call each; whoever is free takes the next frame, so nobody waits for a worker that is slow or asleep.
 * The leader takes them from the front and the members from the back: what lies at a place of two jobs is mostly the
 * work of the same worker, in whose cache it still is.
 */

/** Places in the control words. */
const [JOB, TAKEN, FUNCTION, FRAMES, FRAME_BYTES, COUNT, GRAIN, PIECES, BACK, DONE, ASLEEP, WAITING] = [0, 16, 17, 18, 19, 20, 21, 22, 23, 32, 48, 49];
const CONTROL_WORDS = 64;
/** The low half of TAKEN is how many pieces have been taken, or CLOSED; the high half tells one job from another. */
const NUMBER = 0xffff;
const CLOSED = 0xffff;
const JOBS = 0x7fff;
/** How long to look before sleeping: about the longest pause between two jobs. Waking a sleeper takes longer. */
const SPIN_MS = 0.3;
const LOOKS = 128; // between two looks at the clock
/** How long a member sleeps so soundly that its worker cannot be closed: a run has no longer pauses at full speed. */
const DOZE_MS = 100;
const PATIENCE_MS = 5000; // no frame takes a tenth of this, and the page waits longer for a sign of life

export const newControl = () => new Int32Array(new SharedArrayBuffer(4 * CONTROL_WORDS));

export class Team {
  #control;
  #patienceMs;
  /** @type {Array<(pc: number) => number>} by their number in the engine */
  #functions = [];
  /** Go's stack pointer: where a function finds its arguments. */
  #sp = { value: 0 };
  #job = 0;

  /**
   * @param {Int32Array} control shared by the team
   * @param {number} [patienceMs] how long a frame may take
   */
  constructor(control, patienceMs = PATIENCE_MS) {
    this.#control = control;
    this.#patienceMs = patienceMs;
  }

  /** @param {WebAssembly.Exports} exports of this worker's instance */
  enter(exports) {
    const names = Object.keys(exports);
    const shared = names.slice(names.indexOf("mem") + 1, names.indexOf("sp")); // in the order of the engine's numbers
    this.#functions = shared.map((name) => /** @type {(pc: number) => number} */ (exports[name]));
    this.#sp = /** @type {WebAssembly.Global<"i32">} */ (exports.sp);
  }

  /**
   * The leader's import: see wasm/team.go.
   *
   * @param {number} function_
   * @param {number} frames address
   * @param {number} frameBytes
   * @param {number} count less than CLOSED
   * @param {number} grain how many consecutive frames, a piece, are for the same worker
   * @returns {number} 0 if a worker does not finish, else 1
   */
  run(function_, frames, frameBytes, count, grain) {
    const control = this.#control;
    const sp = this.#sp.value; // of the Go program, which waits
    const pieces = Math.ceil(count / grain);
    Atomics.store(control, TAKEN, (this.#job << 16) | CLOSED); // nobody takes a piece while the words change
    Atomics.store(control, FUNCTION, function_);
    Atomics.store(control, FRAMES, frames);
    Atomics.store(control, FRAME_BYTES, frameBytes);
    Atomics.store(control, COUNT, count);
    Atomics.store(control, GRAIN, grain);
    Atomics.store(control, PIECES, pieces);
    Atomics.store(control, BACK, pieces);
    Atomics.store(control, DONE, 0);
    this.#job = (this.#job + 1) & JOBS;
    Atomics.store(control, TAKEN, this.#job << 16);
    Atomics.add(control, JOB, 1);
    if (Atomics.load(control, ASLEEP) > 0) Atomics.notify(control, JOB);
    let front = 0;
    this.#work(() => front++);
    this.#sp.value = sp;
    return this.#finished(count) ? 1 : 0;
  }

  /** A member's whole life: it never returns. */
  async serve() {
    const control = this.#control;
    const fromBack = () => Atomics.sub(control, BACK, 1) - 1;
    let seen = Atomics.load(control, JOB);
    for (;;) {
      this.#work(fromBack);
      if (!spin(control, JOB, (job) => job !== seen)) await this.#sleep(seen);
      seen = Atomics.load(control, JOB);
    }
  }

  /** @param {number} seen the job after which there may be another */
  async #sleep(seen) {
    const control = this.#control;
    Atomics.add(control, ASLEEP, 1);
    if (Atomics.wait(control, JOB, seen, DOZE_MS) === "timed-out") await pause(control, seen);
    Atomics.sub(control, ASLEEP, 1);
  }

  /**
   * Takes pieces until there are none left.
   *
   * @param {() => number} nextPiece of this worker; its job has as many as are taken at both ends
   */
  #work(nextPiece) {
    const control = this.#control;
    let done = 0;
    for (;;) {
      const taken = Atomics.load(control, TAKEN);
      if ((taken & NUMBER) >= Atomics.load(control, PIECES)) break;
      const call = this.#functions[Atomics.load(control, FUNCTION)];
      const frames = Atomics.load(control, FRAMES);
      const frameBytes = Atomics.load(control, FRAME_BYTES);
      const count = Atomics.load(control, COUNT);
      const grain = Atomics.load(control, GRAIN);
      // Where TAKEN is still the same, the words above belong to it.
      if (Atomics.compareExchange(control, TAKEN, taken, taken + 1) !== taken) continue;
      const first = grain * nextPiece();
      const end = Math.min(first + grain, count);
      for (let i = first; i < end; i++) {
        this.#sp.value = frames + i * frameBytes;
        call(0);
      }
      done += end - first;
    }
    if (done === 0) return;
    Atomics.add(control, DONE, done);
    if (Atomics.load(control, WAITING)) Atomics.notify(control, DONE);
  }

  /**
   * Waits for the frames that others have taken.
   *
   * @param {number} count
   */
  #finished(count) {
    const control = this.#control;
    if (spin(control, DONE, (done) => done === count)) return true;
    Atomics.store(control, WAITING, 1);
    const end = performance.now() + this.#patienceMs;
    let done;
    while ((done = Atomics.load(control, DONE)) !== count && performance.now() < end) Atomics.wait(control, DONE, done, this.#patienceMs);
    Atomics.store(control, WAITING, 0);
    return done === count;
  }
}

/**
 * Looks at a control word until it is as wanted, which it returns, or SPIN_MS have passed.
 *
 * @param {Int32Array} control
 * @param {number} place
 * @param {(value: number) => boolean} wanted
 */
function spin(control, place, wanted) {
  if (wanted(Atomics.load(control, place))) return true;
  const start = performance.now();
  do {
    for (let looks = 0; looks < LOOKS; looks++) if (wanted(Atomics.load(control, place))) return true;
  } while (performance.now() - start < SPIN_MS);
  return false;
}

/**
 * Leaves the worker to the browser, which may close it, until there is another job: where the browser cannot say when,
 * for a moment.
 *
 * @param {Int32Array} control
 * @param {number} seen
 */
function pause(control, seen) {
  if (typeof Atomics.waitAsync === "function") return Atomics.waitAsync(control, JOB, seen).value;
  return new Promise((resolve) => setTimeout(resolve));
}
