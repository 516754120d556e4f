const SHARE = 1 / 12; // of the time may go into drawing
const SPARSE = 0.5; // requests a ms: fewer, and the engine has time to spare
const BURST = 150; // ms of drawing that a rest saves up, for the beginning of a run
const LONGEST = 250; // ms between two drawings, however slow the machine

/**
 * Calls `draw` in an animation frame after each request, at most once a frame, and in the long run for no more than a
 * share of the time: the page must not take the processor from the engine that it shows. After a rest, and for a slowed
 * machine, every frame.
 *
 * @param {() => void} draw
 * @param {AbortSignal} signal
 */
export function createPacer(draw, signal) {
  const painted = new MessageChannel();
  let wanted = false;
  let frame = 0; // until its message has arrived
  let timer = 0;
  let began = 0;
  let credit = BURST; // ms of drawing
  let counted = 0; // when credit was
  let next = 0; // not before this time
  let requests = 0; // since credit was counted

  // A message posted inside a frame arrives when the frame has been styled, laid out and painted.
  painted.port1.onmessage = () => {
    frame = 0;
    const now = performance.now();
    const elapsed = now - counted;
    const cost = requests < SPARSE * elapsed ? 0 : now - began;
    credit = Math.min(BURST, credit + elapsed * SHARE) - cost;
    counted = now;
    requests = 0;
    next = credit < 0 ? Math.min(began + LONGEST, now - credit / SHARE) : 0;
    arm();
  };

  signal.addEventListener("abort", () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    painted.port1.close();
  });

  function arm() {
    if (!wanted || frame || timer || signal.aborted) return;
    const wait = next - performance.now();
    if (wait > 0) timer = setTimeout(turn, wait);
    else turn();
  }

  function turn() {
    timer = 0;
    frame = requestAnimationFrame(() => {
      wanted = false;
      began = performance.now();
      painted.port2.postMessage(null);
      draw();
    });
  }

  return {
    request() {
      wanted = true;
      requests++;
      arm();
    },

    /** As request, without waiting. */
    hurry() {
      wanted = true;
      next = 0;
      clearTimeout(timer);
      timer = 0;
      arm();
    },
  };
}
