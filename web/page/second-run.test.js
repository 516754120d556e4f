import assert from "node:assert/strict";
import test from "node:test";
import { second } from "../i18n/second-en.js";
import { nameOf } from "./second-run.js";

test("a second run is named by what is other, cut, in one line, whatever a file or a prompt holds", () => {
  const { names } = second.result;
  const engine = /** @type {any} */ ({ info: { name: "a\u202egpj\nmodel", weights: "F32" } });
  assert.equal(nameOf({ kind: "model", files: [] }, engine, names), "Second run: model a\ufffdgpj↵model, weights in F32");
  assert.equal(nameOf({ kind: "prompt", prompt: "Once upon" }, null, names), "Second run, from “Once upon”");
  assert.equal(nameOf({ kind: "prompt", prompt: "x".repeat(5000) }, null, names), `Second run, from “${"x".repeat(120)}…”`);
});
