import assert from "node:assert/strict";
import { test } from "node:test";
import { hubInAddress, modelInAddress } from "./address.js";

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

test("a hub is an address that may be fetched, without its slash", () => {
  const hub = (/** @type {string} */ search) => hubInAddress({ search, href: "https://site.test/page/" });
  assert.equal(hub("?hub=https://mirror.test/"), "https://mirror.test");
  assert.equal(hub("?hub=https://mirror.test/hf//?a#b"), "https://mirror.test/hf");
  assert.equal(hub("?hub=/hub"), "https://site.test/hub");
  for (const none of ["", "?hub=", "?hub=javascript:alert(1)", "?hub=data:,", "?hub=http://["]) assert.equal(hub(none), "", none);
});
