import assert from "node:assert/strict";
import test from "node:test";
import { attributesIn, callOf, toldOf } from "./messages.js";

test("a call: options as the element itself takes them, and an id where it has one", () => {
  const call = { vitrine: 1, call: "run" };
  assert.deepEqual(callOf({ ...call, id: 3, options: { temperature: "0,5", seed: undefined, topK: "", maxTokens: "4", topP: null, prompt: "" } }), { call: "run", id: 3, options: { temperature: 0.5, maxTokens: 4, prompt: "" } });
  assert.deepEqual(callOf(call), { call: "run", id: undefined, options: {} });
  assert.equal(callOf({ ...call, id: "3" })?.id, undefined);
});

test("a call that is refused: what is wrong, for who waits for an answer", () => {
  const wrong = { temperature: "warm", seed: -1, layer: "2", onclick: "x", toString: 1 };
  for (const [name, options] of [...Object.entries(wrong).map(([name, value]) => [name, { [name]: value }]), ["options", "x"], ["options", 7]]) {
    assert.equal(callOf({ vitrine: 1, call: "run", options }), null);
    assert.deepEqual(callOf({ vitrine: 1, call: "run", options, id: 5 }), { id: 5, wrong: `run: it takes no option ${name} of this value` });
  }
  assert.equal(callOf({ vitrine: 1, call: "close", id: 5 }), null);
});

test("attributes: texts, or null for one that is taken away", () => {
  assert.deepEqual(attributesIn({ vitrine: 1, attributes: { theme: "dark", height: null, seed: 1, prompt: {} } }), [["theme", "dark"], ["height", null]]);
  assert.deepEqual(attributesIn({ vitrine: 1, attributes: { prompt: "a".repeat(1 << 18) } }), []);
  for (const data of [null, 7, { attributes: { theme: "dark" } }, { vitrine: 1 }, { vitrine: 1, attributes: ["theme"] }]) assert.deepEqual(attributesIn(data), []);
});

test("an answer: of which call, with its value or an error", () => {
  assert.deepEqual(toldOf({ vitrine: 1, type: "answered", id: 2, value: [1] }), { type: "answered", id: 2, value: [1], error: undefined });
  assert.deepEqual(toldOf({ vitrine: 1, type: "answered", id: 2, error: "why" }), { type: "answered", id: 2, value: undefined, error: "why" });
  assert.deepEqual(toldOf({ vitrine: 1, type: "answered", id: NaN, error: {} }), { type: "answered", id: undefined, value: undefined, error: undefined });
});
