import assert from "node:assert/strict";
import test from "node:test";
import { fileName, modelAt, savedAs } from "./kinds.js";

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

test("an address names its model, also where a % of it stands alone", () => {
  for (const [address, want] of [
    ["https://hub.example/openai-community/gpt2/resolve/main/model.safetensors", "openai-community/gpt2"],
    ["https://host.example/models/my%20model.gguf?x=%", "my model.gguf"],
    ["https://host.example/100%/model.gguf", "model.gguf"],
    ["https://host.example/100%.gguf", "100%.gguf"],
    ["https://host.example/", ""],
  ]) assert.equal(modelAt(address), want);
  assert.equal(fileName(new URL("https://host.example/my%20model%.gguf")), "my%20model%.gguf");
});
