/** How long the newest bytes are looked at. */
const LOOK_MS = 8000;
/** Less than this says nothing of the speed of a line. */
const LEAST_MS = 1500;
const STEP_MS = 100;

/** How fast bytes come, and how long the rest will take. */
export class Pace {
  /** @type {{ at: number, loaded: number }[]} oldest first */
  #seen = [];

  /**
   * @param {number} at milliseconds
   * @param {number} loaded bytes so far; fewer than before begin anew
   */
  add(at, loaded) {
    const last = this.#seen.at(-1);
    if (last && loaded < last.loaded) this.#seen = [];
    const before = this.#seen.at(-2);
    if (last && before && last.at - before.at < STEP_MS) this.#seen.pop(); // some tens of places are enough
    this.#seen.push({ at, loaded });
    while (this.#seen.length > 2 && at - this.#seen[1].at >= LOOK_MS) this.#seen.shift();
  }

  /** @param {number} total bytes @returns {number | null} seconds; null where it cannot be told */
  left(total) {
    const [first, last] = [this.#seen[0], this.#seen.at(-1)];
    if (!first || !last || last.at - first.at < LEAST_MS || last.loaded <= first.loaded || total < last.loaded) return null;
    return ((total - last.loaded) * (last.at - first.at)) / (last.loaded - first.loaded) / 1000;
  }
}
