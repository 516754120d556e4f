import assert from "node:assert/strict";
import { test } from "node:test";
import { askOf, placeOf } from "./place.js";

const pieces = Array.from({ length: 150 }, (_, id) => ({ id, text: "x", bytes: new Uint8Array() }));

/** @param {Record<string, { layer: number, position: number }>} events @param {number} position where the machine is */
const state = (events, position) =>
  /** @type {import("./place.js").Seen} */ (/** @type {unknown} */ ({
    phase: "paused", at: { position }, last: null, info: null, pieces, tokens: [], steps: [], of: (/** @type {string} */ stage) => events[stage],
  }));
const at = { layer: null, position: null, head: 2 };

test("nothing is shown of a stage that the machine has not reached, nor of a token that it has not read", () => {
  assert.equal(placeOf({ ...at, stage: "mlp" }, state({}, 149)), null);
  assert.equal(placeOf({ ...at, stage: "embed", position: 151 }, state({}, 150)), null);
});

test("what is left open is that of the newest event", () => {
  const seen = state({ mlp: { layer: 3, position: 152 } }, 152);
  assert.deepEqual(placeOf({ ...at, stage: "mlp" }, seen), { stage: "mlp", layer: 3, position: 152, head: 0, start: 152, rows: 1, window: [0, 1] });
  assert.equal(placeOf({ ...at, stage: "mlp", layer: 1 }, seen)?.layer, 1);
});

test("a token of the prompt belongs to the pass of the whole prompt, of which at most 64 rows are asked for", () => {
  const seen = state({ "attention.mask": { layer: 1, position: 149 } }, 149);
  const ask = (/** @type {number} */ position) => {
    const place = placeOf({ ...at, stage: "attention.mask", position }, seen);
    return place && askOf(place);
  };
  assert.deepEqual(ask(5), { position: 149, layer: 1, head: 2, rows: [0, 64] });
  assert.deepEqual(ask(64), { position: 149, layer: 1, head: 2, rows: [64, 128] });
  assert.deepEqual(ask(149), { position: 149, layer: 1, head: 2, rows: [128, 150] });
});

test("the row of a later token is asked for by its position", () => {
  const place = placeOf({ ...at, stage: "mlp" }, state({ mlp: { layer: 3, position: 152 } }, 152));
  assert.deepEqual(place && askOf(place), { position: 152, layer: 3, rows: [152, 153] });
});

test("where tokens are compared, the rows of all tokens before are looked at too", () => {
  const place = placeOf({ ...at, stage: "attention.mask" }, state({ "attention.mask": { layer: 3, position: 152 } }, 152));
  assert.deepEqual(place && askOf(place), { position: 152, layer: 3, head: 2, rows: [128, 153] });
});

test("what has no layers, heads or rows is not asked for them", () => {
  const place = placeOf({ ...at, stage: "head" }, state({ head: { layer: -1, position: 149 } }, 149));
  assert.deepEqual(place && askOf(place), { position: 149 });
  const asked = placeOf({ ...at, stage: "head", position: 3 }, state({ head: { layer: -1, position: 149 } }, 149));
  assert.equal(asked?.position, 149, "the logits of a pass are those of its newest token");
});
