/**
 * Does something at once, and again only after a while, however often it is wanted meanwhile: each drawing of a large table
 * takes longer than an answer of the engine.
 *
 * @param {() => void} does
 * @param {number} every milliseconds
 * @param {AbortSignal} signal
 */
export function createSeldom(does, every, signal) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let due = false;
  signal.addEventListener("abort", () => clearTimeout(timer));

  function now() {
    due = false;
    clearTimeout(timer);
    timer = setTimeout(() => ((timer = undefined), due && now()), every);
    does();
  }

  return {
    /** Without waiting. */
    now,
    want() {
      if (signal.aborted) return;
      if (timer === undefined) now();
      else due = true;
    },
  };
}
