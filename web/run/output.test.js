import assert from "node:assert/strict";
import test from "node:test";
import { cutOf, outputOf, textOf } from "./output.js";
import { createRunState } from "./state.js";

const settings = { temperature: 0, topK: 0, topP: 1, seed: 1, maxTokens: 8, stop: ["END"] };
const piece = (id, text, bytes = [...new TextEncoder().encode(text)], more = {}) => ({ id, text, bytes: Uint8Array.from(bytes), ...more });
const token = (step, text, more = {}) => ({ type: "token", id: 10 + step, text, piece: text, probability: 0.5, step, position: 2 + step, ...more });
const done = (finishReason, text) => ({ type: "done", text, ids: [], promptIds: [], finishReason, tokensPerSecond: 1, promptMs: 1 });

/** The output of a run with these pieces and events. */
function output(pieces, ...events) {
  const state = createRunState();
  state.start(settings, pieces);
  for (const event of events) state.add(event);
  return outputOf(state);
}

test("tokens are those of the prompt, then those of the run", () => {
  const all = output([piece(1, "Hi"), piece(2, "<|end|>", undefined, { special: true })], token(0, " you"));
  assert.deepEqual(all.map(({ position, id, text, probability, special }) => [position, id, text, probability, special]), [
    [0, 1, "Hi", null, false],
    [1, 2, "<|end|>", null, true],
    [2, 10, " you", 0.5, false],
  ]);
  assert.equal(textOf(all), "Hi<|end|> you");
});

test("a part of a character shows its bytes, and the last part the character", () => {
  const [first, last, ...rest] = output([piece(1, "\ufffd", [0xe4, 0xbd]), piece(2, "\ufffd", [0xa0])], token(0, "", { piece: "\ufffd", bytes: [0xe5] }), token(1, "好", { piece: "\ufffd", bytes: [0xa5, 0xbd] }));
  assert.deepEqual([first.text, [...first.bytes], last.text, [...last.bytes]], ["", [0xe4, 0xbd], "你", []]);
  assert.deepEqual(rest.map(({ text, bytes }) => [text, [...bytes]]), [["", [0xe5]], ["好", []]]);
});

test("a stop text is no part of the result, also where it begins inside a token", () => {
  const tokens = [token(0, "a"), token(1, "", { piece: " bEN" }), token(2, "", { piece: "D!" })];
  const all = output([piece(1, "x")], ...tokens, done("stop", "a b"));
  assert.deepEqual(all.map(({ kept }) => kept), [1, 1, 2, 0]);
  assert.deepEqual([textOf(all), cutOf(all)], ["xa b", "END!"]);
  assert.equal(cutOf(output([piece(1, "x")], ...tokens, done("length", "a b"))), "", "only a run that a stop text ended has one");
});

test("a token that is ahead says so", () => {
  const all = output([piece(1, "x")], token(0, "a"), token(1, "b"), { type: "rewound", position: 2, step: 1, reason: "goto" });
  assert.deepEqual(all.map(({ ahead }) => ahead), [false, false, true]);
});
