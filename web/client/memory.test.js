import assert from "node:assert/strict";
import test from "node:test";
import { checkRoom, memoryOf, roomHere } from "./memory.js";

/** @param {import("node:test").TestContext} t @param {number | undefined} deviceMemory */
function device(t, deviceMemory) {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { value: { deviceMemory }, configurable: true });
  t.after(() => before && Object.defineProperty(globalThis, "navigator", before));
}

test("a model takes its file, the cache of its context, and the engine's garbage", () => {
  const shape = { layers: 12, context: 1024, embedding: 768 };
  assert.equal(memoryOf(100e6, shape) - memoryOf(100e6), 2 * 4 * 12 * 1024 * 768);
  assert.equal(memoryOf(5e6), 10e6);
  assert.equal(memoryOf(100e6), 132e6);
  assert.equal(memoryOf(1e9), 1.2e9);
});

test("a model that will not fit is refused, with its size and what there is", (t) => {
  device(t, 2);
  assert.equal(roomHere(), 2 ** 31);
  checkRoom(1.7e9);
  assert.throws(() => checkRoom(1.8e9), { code: "memory", message: /has 1\.8 GB and needs at least 2\.2 GB of memory; this device has 2\.1 GB\. Choose a smaller/ });
  device(t, undefined);
  checkRoom(3.5e9);
  assert.throws(() => checkRoom(6e9), { code: "memory", message: /has 6\.0 GB .*the engine can use 4\.3 GB/ });
  checkRoom(3.1e9, 3.1e9);
  assert.throws(() => checkRoom(3.1e9, 6.2e9), { code: "memory", message: /^the model file has 3\.1 GB and needs at least 7\.4 GB/ });
  assert.throws(() => checkRoom(0, 6.2e9), { code: "memory", message: /^the model needs at least 7\.4 GB/ });
  assert.throws(() => checkRoom(6e9, 1e9), { code: "memory" }, "of a model in several files the weights of the first");
  device(t, 32);
  assert.equal(roomHere(), 2 ** 32);
});
