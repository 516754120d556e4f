import assert from "node:assert/strict";
import test from "node:test";
import { hex, parts, quote } from "./text.js";

test("what cannot be seen is a part of its own, with its code", () => {
  for (const [text, codes] of /** @type {const} */ ([
    ["plain text, ñ 你 שלום", []],
    ["a\u202eb\u2066", ["U+202E", "U+2066"]],
    ["\ufeff\u200b\u00ad", ["U+FEFF", "U+200B", "U+00AD"]],
    ["a\u00a0b\u3000", ["U+00A0", "U+3000"]],
    ["\0\x1b\n\t\r", ["U+0000", "U+001B", "U+000A", "U+0009", "U+000D"]],
    ["\u{e0041}", ["U+E0041"]],
    ["👩\u200d💻 ❤\ufe0f 1\ufe0f\u20e3", []], // what joins an emoji belongs to it
    ["a\u200db", ["U+200D"]],
  ])) {
    assert.deepEqual(parts(text).map(({ code }) => code).filter(Boolean), codes, JSON.stringify(text));
    assert.equal(parts(text).map((part) => part.text).join(""), text);
  }
});

test("a quoted text turns nothing around", () => {
  assert.equal(quote('say "hi"\n\u202e'), '"say "hi"\\n\\u{202E}"');
  assert.equal(quote(" 👩\u200d💻"), '" 👩\u200d💻"');
});

test("bytes are written as two digits each", () => {
  assert.equal(hex([0xe2, 0x80, 0x0a]), "E2 80 0A");
});
