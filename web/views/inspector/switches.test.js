import assert from "node:assert/strict";
import test from "node:test";
import { has, same } from "../../run/switched.js";
import { silent, switchesAt, toggled } from "./switches.js";

const info = /** @type {any} */ ({ activation: "gelu_new" });
const at = (/** @type {any} */ stage, layer = 2, head = 1) => switchesAt(stage, { layer, head }, info);

test("each stage offers what it can be without", () => {
  assert.deepEqual(at("position", -1), [{ off: "position" }]);
  assert.deepEqual(at("attention.qkv"), [{ off: "head", layer: 2, head: 1 }, { off: "attention", layer: 2 }]);
  assert.deepEqual(at("attention.mask").at(-1), { off: "mask" });
  assert.deepEqual(at("mlp"), [{ off: "mlp", layer: 2 }, { activation: "gelu" }, { activation: "relu" }]);
  assert.deepEqual(at("residual1"), [{ off: "attention", layer: 2 }]);
  assert.deepEqual(at("mlp", -1), []);
  assert.deepEqual(at("softmax", -1), []);
});

test("a switch goes on and off, whatever the order of its fields", () => {
  const list = toggled([{ off: "mask" }], { off: "head", layer: 1, head: 0 });
  assert.ok(has(list, /** @type {any} */ ({ head: 0, layer: 1, off: "head" })));
  assert.deepEqual(toggled(list, { off: "mask" }), [{ off: "head", layer: 1, head: 0 }]);
  assert.ok(same(list, [{ off: "head", layer: 1, head: 0 }, { off: "mask" }]));
  assert.ok(!same(list, [{ off: "mask" }]));
});

test("there is one activation", () => {
  assert.deepEqual(toggled([{ activation: "relu" }], { activation: "gelu" }), [{ activation: "gelu" }]);
});

test("attention adds nothing where it is off, or all its heads are", () => {
  const heads = (/** @type {number[]} */ ...off) => off.map((head) => /** @type {const} */ ({ off: "head", layer: 1, head }));
  assert.ok(silent([{ off: "attention", layer: 1 }], 1, 3));
  assert.ok(silent(heads(0, 1, 2), 1, 3));
  assert.ok(silent([...heads(0, 2), { scale: 0, layer: 1, head: 1 }], 1, 3));
  assert.ok(!silent([...heads(0, 2), { scale: 0.5, layer: 1, head: 1 }], 1, 3));
  assert.ok(!silent(heads(0, 2), 1, 3));
  assert.ok(!silent(heads(0, 1, 2), 2, 3));
});
