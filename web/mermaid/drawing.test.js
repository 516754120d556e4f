import assert from "node:assert/strict";
import test from "node:test";
import { drawingOf } from "./drawing.js";

const card = (id, stage, more = {}) => ({ id, stage, part: 0, frame: false, steps: false, group: {}, ...more });
const drawing = (...cards) => drawingOf({}, { width: 1, height: 1 }, cards);

test("the card of a stage is a node rather than a frame, and of the steps the newest one's", () => {
  const { of } = drawing(card("F", "layers", { frame: true }), card("N", "layers"), ...[0, 1, 2, 3].map((part) => card(`S${part}`, "generation", { part, steps: true })));
  assert.equal(of("layers", 0).id, "N");
  assert.equal(of("generation", 2).id, "S3");
  assert.equal(of("softmax", 0), undefined);
});

test("where a stage has no card, the last one before it is near", () => {
  const { near } = drawing(card("A", "prompt"), card("Z", "append"), card("M", "mlp"));
  assert.deepEqual(["prompt", "tokenize", "ln1", "softmax", "loop"].map((stage) => near(stage, 0).id), ["A", "A", "A", "M", "Z"]);
  assert.equal(drawing(card("M", "mlp")).near("prompt", 0), undefined);
});
