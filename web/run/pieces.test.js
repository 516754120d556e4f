import assert from "node:assert/strict";
import test from "node:test";
import { createPieces } from "./pieces.js";

/** An engine that counts what it is asked for. */
function engine() {
  const asked = [];
  return { asked, tokenize: async (text) => (asked.push(text), text === "bad" ? Promise.reject(new Error("no")) : [{ id: asked.length, text }]) };
}

test("a text is tokenized once, however often it is asked for", async () => {
  const pieces = createPieces();
  const one = engine();
  assert.equal(pieces.has(one, "a"), false);
  const first = pieces.of(one, "a");
  assert.equal(pieces.has(one, "a"), true, "also while the engine is at it");
  assert.deepEqual(await pieces.of(one, "a"), await first);
  assert.deepEqual(one.asked, ["a"]);
  await pieces.of(one, "b");
  await pieces.of(one, "a");
  assert.deepEqual(one.asked, ["a", "b", "a"]);
});

test("another engine is asked anew", async () => {
  const pieces = createPieces();
  const [one, two] = [engine(), engine()];
  await pieces.of(one, "a");
  assert.equal(pieces.has(two, "a"), false);
  await pieces.of(two, "a");
  assert.deepEqual([one.asked, two.asked], [["a"], ["a"]]);
});

test("what failed is tried again", async () => {
  const pieces = createPieces();
  const one = engine();
  await assert.rejects(pieces.of(one, "bad"));
  assert.equal(pieces.has(one, "bad"), false);
  await assert.rejects(pieces.of(one, "bad"));
  assert.deepEqual(one.asked, ["bad", "bad"]);
});
