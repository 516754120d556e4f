import assert from "node:assert/strict";
import test from "node:test";
import { newMemory } from "./memory.js";

/** A module that begins with two pages, of which "ab" lies at 7. */
const contents = [2, 0, 0, 0, 7, 0, 0, 0, 2, 0, 0, 0, 97, 98];
const section = [6, ...new TextEncoder().encode("memory"), ...contents];
const module = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 0, section.length, ...section));

test("memory has what the module begins with, and can be shared", () => {
  const { buffer } = newMemory(module);
  assert.ok(buffer instanceof SharedArrayBuffer);
  assert.equal(buffer.byteLength, 2 << 16);
  assert.deepEqual([...new Uint8Array(buffer, 6, 4)], [0, 97, 98, 0]);
});

test("a browser that has no room for the most memory is asked for less, then there is an error", (t) => {
  /** @type {number[]} */
  const asked = [];
  const room = { pages: 16384 };
  const { Memory } = WebAssembly;
  t.mock.method(WebAssembly, "Memory", function (/** @type {WebAssembly.MemoryDescriptor} */ wanted) {
    asked.push(wanted.maximum ?? 0);
    if ((wanted.maximum ?? 0) > room.pages) throw new RangeError("could not allocate memory");
    return new Memory(wanted);
  });
  assert.equal(newMemory(module).buffer.byteLength, 2 << 16);
  assert.deepEqual(asked, [65536, 32768, 16384]);
  room.pages = 0;
  assert.throws(() => newMemory(module), { code: "memory", message: /close other tabs/ });
});
