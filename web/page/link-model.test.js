import assert from "node:assert/strict";
import { test } from "node:test";
import { modelInLink, modelOfLink } from "./link-model.js";

const page = "https://here.example/vitrine/?x=1#v1.a";
const list = async () => [{ name: "tiny", url: "tiny.gguf" }, { name: "large", url: "https://cdn.example/large.gguf" }];
const of = (/** @type {string} */ model) => modelOfLink(model, { page, list });

test("a link names a model by the site's list, its address, or its file", () => {
  assert.equal(modelInLink(undefined, "tiny", page), "tiny");
  assert.equal(modelInLink("models/a.gguf", "a", page), "https://here.example/vitrine/models/a.gguf");
  assert.equal(modelInLink({ files: [], folder: "" }, "mine", page), "file:mine");
});

test("a model of the site is loaded, one of another host is asked for, and others are not here", async () => {
  assert.deepEqual(await of("tiny"), { source: undefined, host: "" });
  assert.deepEqual(await of("large"), { source: "https://cdn.example/large.gguf", host: "" }, "the site itself lists it");
  assert.deepEqual(await of("https://here.example/a.gguf"), { source: "https://here.example/a.gguf", host: "" });
  assert.deepEqual(await of("https://other.example:8443/a.gguf"), { source: "https://other.example:8443/a.gguf", host: "other.example:8443" });
  assert.deepEqual(await of("http://here.example/a.gguf"), { source: "http://here.example/a.gguf", host: "here.example" });
  for (const name of ["nobody", "javascript:alert(1)", "//other.example/a.gguf", "data:,x", "https://", "\\\\other.example/a"]) assert.deepEqual(await of(name), { name });
  assert.deepEqual(await of("file:mine"), { name: "mine" });
});
