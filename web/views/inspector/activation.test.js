import assert from "node:assert/strict";
import { test } from "node:test";
import { activations, strongest } from "./activation.js";

test("the curves go through the values that PyTorch gives", () => {
  // torch.nn.functional.gelu(x, approximate="tanh"), gelu(x) and relu(x) of 1.13, float64
  for (const [x, tanh, gelu, relu] of [[-3, -0.00363739, -0.00404969, 0], [-1, -0.158808, -0.158655, 0], [0, 0, 0, 0], [0.5, 0.345714, 0.345731, 0.5], [2, 1.9546, 1.9545, 2]]) {
    for (const [name, want] of /** @type {const} */ ([["gelu_new", tanh], ["gelu", gelu], ["relu", relu]])) {
      const got = activations[name](x);
      assert.ok(Math.abs(got - want) < 1e-5, `${name}(${x}) is ${got}, not ${want}`);
    }
  }
});

test("the strongest units are those with the largest activation, whatever its sign", () => {
  assert.deepEqual(strongest([0.1, -3, 2, 2, 0], 3), [1, 2, 3]);
});
