import assert from "node:assert/strict";
import { test } from "node:test";
import { computed, perHead, picturesOf, rangeOf, rowOf } from "./tensors.js";
import { tableOf } from "./table.js";

/** A tensor whose numbers say where they stand. @param {string} name @param {number[]} shape @param {number[]} [from] */
function tensor(name, shape, from = shape.map(() => 0)) {
  const data = new Float32Array(shape.reduce((a, b) => a * b)).map((_, i) => i);
  return { name, shape, data, from };
}

/** A place in the pass of a long prompt. @param {string} stage @param {[number, number]} [window] */
const at = (stage, window) => ({ stage: /** @type {import("../../vitrine.d.ts").StageName} */ (stage), start: 0, window: window ?? null });

test("queries, keys and values are three pictures of one head", () => {
  const [q, k, v] = picturesOf(at("attention.qkv"), [tensor("qkv", [2, 3, 4], [6, 0, 0])]);
  assert.deepEqual([q.name, k.name, v.name], ["q", "k", "v"]);
  assert.deepEqual([...q.data], [0, 1, 2, 3, 12, 13, 14, 15]);
  assert.deepEqual([...v.data], [8, 9, 10, 11, 20, 21, 22, 23]);
  assert.deepEqual(k.rows, { from: 6, count: 2 });
  assert.ok(perHead("attention.qkv") && !perHead("mlp"));
});

test("a window says where it begins, and a vector is a row of its own", () => {
  const [scores] = picturesOf(at("attention.scores"), [tensor("scores", [3, 9], [64, 0])]);
  assert.deepEqual([scores.rows, scores.across], [{ from: 64, count: 3 }, { from: 0, count: 9 }]);
  const [logits] = picturesOf(at("head"), [tensor("logits", [50])]);
  assert.deepEqual([logits.rows, logits.across, logits.tokens], [{ from: 0, count: 1 }, { from: 0, count: 50 }, false]);
  assert.deepEqual(picturesOf(at("head"), [tensor("unknown", [5])]), [], "a tensor that nobody describes is not shown");
});

test("what the mask hides is not there: no value, no part of the range, an empty place in the table", () => {
  const [scores] = picturesOf(at("attention.scores"), [tensor("scores", [3, 3])]);
  assert.deepEqual([computed(scores, 0, 1, 0), computed(scores, 1, 1, 0), computed(scores, 0, 1, 5)], [false, true, true]);
  scores.data[1] = 99;
  assert.deepEqual(rangeOf(scores, 0), { low: 0, high: 8 });
  scores.data[8] = NaN;
  assert.deepEqual(rangeOf(scores, 0), { low: 0, high: 7 }, "what is no number has no place in the range");
  scores.data[8] = 8;
  const valueOf = (/** @type {{ row: number, column: number }} */ { row, column }) => (computed(scores, row, column, 0) ? scores.data[3 * row + column] : null);
  assert.deepEqual(tableOf(scores, { from: 0, count: 3 }, valueOf, String, (row) => `t${row}`), [["", "0", "1", "2"], ["t0", "0", "", ""], ["t1", "3", "4", ""], ["t2", "6", "7", "8"]]);
});

test("where the mask is off, a row has all its columns", () => {
  const [scores] = picturesOf(at("attention.scores"), [tensor("scores", [3, 3])], false);
  assert.ok(computed(scores, 0, 2, 0));
});

test("rows that come before those that were asked for are left out", () => {
  const [sum] = picturesOf(at("residual1", [2, 4]), [tensor("sum", [4, 3])]);
  assert.deepEqual([sum.rows, [...sum.data], sum.shape], [{ from: 2, count: 2 }, [6, 7, 8, 9, 10, 11], [2, 3]]);
  const [mean] = picturesOf(at("ln1", [2, 4]), [tensor("mean", [4])]);
  assert.deepEqual([mean.across, [...mean.data]], [{ from: 2, count: 2 }, [2, 3]]);
  const [later] = picturesOf({ ...at("residual1", [0, 1]), start: 9 }, [tensor("sum", [1, 3], [9, 0])]);
  assert.deepEqual(later.rows, { from: 0, count: 1 });
});

test("the row of a token is that of the picture", () => {
  const [sum] = picturesOf(at("residual1"), [tensor("sum", [4, 3], [64, 0])]);
  assert.deepEqual([...rowOf(sum, 66).data], [6, 7, 8]);
});
