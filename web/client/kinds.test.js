import assert from "node:assert/strict";
import test from "node:test";
import { savedAs } from "./kinds.js";

test("a file is saved under a name that is what it seems to be", () => {
  for (const [name, want] of [
    ["gpt2", "gpt2"],
    ["my model: 2/3", "my-model-2-3"],
    ["modèle-你好🎈", "modèle-你好🎈"],
    ["a\0b\u202egpj.\u2066c\u200bd\ufeff", "a-b-gpj.-c-d-"],
    ["x".repeat(10_000_000), "x".repeat(60)],
    ["🎈".repeat(200), "🎈".repeat(60)],
  ]) assert.equal(savedAs(name), want);
});
