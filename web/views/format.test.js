import assert from "node:assert/strict";
import { test } from "node:test";
import { exact, percent, quote, size, three } from "./format.js";

test("percent has one digit, and never rounds what is there to nothing", () => {
  assert.equal(percent(0), "0.0 %");
  assert.equal(percent(1e-9), "<0.1 %");
  assert.equal(percent(0.0005), "0.1 %");
  assert.equal(percent(0.7312), "73.1 %");
  assert.equal(percent(1), "100.0 %");
});

test("exact tells neighbouring float32 numbers apart", () => {
  assert.equal(exact(Math.fround(0.1)), "0.1");
  assert.notEqual(exact(Math.fround(0.73)), exact(Math.fround(0.73 + 2 ** -22)));
});

test("a size keeps the unit of the whole", () => {
  assert.deepEqual(size(3_100_000, 4_700_000), { value: "3.1", unit: "MB" });
  assert.deepEqual(size(100_000, 4_700_000), { value: "0.1", unit: "MB" });
  assert.deepEqual(size(69_000), { value: "69", unit: "kB" });
});

test("three gives three significant digits, and whole numbers above", () => {
  assert.deepEqual([2.5, 28.13, 534.2, 1226.4].map(three), ["2.50", "28.1", "534", "1,226"]);
});

test("quote shows line breaks and keeps quotation marks", () => {
  assert.equal(quote('a\n"b"\t'), '"a\\n"b"\\t"');
});
