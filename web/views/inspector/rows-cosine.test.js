import assert from "node:assert/strict";
import { test } from "node:test";
import { cosines } from "./rows-cosine.js";

test("rows that point the same way have 1, across 0, against each other -1", () => {
  const rows = [1, 0, 2, 0, 0, 3, -5, 0, 1, 1];
  const all = cosines(rows, 5, 2);
  assert.deepEqual([...all.subarray(0, 4)], [1, 1, 0, -1]);
  assert.equal(all[4], Math.fround(1 / Math.sqrt(2)));
  assert.equal(all[20], all[4], "both ways the same");
});

test("a row of zeros has no angle", () => assert.ok(Number.isNaN(cosines([0, 0, 1, 0], 2, 2)[1])));
