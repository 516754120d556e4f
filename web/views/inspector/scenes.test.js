import assert from "node:assert/strict";
import { test } from "node:test";
import { largestOf, rangeWords } from "./scenes.js";

test("a range ends the colours at its largest magnitude, and is said short and exactly", () => {
  const range = { low: -2.123456789, high: Math.fround(0.1) };
  assert.equal(largestOf(range), 2.123456789);
  assert.equal(largestOf({ low: 1, high: 3 }), 3);
  assert.deepEqual(rangeWords(range, { range: (low, high) => `${low} to ${high}` }), { low: "−2.123", high: "0.100", exact: "-2.12345679 to 0.100000001" });
});
