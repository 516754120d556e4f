import assert from "node:assert/strict";
import { test } from "node:test";
import { modelInAddress } from "./address.js";

/** @param {string} query */
const model = (query) => modelInAddress(new URL(query, "https://example.org/page/"));

test("takes relative, http and https addresses of a model, and refuses the rest", () => {
  assert.equal(model(""), undefined);
  assert.equal(model("?model=a.gguf"), "https://example.org/page/a.gguf");
  assert.equal(model("?model=/m/a.gguf"), "https://example.org/m/a.gguf");
  assert.equal(model("?model=http://other.example/a.gguf"), "http://other.example/a.gguf");
  assert.equal(model("?model="), null);
  for (const bad of ["ftp://x/y", "javascript:alert(1)", "data:,x", "file:///etc/passwd", "http://"]) {
    assert.equal(model(`?model=${encodeURIComponent(bad)}`), null, bad);
  }
});
