/** How many times as long as a drawing took the page then rests. What is measured is about half of what it takes in all. */
export const RESTS = {
  paused: 0, // the machine stands still between its stages: every frame
  beside: 7, // a core is left to the page
  among: 47, // the engine works on all of them
};
const LONGEST = 750; // ms between two drawings, however slow the machine

/**
 * What draws for a view. What it returns is called when all views have drawn: as before they do, the page may then be
 * measured, and is laid out once.
 *
 * @typedef {() => (() => void) | void} Draw
 */

/**
 * Draws for all views of the page in the same animation frames: at most once a frame, and for no more than a share of
 * the time, since the page must not take the processor from the engine that it shows.
 *
 * @param {AbortSignal} signal
 */
export function createPacer(signal) {
  const painted = new MessageChannel();
  /** @type {Map<Draw, (() => void) | undefined>} with what looks at the page before */
  const wanted = new Map();
  let frame = 0; // until its message has arrived
  let timer = 0;
  let began = 0;
  let next = 0; // not before this time
  let rest = RESTS.among;
  let held = false;

  // A message posted inside a frame arrives when the frame has been styled, laid out and painted.
  painted.port1.onmessage = () => {
    frame = 0;
    const now = performance.now();
    next = Math.min(began + LONGEST, now + rest * (now - began));
    arm();
  };

  signal.addEventListener("abort", () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    painted.port1.close();
  });

  function arm() {
    if (wanted.size === 0 || held || frame || timer || signal.aborted) return;
    const wait = next - performance.now();
    if (wait > 0) timer = setTimeout(turn, wait);
    else turn();
  }

  function turn() {
    timer = 0;
    if (held) return;
    frame = requestAnimationFrame(() => {
      const draws = [...wanted];
      wanted.clear();
      began = performance.now();
      painted.port2.postMessage(null);
      for (const [, look] of draws) look?.();
      for (const then of draws.map(([draw]) => draw())) then?.();
    });
  }

  return {
    /**
     * @param {Draw} draw called once, however often it is asked for before
     * @param {() => void} [look] called before all that draws
     */
    request(draw, look) {
      wanted.set(draw, look);
      arm();
    },

    /** @param {Draw} draw not to be called after all */
    cancel(draw) {
      wanted.delete(draw);
    },

    /** Draws with the next frame what is asked for. */
    hurry() {
      next = 0;
      clearTimeout(timer);
      timer = 0;
      arm();
    },

    /** @param {boolean} now while it is, nothing is drawn: what was asked for is, when it is no more */
    setHeld(now) {
      held = now;
      arm();
    },

    /** @param {number} value of RESTS */
    setRest(value) {
      rest = value;
    },
  };
}

/** @typedef {ReturnType<typeof createPacer>} Pacer */
