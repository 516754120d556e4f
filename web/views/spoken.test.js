import assert from "node:assert/strict";
import test from "node:test";
import { whole } from "./spoken.js";

test("the last word waits until it cannot grow any more", () => {
  for (const [text, words] of [
    ["", ""],
    [" Par", " "],
    [" Paris", " "],
    [" Paris is", " Paris "],
    [" Paris is.", " Paris is."],
    ["It's", ""],
    ["It's a", "It's "],
    ["first\n", "first\n"],
    ["\u4f60\u597d\u4e16\u754c", "\u4f60\u597d"], // Chinese has no spaces
  ]) assert.equal(whole(text), words, JSON.stringify(text));
});
