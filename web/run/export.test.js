import assert from "node:assert/strict";
import { test } from "node:test";
import { share } from "../i18n/share-en.js";
import { begin, change, fork, noTree, record } from "./branches.js";
import { runAsJSON, transcriptOf } from "./export.js";

const settings = { temperature: 0.7, topK: 40, topP: 0.95, seed: 5, maxTokens: 9, stop: ["\n"] };
const pieces = [{ id: 1, text: "Hi", bytes: new Uint8Array([72, 105]) }, { id: 2, text: "\uFFFD", bytes: new Uint8Array([0xe2]) }];
const token = (/** @type {number} */ step, /** @type {number} */ id, /** @type {any} */ more = {}) => ({ step, id, position: 2 + step, piece: ` t${id}`, text: ` t${id}`, probability: Math.fround(0.1 * (step + 1)), ...more });

function told() {
  let tree = record(begin(noTree, pieces, settings), /** @type {any} */ ([token(0, 7), token(1, 8)]));
  tree = change(tree, 2, [{ off: "mlp", layer: 1 }]);
  const now = [token(0, 7), token(1, 9, { forced: true }), token(2, 8, { ahead: true })];
  tree = record(fork(tree, 1), /** @type {any} */ (now));
  const info = { name: "tiny", architecture: "gpt2", parameters: 12, bytes: 34, weights: "Q8_0", layers: 2, heads: 2, embedding: 4, context: 16, vocabulary: 32, url: "x" };
  const state = { pieces, settings, tokens: now, done: null, at: { stage: "mlp", layer: 1, position: 3, reason: "pause", step: 1 } };
  return runAsJSON(/** @type {any} */ ({ info, state, prompt: "Hi…", tree, switches: [{ off: "position" }], link: "https://here.example/#v1.a" }));
}

test("a run as JSON has every number as the engine gave it, and nothing that is ahead", () => {
  const run = JSON.parse(JSON.stringify(told()));
  assert.deepEqual([run.format, run.version, run.link, run.model.name, run.finishReason], ["vitrine.run", 1, "https://here.example/#v1.a", "tiny", null]);
  assert.deepEqual(run.prompt, { text: "Hi…", tokens: [{ position: 0, id: 1, text: "Hi" }, { position: 1, id: 2, text: "\uFFFD", bytes: [0xe2] }] });
  assert.deepEqual(run.tokens, [{ position: 2, id: 7, text: " t7", probability: Math.fround(0.1) }, { position: 3, id: 9, text: " t9", probability: Math.fround(0.2), forced: true }]);
  assert.deepEqual(run.stands, { stage: "mlp", layer: 1, position: 3, reason: "pause" });
  assert.deepEqual(run.branches.map((/** @type {any} */ { id, parent, from, current, switches, tokens }) => [id, parent, from, current, switches.length, tokens.length]), [[1, -1, 0, false, 1, 2], [2, 1, 1, true, 1, 2]]);
  assert.deepEqual(run.settings, settings);
});

test("a transcript says the settings, each token with its probability, and the other branches", () => {
  const text = transcriptOf(told(), share.transcript);
  for (const line of [
    "Settings: temperature 0.7, top-k 40, top-p 0.95, seed 5, at most 9 new tokens", 'Stop sequence: "\\n"', 'Switched: {"off":"position"}', "Paused at: mlp, layer 2, position 3",
    "Link: https://here.example/#v1.a", '       0      1                  "Hi"', '       2      7     0.100000001  " t7"', '       3      9     0.200000003  " t9" (chosen)', "Branch 1, from step 1 on:", 'Switched: {"off":"mlp","layer":1}', '       3      8     0.200000003  " t8"',
  ]) assert.ok(text.split("\n").includes(line), `${line}\n\n${text}`);
  assert.equal(transcriptOf({ ...told(), link: null }, share.transcript), text.replace(/^Link: .*\n/m, ""), "a run that is more than a link holds");
});
