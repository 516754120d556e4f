import assert from "node:assert/strict";
import { test } from "node:test";
import { size, three } from "./format.js";

test("a size keeps the unit of the whole", () => {
  assert.deepEqual(size(3_100_000, 4_700_000), { value: "3.1", unit: "MB" });
  assert.deepEqual(size(100_000, 4_700_000), { value: "0.1", unit: "MB" });
  assert.deepEqual(size(69_000), { value: "69", unit: "kB" });
});

test("three gives three significant digits, and whole numbers above", () => {
  assert.deepEqual([2.5, 28.13, 534.2, 1226.4].map(three), ["2.50", "28.1", "534", "1,226"]);
});
