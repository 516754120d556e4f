import assert from "node:assert/strict";
import { test } from "node:test";
import { changes, defaults, newSeed, numberNames, readNumber, readStop, typedOf } from "./settings.js";

test("reads numbers within their ranges, and nothing else", () => {
  const cases = [
    ["temperature", "0", 0], ["temperature", " 0.7 ", 0.7], ["temperature", "10", 10], ["temperature", "10.1", null],
    ["temperature", "-0.1", null], ["temperature", "", null], ["temperature", "hot", null], ["temperature", "NaN", null],
    ["temperature", "Infinity", null], ["topK", "0", 0], ["topK", "2.5", null], ["topK", "-1", null],
    ["topP", "0", null], ["topP", "0.0001", 0.0001], ["topP", "1", 1], ["topP", "1.01", null],
    ["seed", "9007199254740991", Number.MAX_SAFE_INTEGER], ["seed", "9007199254740992", null], ["seed", "", undefined],
    ["maxTokens", "0", null], ["maxTokens", "1", 1],
  ];
  for (const [name, text, want] of cases) assert.equal(readNumber(name, text), want, `${name} ${JSON.stringify(text)}`);
});

test("takes a decimal comma and full-width digits, and never a number that could be another", () => {
  const cases = [
    ["temperature", "0,8", 0.8], ["temperature", ",5", 0.5], ["temperature", "1.", 1], ["temperature", "０．８", 0.8],
    ["temperature", "０，８", 0.8], ["temperature", "\u00a00.7\u3000", 0.7], ["temperature", "7e-1", 0.7], ["topP", "9,5E-1", 0.95],
    ["temperature", "1.000,5", null], ["temperature", "1,000.5", null], ["temperature", "1..5", null], ["temperature", "0 8", null],
    ["temperature", "0. 8", null], ["temperature", "+1", null], ["temperature", "−1", null], ["temperature", "1²", null],
    ["temperature", "0x1", null], ["temperature", "1_0", null], ["temperature", "1e", null], ["temperature", ".", null],
    ["temperature", "1e-60", null], ["topP", "1e-60", null], ["temperature", "1%", null], ["temperature", "٠٫٨", null],
    ["topK", "1,000", null], ["topK", "1.000", null], ["topK", "1 000", null], ["topK", "1'000", null], ["topK", "1e3", null],
    ["topK", "４０", 40], ["seed", "0x10", null], ["seed", "2⁵", null], ["seed", "1.", null], ["maxTokens", "3,2", null],
  ];
  for (const [name, text, want] of cases) assert.equal(readNumber(name, text), want, `${name} ${JSON.stringify(text)}`);
});

test("the defaults are valid: they sample, with a new seed each time", () => {
  const typed = defaults();
  assert.ok(readNumber("temperature", typed.temperature) > 0);
  assert.equal(typed.seed, "");
  assert.ok(new Set(Array.from({ length: 8 }, newSeed)).size > 1);
  assert.equal(readNumber("seed", String(newSeed())) >= 0, true);
  assert.deepEqual(changes(typed), {});
  assert.deepEqual(changes({ ...typed, seed: "7", topP: "1" }), { seed: "7", topP: "1" });
  for (const name of numberNames) assert.notEqual(readNumber(name, typed[name]), null, name);
  assert.deepEqual(readStop(typed.stop), []);
});

test("reads stop texts, one a line, with escapes", () => {
  assert.deepEqual(readStop("a b\r\n\nend"), ["a b", "end"]);
  assert.deepEqual(readStop(String.raw`.\n`), [".\n"]);
  assert.deepEqual(readStop(String.raw`\t\\n`), ["\t\\n"]);
  assert.equal(readStop(String.raw`a\x`), null);
  assert.equal(readStop("a\\"), null);
  assert.equal(readStop(String.raw`\\\ `), null);
});

test("settings are typed as they are read", () => {
  const stop = ["\n\n", "a\\n", "\tb", "c"];
  const typed = typedOf({ temperature: 1e-7, topK: 0, topP: 0.05, seed: undefined, maxTokens: 3, stop });
  assert.equal(typed.seed, "");
  for (const name of numberNames) assert.equal(readNumber(name, typed[name]), { temperature: 1e-7, topK: 0, topP: 0.05, seed: undefined, maxTokens: 3 }[name]);
  assert.deepEqual(readStop(typed.stop), stop);
});
