import assert from "node:assert/strict";
import { test } from "node:test";
import { lineOf, pick, reach } from "./draw.js";

/** As core/decoding does it, step by step. @param {number[]} probs @param {number} random */
function slow(probs, random) {
  const target = random * probs.reduce((a, b) => a + b, 0);
  let [i, sum] = [0, probs[0]];
  while (sum <= target) sum += probs[++i];
  return i;
}

test("a number chooses the token whose part of the line it falls on", () => {
  const line = lineOf([7, 3, 9], [0.5, 0.25, 0.25]);
  for (const [random, want] of [[0, 0], [0.4999, 0], [0.5, 1], [0.7499, 1], [0.75, 2], [0.9999, 2]]) assert.equal(pick(line, random), want, `${random}`);
  assert.deepEqual([0, 1, 2].map((i) => reach(line, i)), [{ from: 0, to: 0.5 }, { from: 0.5, to: 0.75 }, { from: 0.75, to: 1 }]);
});

test("it is the choice of the plain loop, where probabilities are 0 and where their sum is not 1", () => {
  let state = 1;
  const next = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
  for (let round = 0; round < 300; round++) {
    const probs = Array.from({ length: 1 + Math.floor(40 * next()) }, () => (next() < 0.3 ? 0 : Math.fround(next() ** 8)));
    probs[0] ||= Math.fround(0.1);
    const line = lineOf(probs.map((_, i) => i), Float32Array.from(probs));
    for (const random of [0, next(), next(), 1 - 2 ** -53]) assert.equal(pick(line, random), slow(probs, random));
  }
});
