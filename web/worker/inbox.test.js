import assert from "node:assert/strict";
import { test } from "node:test";

import { Inbox } from "./inbox.js";

/** @param {boolean} crossOriginIsolated */
function inbox(crossOriginIsolated) {
  Object.assign(globalThis, { self: { crossOriginIsolated } });
  return new Inbox();
}

test("an inbox knows whether a message of the page waits", () => {
  const box = inbox(true);
  const sent = /** @type {Int32Array} */ (box.open());
  assert.equal(box.waiting(), 0);
  for (let message = 0; message < 3; message++) {
    Atomics.add(sent, 0, 1);
    assert.equal(box.waiting(), 1);
    box.take();
    assert.equal(box.waiting(), 0);
  }
});

test("a message may arrive before it is counted", () => {
  const box = inbox(true);
  const sent = /** @type {Int32Array} */ (box.open());
  box.take();
  assert.equal(box.waiting(), 1);
  Atomics.add(sent, 0, 1);
  assert.equal(box.waiting(), 0);
});

test("an inbox without shared memory knows nothing", () => {
  const box = inbox(false);
  assert.equal(box.open(), undefined);
  assert.equal(box.waiting(), -1);
});
