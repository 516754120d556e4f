import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { RESTS, createPacer } from "./frames.js";

Object.assign(globalThis, {
  requestAnimationFrame: (/** @type {() => void} */ draw) => setTimeout(draw, 1),
  cancelAnimationFrame: clearTimeout,
});

/** A drawing that takes `ms`, and when it was called. */
function drawing(ms) {
  const calls = [];
  const draw = () => {
    const now = performance.now();
    calls.push(now);
    while (performance.now() < now + ms);
  };
  return { draw, calls };
}

/** @param {(pacer: ReturnType<typeof createPacer>) => Promise<void>} use */
async function withPacer(use) {
  const controller = new AbortController();
  try {
    await use(createPacer(controller.signal));
  } finally {
    controller.abort();
  }
}

test("all that is asked for is drawn once, in one frame", () =>
  withPacer(async (pacer) => {
    const [a, b, c] = [drawing(0), drawing(0), drawing(0)];
    for (const { draw } of [a, b, c, a, b]) pacer.request(draw);
    pacer.cancel(c.draw);
    await wait(20);
    assert.deepEqual([a.calls.length, b.calls.length, c.calls.length], [1, 1, 0]);
  }));

test("the page is looked at before all that draws, and what a drawing returns is done after it", () =>
  withPacer(async (pacer) => {
    /** @type {string[]} */
    const order = [];
    pacer.request(() => void order.push("a"));
    const b = () => {
      order.push("b");
      return () => void order.push("then");
    };
    pacer.request(b, () => void order.push("look"));
    pacer.request(() => void order.push("c"));
    await wait(20);
    assert.deepEqual(order, ["look", "a", "b", "c", "then"]);
  }));

test("after a drawing the page rests as many times as long", () =>
  withPacer(async (pacer) => {
    const { draw, calls } = drawing(10);
    pacer.setRest(RESTS.beside);
    pacer.request(draw);
    await wait(30);
    pacer.request(draw);
    await wait(200);
    assert.equal(calls.length, 2);
    assert.ok(calls[1] - calls[0] >= 10 * (1 + RESTS.beside), `only ${calls[1] - calls[0]} ms later`);
  }));

test("a machine that stands still is drawn in every frame", () =>
  withPacer(async (pacer) => {
    const { draw, calls } = drawing(10);
    pacer.setRest(RESTS.paused);
    for (let i = 0; i < 3; i++) {
      pacer.request(draw);
      await wait(25);
    }
    assert.equal(calls.length, 3);
  }));

test("what hurries is not kept waiting", () =>
  withPacer(async (pacer) => {
    const { draw, calls } = drawing(10);
    pacer.setRest(RESTS.among);
    pacer.request(draw);
    await wait(20);
    pacer.request(draw);
    pacer.hurry();
    await wait(30);
    assert.equal(calls.length, 2);
  }));

test("nothing is drawn after the end", async () => {
  const controller = new AbortController();
  const pacer = createPacer(controller.signal);
  const { draw, calls } = drawing(0);
  pacer.request(draw);
  controller.abort();
  pacer.request(draw);
  await wait(20);
  assert.equal(calls.length, 0);
});
