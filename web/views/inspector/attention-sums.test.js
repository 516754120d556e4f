import assert from "node:assert/strict";
import { test } from "node:test";
import { labelOf, measure } from "./attention-labels.js";
import { dotOf, mixOf, projectionOf, softmaxOf } from "./attention-sums.js";

const { fround } = Math;

/** A vector in 16 bits, as core/kernel has it. @param {number[]} x */
function to16(x) {
  const top = x.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
  const [scale, inverse] = [fround(top / 32767), fround(32767 / top)];
  return { scale, q: x.map((one) => Math.round(fround(one * inverse))) };
}

/** Numbers that repeat. @param {number} seed @param {number} n */
function numbers(seed, n) {
  let state = seed;
  return Array.from({ length: n }, () => fround(((state = (state * 16807) % 2147483647) / 2147483647) * 6 - 3));
}

test("the products of a query and a key add up to the engine's cell, within what 16 bits round", () => {
  for (let seed = 1; seed < 200; seed++) {
    const [q, k] = [numbers(seed, 32), numbers(seed + 1000, 32)];
    const [a, b] = [to16(q), to16(k)];
    const cell = fround(a.q.reduce((sum, x, d) => sum + x * b.q[d], 0) * fround(a.scale * b.scale));
    const { parts, sum, bound } = dotOf(q, k);
    assert.equal(parts[3], q[3] * k[3]);
    assert.equal(sum, parts.reduce((s, x) => s + x, 0));
    assert.ok(Math.abs(sum - cell) <= bound, `${sum} and ${cell}, bound ${bound}`);
    assert.ok(bound < 0.01, "a bound that says something");
  }
});

test("the weights of the values add up to the engine's mix, within what 16 bits round", () => {
  for (let seed = 1; seed < 100; seed++) {
    const values = Array.from({ length: 9 }, (_, j) => numbers(seed * 50 + j, 8));
    const raw = numbers(seed, 9).map((x) => Math.exp(x));
    const weights = raw.map((x) => fround(x / raw.reduce((s, y) => s + y, 0)));
    const stored = values.map(to16);
    const w = to16(weights.map((x, j) => fround(x * stored[j].scale)));
    const cell = fround(w.q.reduce((sum, x, j) => sum + x * stored[j].q[5], 0) * w.scale);
    const { sum, bound } = mixOf(weights, values, 5);
    assert.ok(Math.abs(sum - cell) <= bound, `${sum} and ${cell}, bound ${bound}`);
    assert.ok(bound < 0.002, "a bound that says something");
  }
});

test("a weight is its power as a part of the row's", () => {
  const { parts, sum, top } = softmaxOf([1, 3, 2], 1);
  assert.equal(top, 3);
  assert.deepEqual([parts[0], parts[1]], [Math.exp(-2), 1]);
  assert.equal(sum, parts[0] + parts[1] + parts[2]);
});

/** Weights [n, n] that put all of a row on one place. @param {number[]} ids @param {(row: number) => number} column */
function all(ids, column) {
  const n = ids.length;
  const data = new Float32Array(n * n);
  for (let row = 0; row < n; row++) data[row * n + column(row)] = 1;
  return { data, first: 0, rows: n, columns: n };
}

test("a head is named after where its weight goes", () => {
  const ids = [7, 8, 9, 7, 8, 9, 7];
  const earlier = (/** @type {number} */ row) => ids.lastIndexOf(ids[row], row - 1);
  const called = (/** @type {(row: number) => number} */ column) => labelOf(measure(ids, all(ids, column)))?.kind;
  assert.equal(called((row) => Math.max(0, row - 1)), "previous");
  assert.equal(called(() => 0), "first");
  assert.equal(called((row) => (row < 3 ? row : earlier(row))), "same");
  assert.equal(called((row) => (row < 3 ? row : earlier(row) + 1)), "induction");
  assert.equal(called((row) => row), undefined, "itself is none of these");
});

test("a mean is over the rows that have such a place, and a window counts from its first row", () => {
  const ids = [7, 8, 9, 7, 5];
  const weights = all(ids, (row) => (row === 3 ? 0 : row));
  const [, first, same, induction] = measure(ids, weights);
  assert.deepEqual([same.mean, same.rows], [1, 1]);
  assert.equal(induction.rows, 1);
  assert.deepEqual([first.mean, first.rows], [1 / 3, 3]);
  assert.equal(labelOf([same]), null, "one row is too few");
  const window = { ...weights, data: weights.data.subarray(15), first: 3, rows: 2 };
  assert.deepEqual(measure(ids, window)[1], { kind: "first", mean: 0.5, rows: 2 });
});

test("the mix of all heads by the weights of the projection, and its bias, add up to the engine's output", () => {
  for (let seed = 1; seed < 100; seed++) {
    const [mix, weights, [bias]] = [numbers(seed, 64), numbers(seed + 500, 64), numbers(seed + 900, 1)];
    const { scale, q } = to16(mix);
    const cell = fround(fround(q.reduce((sum, x, k) => fround(sum + fround(x * weights[k])), 0) * scale) + bias);
    const { parts, sum, bound } = projectionOf(mix, weights, bias);
    assert.equal(parts[5], mix[5] * weights[5]);
    assert.ok(Math.abs(sum - cell) <= bound, `${sum} and ${cell}, bound ${bound}`);
    assert.ok(Math.abs(sum - bias - parts.reduce((s, x) => s + x, 0)) < 1e-9);
    assert.ok(bound < 0.05, "a bound that says something");
  }
});
