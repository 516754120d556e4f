import assert from "node:assert/strict";
import { test } from "node:test";
import { readUsed, withUsed } from "./recent.js";

const a = { name: "a", address: "https://example.org/a.gguf" };
const b = { name: "b", address: "https://example.org/b.gguf" };
const file = { name: "a", address: "" };

test("the model used last comes first, and each once", () => {
  assert.deepEqual(withUsed([], a), [a]);
  assert.deepEqual(withUsed([a, b], b), [b, a]);
  assert.deepEqual(withUsed([a], { ...a, name: "renamed" }), [{ ...a, name: "renamed" }]);
  assert.deepEqual(withUsed([a, file], { ...file }), [file, a], "a file of the same name is another model than an address");
  const many = Array.from({ length: 20 }, (_, i) => ({ name: `${i}`, address: "" }));
  const list = many.reduce(withUsed, /** @type {typeof many} */ ([]));
  assert.deepEqual(list.map(({ name }) => name), ["19", "18", "17", "16", "15", "14", "13", "12"]);
});

test("of what is stored only a list of models is taken", () => {
  assert.deepEqual(readUsed([a, file]), [a, file]);
  for (const value of [null, {}, "x", 7]) assert.deepEqual(readUsed(value), []);
  assert.deepEqual(readUsed([null, 7, {}, { name: 1, address: "" }, { name: "a" }, a]), [a]);
});
