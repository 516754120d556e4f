import assert from "node:assert/strict";
import test from "node:test";
import { decode, encode, plainState } from "../run/link.js";
import { createRunState } from "../run/state.js";
import { fragmentOf } from "./same.js";

Object.assign(globalThis, { document: { baseURI: "https://a.example/" } });

/** What stands for an element with these attributes. */
const element = (attributes) => ({ getAttribute: (name) => attributes[name] ?? null });
const now = { prompt: "A dog", run: null, usual: {}, step: null, breakpoints: null };

/** What the link says. */
async function said(attributes, more = {}) {
  const { state, problems } = await decode(await fragmentOf(element(attributes), { ...now, ...more }));
  assert.deepEqual(problems, []);
  return state;
}

test("before a run the link says what the attributes say, and the prompt as it stands", async () => {
  assert.deepEqual(await said({}), { ...plainState(), prompt: "A dog" });
  assert.deepEqual(await said({ prompt: "other", temperature: "0.2", "top-k": "7", seed: "4", stage: "attention.mask", layer: "2", head: "1", breakpoints: "select ln1@3", hide: 'prompt output "]' }, { own: "graph TD\n  ln1" }), {
    ...plainState(), prompt: "A dog", temperature: 0.2, topK: 7, seed: 4, at: { stage: "attention.mask", layer: 2, head: 1 },
    breakpoints: [{ stage: "select" }, { stage: "ln1", layer: 3 }], hide: ["prompt", "output"], diagram: "graph TD\n  ln1",
  });
  assert.deepEqual((await said({ stage: "constructor", breakpoints: "[" })).at, undefined);
  assert.equal((await said({}, { usual: { maxTokens: 1 } })).maxTokens, 1);
});

test("what the page's text has it show comes before the attributes", async () => {
  assert.deepEqual((await said({ stage: "select", head: "1" }, { step: { stage: "mlp", layer: 2 } })).at, { stage: "mlp", layer: 2 });
});

test("the map of a head is of attention, also when it has run", async () => {
  for (const run of [null, createRunState()]) assert.deepEqual((await said({ layer: "1", head: "2" }, { stage: "attention.mask", run })).at, { stage: "attention.mask", layer: 1, head: 2 });
});

test("of a run the link says settings, seed, breakpoints and where it stands", async () => {
  const run = createRunState();
  run.start({ temperature: 0.7, topK: 40, topP: 0.95, seed: 11, maxTokens: 5, stop: [] }, [{ id: 1, text: "A dog", bytes: new Uint8Array() }]);
  const at = { step: 0, position: 0, tokens: 1, time: 0 };
  run.add({ ...at, type: "stage", stage: "prompt", layer: -1, shape: [], values: new Float32Array(), detail: { text: "A dog" } });
  run.add({ ...at, type: "paused", reason: "goto", stage: "ln1", layer: 2, description: "" });
  const more = { run, breakpoints: [{ stage: "mlp" }] };
  assert.deepEqual(await said({ seed: "4", stage: "select" }, more), { ...plainState(), prompt: "A dog", seed: 11, maxTokens: 5, stands: { tokens: 0, stage: "ln1", layer: 2, position: 0 }, breakpoints: [{ stage: "mlp" }] });
  const [model, ran] = ["https://a.example/new.gguf", "https://a.example/old.gguf"];
  const models = await Promise.all([said({ model }, { ...more, model: ran }), said({ model }, { ...more, model: ran, prompt: "A cat" })]);
  assert.deepEqual(models.map(({ model }) => model), [ran, model], "of another model that the attribute names since, there is no run");
  const typed = await said({ seed: "4" }, { ...more, prompt: "A cat" });
  assert.deepEqual([typed.prompt, typed.seed, typed.stands], ["A cat", 4, undefined], "another prompt was typed: there is no run of it");
});

test("what the attribute link says goes on, as long as the prompt is its own", async () => {
  const first = { prompt: "A dog", seed: 3, forced: [[2, 7]], switches: [{ off: "mask" }], at: { stage: "mlp", layer: 1 } };
  const link = await encode(first);
  assert.deepEqual(await said({ link, seed: "3" }), { ...plainState(), ...first });
  assert.deepEqual(await said({ link }, { prompt: "A cat" }), { ...plainState(), prompt: "A cat" });
});
