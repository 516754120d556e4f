import assert from "node:assert/strict";
import { test } from "node:test";
import { count } from "./numbers.js";

test("a count has its thousands apart", () => {
  assert.deepEqual([0, 999, 8192, 124_439_808].map(count), ["0", "999", "8,192", "124,439,808"]);
});
