import assert from "node:assert/strict";
import test from "node:test";
import { firstOf, switched } from "../i18n/switches-en.js";
import { createRunState } from "./state.js";
import { switchedAt } from "./switched.js";

/** @type {import("../vitrine.d.ts").Switch[]} */
const all = [
  { off: "head", layer: 1, head: 3 }, { off: "attention", layer: 0 }, { off: "mlp", layer: 5 }, { off: "mask" }, { off: "position" },
  { scale: 0.5, layer: 2, head: 0 }, { activation: "relu" },
];

test("each switch is seen at the stages that do it, and at those that contain them", () => {
  const at = (/** @type {any} */ stage) => switchedAt(all, stage).map((one) => all.indexOf(one));
  assert.deepEqual(at("attention"), [0, 1, 5]);
  assert.deepEqual(at("attention.mix"), [0, 1, 5]);
  assert.deepEqual(at("attention.mask"), [3]);
  assert.deepEqual(at("mlp"), [2, 6]);
  assert.deepEqual(at("position"), [4]);
  assert.deepEqual(at("layers"), [0, 1, 2, 5]);
  assert.deepEqual(at("softmax"), []);
});

test("each switch has words, which count from 1", () => {
  const words = all.map(switched);
  assert.deepEqual(words, ["Head 4 of layer 2 off", "Attention of layer 1 off", "MLP of layer 6 off", "Causal mask off", "Position embedding off", "Head 1 of layer 3 times 0.5", "ReLU instead"]);
  assert.equal(firstOf(words), "Head 4 of layer 2 off, 6 more");
  assert.equal(firstOf(words.slice(3, 4)), "Causal mask off");
  assert.equal(firstOf([]), "");
});

test("a run begins with nothing switched", () => {
  const state = createRunState();
  state.switches = all;
  state.start({ temperature: 0, topK: 0, topP: 1, seed: 0, maxTokens: 1, stop: [] }, []);
  assert.deepEqual(state.switches, []);
});
