import assert from "node:assert/strict";
import { test } from "node:test";
import { defaults, numberNames, readNumber, readStop } from "./settings.js";

test("reads numbers within their ranges, and nothing else", () => {
  const cases = [
    ["temperature", "0", 0], ["temperature", " 0.7 ", 0.7], ["temperature", "10", 10], ["temperature", "10.1", null],
    ["temperature", "-0.1", null], ["temperature", "", null], ["temperature", "hot", null], ["temperature", "NaN", null],
    ["temperature", "Infinity", null], ["topK", "0", 0], ["topK", "2.5", null], ["topK", "-1", null],
    ["topP", "0", null], ["topP", "0.0001", 0.0001], ["topP", "1", 1], ["topP", "1.01", null],
    ["seed", "9007199254740991", Number.MAX_SAFE_INTEGER], ["seed", "9007199254740992", null], ["seed", "1e3", 1000],
    ["maxTokens", "0", null], ["maxTokens", "1", 1],
  ];
  for (const [name, text, want] of cases) assert.equal(readNumber(name, text), want, `${name} ${JSON.stringify(text)}`);
});

test("the defaults are valid", () => {
  const typed = defaults();
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
