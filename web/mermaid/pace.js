const SHARE = 12; // a drawing is followed by at least this many times its own duration
const LONGEST = 250; // ms between two drawings, however slow the machine

/**
 * Calls `draw` in an animation frame after each request, at most once a frame, and less often where drawing is slow: the
 * page must not take the processor from the engine that it shows. A request after a rest is drawn with the next frame.
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
  let next = 0; // not before this time

  // A message posted inside a frame arrives when the frame has been styled, laid out and painted.
  painted.port1.onmessage = () => {
    frame = 0;
    next = began + Math.min(LONGEST, SHARE * (performance.now() - began));
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
