import assert from "node:assert/strict";
import test from "node:test";
import { readManifest } from "./manifest.js";

const address = "https://site.test/models/manifest.json";
const sum = "0123456789abcdef".repeat(4);
const read = (/** @type {unknown} */ models) => readManifest(JSON.stringify({ models }), address);

test("a list may leave out everything but the address", () => {
  assert.deepEqual(read([{ url: "a.gguf" }]), [{ name: "", url: "https://site.test/models/a.gguf", bytes: -1, parameters: -1, sha256: "", licence: "" }]);
  assert.deepEqual(read([{ name: "a", url: "/a.gguf", bytes: 5, parameters: 3, sha256: sum.toUpperCase(), licence: "MIT" }]), [
    { name: "a", url: "https://site.test/a.gguf", bytes: 5, parameters: 3, sha256: sum, licence: "MIT" },
  ]);
  assert.equal(read([{ url: "a.gguf", sha256: null, bytes: -5 }])[0].bytes, -1);
});

test("what is no list of models is refused", () => {
  for (const text of ["", "[]", "{}", "<!doctype html>", '{"models":[]}', '{"models":[{}]}', `{"models":[{"url":"a","sha256":"${sum}0"}]}`, '{"models":[{"url":"http://["}]}']) {
    assert.throws(() => readManifest(text, address), { code: "model.format" }, text);
  }
});
