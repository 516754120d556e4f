import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { count, decimal, exact, fixed, percent, rounded, short, size, sizeWords, three } from "./numbers.js";

test("a count has its thousands apart", () => {
  assert.deepEqual([0, 999, 8192, 124_439_808].map(count), ["0", "999", "8,192", "124,439,808"]);
});

test("percent has one digit, and never rounds what is there to nothing", () => {
  assert.deepEqual([0, 1e-9, 0.0005, 0.7312, 1].map(percent), ["0.0 %", "<0.1 %", "0.1 %", "73.1 %", "100.0 %"]);
});

test("digits behind the point stay, and a minus is a minus", () => {
  assert.deepEqual([fixed(-12.345, 2), fixed(1, 7), fixed(1234.5, 1)], ["−12.35", "1.0000000", "1234.5"]);
  assert.deepEqual([-0.0314, 12.345, -123.45, 1234.5, -123456].map(decimal), ["−0.031", " 12.35", "−123.5", "  1235", " −1e+5"]);
});

test("exact tells any two float32 numbers apart", () => {
  const bits = new Uint32Array(1);
  const float = new Float32Array(bits.buffer);
  let state = 1;
  const shown = new Set();
  for (let n = 0; n < 20_000; n++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    for (const neighbour of [0, 1, 2]) {
      bits[0] = (state % 0x7f7f_fff0) + neighbour;
      const text = exact(float[0]);
      assert.equal(Math.fround(Number(text)), float[0], text);
      shown.add(text);
    }
  }
  assert.ok(shown.size > 59_000);
  assert.equal(exact(Math.fround(0.1)), "0.100000001");
  assert.equal(exact(1), "1");
  assert.deepEqual([exact(0), exact(-0)], ["0", "-0"]);
});

test("a size keeps the unit of the whole", () => {
  assert.deepEqual(size(3_100_000, 4_700_000), { value: "3.1", unit: "MB" });
  assert.deepEqual(size(100_000, 4_700_000), { value: "0.1", unit: "MB" });
  assert.deepEqual(size(69_000), { value: "69", unit: "kB" });
  assert.equal(sizeWords(4_612_000), "4.6 MB");
});

test("three gives three significant digits, and whole numbers above", () => {
  assert.deepEqual([2.5, 28.13, 534.2, 1226.4].map(three), ["2.50", "28.1", "534", "1,226"]);
});

test("short numbers are those of an axis", () => {
  assert.deepEqual([0, 950, 1_250_000, -2e9].map(short), ["0", "950", "1.25M", "−2B"]);
});

test("a rounded number is one that can be typed", () => {
  assert.deepEqual([rounded(0.1 + 0.2, 4), rounded(-1234.567, 2), rounded(40, 2)], ["0.3", "-1234.57", "40"]);
});

test("nobody else writes numbers for the eye", () => {
  const web = new URL("../", import.meta.url);
  const files = readdirSync(web, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js") && !name.endsWith(".test.js"));
  const own = /Intl\.NumberFormat|^(?!.*setProperty).*\.to(Fixed|Precision|Exponential|LocaleString)\(|[^%]% ?`/m; // CSS reads numbers too
  const found = files.filter((name) => name !== "kit/numbers.js" && own.test(readFileSync(new URL(name, web), "utf8")));
  assert.deepEqual(found, []);
});
