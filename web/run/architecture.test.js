import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { test } from "node:test";
import { bytesOf, known, partsOf, shapeOf, totalOf } from "./architecture.js";

/** @param {string} name */
const parametersOf = (name) => totalOf(partsOf(/** @type {(typeof known)[0]} */ (known.find((one) => one.name === name)).shape, 1)).parameters;

test("parameters are those that are published", () => {
  assert.equal(parametersOf("GPT-2 small"), 124439808);
  assert.equal(parametersOf("GPT-2 medium"), 354823168);
  assert.equal(parametersOf("GPT-2 large"), 774030080);
  assert.equal(parametersOf("GPT-2 XL"), 1557611200);
  assert.equal(Math.round(parametersOf("GPT-3 175B") / 1e9), 175);
  assert.ok(Math.abs(parametersOf("Transformer base") / 65e6 - 1) < 0.04); // "65 x 10^6", of a vocabulary that is not stated to the token
});

/** The default model, see models/README.md. */
const tiny = /** @type {import("../vitrine.d.ts").EngineInfo} */ (
  /** @type {unknown} */ ({ layers: 6, heads: 6, embedding: 192, feedForward: 768, context: 256, vocabulary: 8192, position: "learned", tiedHead: true })
);

test("a head that is a link has no weights of its own, and does its work all the same", () => {
  const shape = shapeOf(tiny);
  const [tied, untied] = [true, false].map((tied) => partsOf({ ...shape, tied }, 10).find(({ name }) => name === "head"));
  assert.deepEqual([tied?.parameters, untied?.parameters], [0, shape.vocabulary * shape.embedding]);
  assert.equal(tied?.multiplyAdds, untied?.multiplyAdds);
  assert.equal(partsOf({ ...shape, learned: false }, 10).some(({ name }) => name === "positions"), false);
});

test("attention alone grows with what is in the cache: two products for each token and channel", () => {
  const shape = shapeOf(tiny);
  const [short, long] = [1, 101].map((tokens) => partsOf(shape, tokens));
  for (const [i, { name, multiplyAdds }] of short.entries()) {
    assert.equal(long[i].multiplyAdds - multiplyAdds, name === "attention" ? 2 * 100 * shape.embedding * shape.layers : 0, name);
  }
});

test("bytes are those of the file's format", () => {
  const part = { name: /** @type {const} */ ("mlp"), parameters: 3300, matrix: 3200, multiplyAdds: 0 };
  assert.equal(bytesOf(part, "Q8_0"), 100 * 34 + 400);
  assert.equal(bytesOf(part, "F16"), 6400 + 400);
  assert.equal(bytesOf(part, "Q4_K"), null);
  const weights = partsOf(shapeOf(tiny), 1).reduce((sum, one) => sum + Number(bytesOf(one, "Q8_0")), 0);
  const file = statSync(new URL("../../models/vitrine-tiny-q8_0.gguf", import.meta.url)).size;
  const others = file - weights; // the tokenizer, and the names and shapes of the tensors
  assert.ok(others > 0 && others < 300000, `${others}`);
});
