import assert from "node:assert/strict";
import { test } from "node:test";
import { statesOf } from "./tokens-merges.js";

const text = (/** @type {Uint8Array[]} */ tokens) => tokens.map((bytes) => new TextDecoder().decode(bytes)).join("|");
const merge = (/** @type {number} */ at) => ({ rank: 0, at, left: 0, right: 0, made: 0 });

test("each merge joins two neighbours, wherever they are", () => {
  const states = statesOf({ bytes: new TextEncoder().encode("lower"), merges: [merge(3), merge(0), merge(0)], whole: false });
  assert.deepEqual(states.map(({ tokens, made }) => [text(tokens), made]), [["l|o|w|e|r", -1], ["l|o|w|er", 3], ["lo|w|er", 0], ["low|er", 0]]);
});

test("a piece that is one token as it is has no merges", () => {
  assert.deepEqual(statesOf({ bytes: new TextEncoder().encode("<end>"), merges: [], whole: true }).map(({ tokens }) => text(tokens)), ["<end>"]);
});
