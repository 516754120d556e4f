import assert from "node:assert/strict";
import test from "node:test";
import { RESTS, createPacer } from "./frames.js";

/** A clock that the tests move: a machine that does something else meanwhile changes nothing. */
let now = 0;
/** @type {Map<number, { at: number, does: () => void }>} */
const timers = new Map();
let last = 0;

/** @param {() => void} does @param {number} [ms] */
function later(does, ms = 0) {
  timers.set(++last, { at: now + ms, does });
  return last;
}

const never = (/** @type {number} */ id) => void timers.delete(id);

Object.assign(globalThis, {
  performance: { now: () => now },
  setTimeout: later,
  clearTimeout: never,
  requestAnimationFrame: (/** @type {() => void} */ draw) => later(draw, 1),
  cancelAnimationFrame: never,
  MessageChannel: class {
    port1 = { onmessage() {}, close: () => void (this.port1.onmessage = () => {}) };
    port2 = { postMessage: () => later(() => this.port1.onmessage()) };
  },
});

/** Lets so much time pass, in ms. @param {number} ms */
function pass(ms) {
  for (const end = now + ms; ; ) {
    const [id, timer] = [...timers].reduce((first, one) => (one[1].at < first[1].at ? one : first), [0, { at: Infinity, does() {} }]);
    if (timer.at > end) return void (now = Math.max(now, end));
    timers.delete(id);
    now = Math.max(now, timer.at);
    timer.does();
  }
}

/** A drawing that takes `ms`, and when it was called. @param {number} ms */
function drawing(ms) {
  /** @type {number[]} */
  const calls = [];
  const draw = () => {
    calls.push(now);
    now += ms;
  };
  return { draw, calls };
}

/** @param {(pacer: ReturnType<typeof createPacer>) => void} use */
function withPacer(use) {
  const controller = new AbortController();
  try {
    use(createPacer(controller.signal));
  } finally {
    controller.abort();
  }
}

test("all that is asked for is drawn once, in one frame", () =>
  withPacer((pacer) => {
    const [a, b, c] = [drawing(0), drawing(0), drawing(0)];
    for (const { draw } of [a, b, c, a, b]) pacer.request(draw);
    pacer.cancel(c.draw);
    pass(20);
    assert.deepEqual([a.calls.length, b.calls.length, c.calls.length], [1, 1, 0]);
  }));

test("the page is looked at before all that draws, and what a drawing returns is done after it", () =>
  withPacer((pacer) => {
    /** @type {string[]} */
    const order = [];
    pacer.request(() => void order.push("a"));
    const b = () => {
      order.push("b");
      return () => void order.push("then");
    };
    pacer.request(b, () => void order.push("look"));
    pacer.request(() => void order.push("c"));
    pass(20);
    assert.deepEqual(order, ["look", "a", "b", "c", "then"]);
  }));

test("after a drawing the page rests as many times as long", () =>
  withPacer((pacer) => {
    const { draw, calls } = drawing(10);
    pacer.setRest(RESTS.beside);
    pacer.request(draw);
    pass(30);
    pacer.request(draw);
    pass(200);
    assert.equal(calls.length, 2);
    assert.equal(calls[1] - calls[0], 10 * (1 + RESTS.beside) + 1, "with the millisecond until the frame");
  }));

test("a machine that stands still is drawn in every frame", () =>
  withPacer((pacer) => {
    const { draw, calls } = drawing(10);
    pacer.setRest(RESTS.paused);
    for (let i = 0; i < 3; i++) {
      pacer.request(draw);
      pass(25);
    }
    assert.equal(calls.length, 3);
  }));

test("what hurries is not kept waiting", () =>
  withPacer((pacer) => {
    const { draw, calls } = drawing(10);
    pacer.setRest(RESTS.among);
    pacer.request(draw);
    pass(20);
    pacer.request(draw);
    pacer.hurry();
    pass(30);
    assert.equal(calls.length, 2);
  }));

test("nothing is drawn while it is held, and then what was asked for, once", () =>
  withPacer((pacer) => {
    const { draw, calls } = drawing(10);
    const again = () => {
      draw();
      pacer.request(again); // as a view does that is not done
    };
    pacer.request(again);
    pass(2);
    pacer.setHeld(true);
    pass(100_000);
    pacer.request(draw);
    pacer.hurry();
    pass(100_000);
    assert.equal(calls.length, 1);
    pacer.setHeld(false);
    pacer.cancel(again);
    pass(100);
    assert.equal(calls.length, 2);
  }));

test("nothing is drawn after the end", () => {
  const controller = new AbortController();
  const pacer = createPacer(controller.signal);
  const { draw, calls } = drawing(0);
  pacer.request(draw);
  controller.abort();
  pacer.request(draw);
  pass(20);
  assert.equal(calls.length, 0);
});
