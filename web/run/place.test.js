import assert from "node:assert/strict";
import test from "node:test";
import { passOf, placeOf } from "./place.js";

const base = { at: null, last: null, pieces: Array(5).fill({ id: 1 }), info: { layers: 6, context: 256 }, settings: { maxTokens: 32 } };
const event = { stage: "attention", layer: 2, step: 4, position: 8 };

test("says which layer and token of how many", () => {
  assert.deepEqual(placeOf({ ...base, last: event }), { stage: "attention", layer: { n: 3, of: 6 }, head: null, token: { n: 5, of: 32 }, position: 9, reason: null });
  assert.deepEqual(placeOf({ ...base, last: { ...event, step: 0, layer: -1 } }).layer, null);
  assert.equal(placeOf(base), null);
});

test("says whose head's numbers a stage of attention reports", () => {
  const info = { ...base.info, heads: 4 };
  const last = { ...event, detail: { head: 1 } };
  assert.deepEqual(placeOf({ ...base, info, last }).head, { n: 2, of: 4 });
  assert.equal(placeOf({ ...base, info, last, at: { ...event, stage: "residual1", reason: "step" } }).head, null);
});

test("where it stands comes before what it did last, with the reason", () => {
  const place = placeOf({ ...base, last: event, at: { ...event, stage: "decode", layer: -1, reason: "breakpoint" } });
  assert.equal(place.stage, "decode");
  assert.equal(place.reason, "breakpoint");
});

test("counts no more tokens than the context has room for: a full one predicts one more", () => {
  assert.equal(placeOf({ ...base, last: event, info: { layers: 6, context: 8 } }).token.of, 4);
});

test("a generated token is chosen by the pass before its position; a prompt's token is read by its own", () => {
  assert.equal(passOf(5, 5), 4);
  assert.equal(passOf(9, 5), 8);
  assert.equal(passOf(4, 5), 4);
  assert.equal(passOf(0, 5), 0);
});
