import assert from "node:assert/strict";
import test from "node:test";
import { breakpointsOf, settingsOf, wholeOf, wordsOf } from "./attributes.js";

/** What stands for an element with these attributes. */
const element = (attributes) => ({ getAttribute: (name) => attributes[name] ?? null });

test("settings: options before attributes before what is usual; what is none is left out", () => {
  const settings = settingsOf(element({ temperature: "0.2", "top-k": "7", "top-p": "2", seed: "4", "max-tokens": "x" }), { seed: 9 });
  assert.deepEqual(settings, { temperature: 0.2, topK: 7, topP: 0.95, seed: 9, maxTokens: 32, stop: [] });
  const { seed } = settingsOf(element({}));
  assert.ok(Number.isSafeInteger(seed) && seed >= 0, "without one, a new one");
});

test("breakpoints: a list of stages with their layers, or JSON", () => {
  assert.deepEqual(breakpointsOf("attention.mask@2, select\n loop"), [{ stage: "attention.mask", layer: 2 }, { stage: "select" }, { stage: "loop" }]);
  assert.deepEqual(breakpointsOf('[{ "stage": "select", "condition": "probability < 0.5" }]'), [{ stage: "select", condition: "probability < 0.5" }]);
  assert.deepEqual([null, "", " \n"].map(breakpointsOf), [[], [], []]);
});

test("whole numbers and words", () => {
  assert.deepEqual(["0", " 12 ", "-1", "1.5", "x", ""].map((layer) => wholeOf(element({ layer }), "layer")), [0, 12, undefined, undefined, undefined, undefined]);
  assert.deepEqual([...wordsOf(element({ hide: "prompt, output transport" }), "hide")], ["prompt", "output", "transport"]);
  assert.equal(wordsOf(element({}), "hide").size, 0);
});
