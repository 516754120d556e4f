import assert from "node:assert/strict";
import test from "node:test";
import { hubModels, weightsAt } from "./hub.js";

test("what is said of the hub's models follows from their shapes", () => {
  const got = Object.fromEntries(hubModels.map(({ id, parameters, download }) => [id.split("/")[1], [parameters, Math.round(download / 1e6)]]));
  // What transformers counts, and how large the hub says that model.safetensors is, in MB.
  assert.deepEqual(got, {
    distilgpt2: [81_912_576, 353], gpt2: [124_439_808, 548], "gpt2-medium": [354_823_168, 1520], "gpt2-large": [774_030_080, 3247], "gpt2-xl": [1_557_611_200, 6432],
  });
  for (const { stored, memory, parameters } of hubModels) {
    assert.ok(stored > parameters && stored < 1.12 * parameters);
    assert.ok(memory > 1.2 * stored && memory < 2 ** 32);
  }
});

test("only OWNER/NAME is an address", () => {
  assert.equal(weightsAt("https://hub.test", "a-b/c.d_e"), "https://hub.test/a-b/c.d_e/resolve/main/model.safetensors");
  for (const id of ["", "gpt2", "a/b/c", "../..", "a/..", "https://x/y", "a b/c", "a/b?c", "a/b#c", "/b", "a/"]) assert.equal(weightsAt("https://hub.test", id), null, id);
});
