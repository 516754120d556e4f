import assert from "node:assert/strict";
import test from "node:test";
import { asWritten, beginning, clip, hex, label, messageOf, parts, quote, visible, wrap } from "./text.js";

test("what cannot be seen is a part of its own, with its sign", () => {
  for (const [text, signs] of /** @type {const} */ ([
    ["plain_text,ñ你שלום", []],
    ["a b", ["·"]],
    ["a\u202eb\u2066", ["U+202E", "U+2066"]],
    ["\ufeff\u200b\u00ad", ["U+FEFF", "U+200B", "U+00AD"]],
    ["a\u00a0b\u3000", ["U+00A0", "U+3000"]],
    ["\0\x1b\n\t\r", ["U+0000", "U+001B", "↵", "⇥", "␍"]],
    ["\u{e0041}", ["U+E0041"]],
    ["👩\u200d💻❤\ufe0f1\ufe0f\u20e3", []], // what joins an emoji belongs to it
    ["a\u200db", ["U+200D"]],
  ])) {
    assert.deepEqual(parts(text).map(({ sign }) => sign).filter(Boolean), signs, JSON.stringify(text));
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

test("a token of a megabyte is shown cut, no character broken, unless the whole is asked for", () => {
  const long = "x".repeat(1 << 20);
  assert.equal(quote(long), `"${"x".repeat(400)}"…`);
  assert.equal(quote(long, { whole: true }), `"${long}"`);
  assert.equal(quote("x".repeat(400)), `"${"x".repeat(400)}"`);
  assert.equal(hex(new Uint8Array(1 << 20)), `${Array(400).fill("00").join(" ")}…`);
  assert.equal(beginning(`${"x".repeat(399)}🎈`), "x".repeat(399));
  assert.equal(beginning("🎈".repeat(200)), "🎈".repeat(200));
});

test("text is measured and cut by the places it takes", () => {
  assert.equal(clip("abcdef", 4), "abc…");
  assert.equal(clip("abcd", 4), "abcd");
  assert.equal(clip("你好世界", 5), "你好…");
  assert.equal(visible(" a\r\n\tb\u202e\u2028"), "·a↵⇥b��");
  assert.equal(wrap(["12", "345", "6789"], { columns: 8, rows: 1 }, { separator: " ", tail: true }), "…6789");
});

test("a prompt is shown as it was written, with its indentation and line breaks", () => {
  const wide = { columns: 20, rows: 4 };
  assert.equal(asWritten("  def f(x):\n    return x", wide, false), "  def f(x):↵\n    return x");
  assert.equal(asWritten("a  b\n\n\tc", wide, false), "a  b↵\n↵\n⇥c");
  assert.equal(asWritten("one two three four five six", wide, false), "one two three four\nfive six");
  assert.equal(asWritten("a\nb\nc\nd\ne", wide, false), "a↵\nb↵\nc↵\nd↵…");
  assert.equal(asWritten("more", wide, true), "more…");
  assert.equal(asWritten("", wide, false), "");
});

test("a name is shown cut, in one line, and acts on nothing", () => {
  assert.equal(label("my model 2"), "my model 2");
  assert.equal(label("a\0b\u202egpj.fugg"), "a�b�gpj.fugg");
  assert.equal(label("one\ntwo"), "one↵two");
  assert.equal(label("x".repeat(10_000_000)), `${"x".repeat(120)}…`);
  assert.equal(label("🎈".repeat(200)), `${"🎈".repeat(120)}…`);
});

test("whatever is thrown says something", () => {
  assert.equal(messageOf(new RangeError("too far")), "too far");
  assert.equal(messageOf("plain words"), "plain words");
  assert.equal(messageOf(undefined), "undefined");
});
