import assert from "node:assert/strict";
import test from "node:test";
import { costOf, spread, stagesOf } from "./costs.js";

const one = (/** @type {any} */ stage, /** @type {number} */ layer, /** @type {number} */ n) => ({ stage, layer, multiplyAdds: n, weightBytes: 2 * n, cacheBytes: 3 * n, ms: n / 4 });
const stages = [one("embed", -1, 1), one("layers", 0, 0), one("attention", 0, 0), one("attention.qkv", 0, 10), one("attention.mix", 0, 100), one("mlp", 0, 1000), one("layers", 1, 0), one("attention.qkv", 1, 20), one("mlp", 1, 2000), one("head", -1, 5)];
const cost = /** @type {import("../../vitrine.d.ts").Cost} */ ({ position: 3, tokens: 1, multiplyAdds: 3136, weightBytes: 6272, cacheBytes: 9408, ms: 784, stages });

test("a stage takes what it takes in all layers, and what the stages take that it contains", () => {
  assert.deepEqual(costOf(cost, "mlp"), { multiplyAdds: 3000, weightBytes: 6000, cacheBytes: 9000, ms: 750 });
  assert.equal(costOf(cost, "attention").multiplyAdds, 130);
  assert.equal(costOf(cost, "layers").multiplyAdds, 3130);
  assert.equal(costOf(cost, null).multiplyAdds, 3136);
});

test("the stages of a step are those that contain no others, and add up to it", () => {
  assert.deepEqual(stagesOf(cost), ["embed", "attention.qkv", "attention.mix", "mlp", "head"]);
  for (const figure of /** @type {const} */ (["multiplyAdds", "ms"])) assert.equal(stagesOf(cost).reduce((sum, stage) => sum + costOf(cost, stage)[figure], 0), cost[figure]);
});

test("places are evenly apart, with both ends", () => {
  assert.deepEqual(spread(3, 6, 16), [3, 4, 5, 6]);
  assert.deepEqual(spread(0, 100, 5), [0, 25, 50, 75, 100]);
  assert.deepEqual(spread(7, 7, 16), [7]);
});
