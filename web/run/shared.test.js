import assert from "node:assert/strict";
import { test } from "node:test";
import { begin, change, fork, noTree, record, walk } from "./branches.js";
import { linkOf } from "./shared.js";

const settings = { temperature: 0.7, topK: 40, topP: 0.95, seed: 5, maxTokens: 9, stop: ["."] };
const pieces = /** @type {any[]} */ ([{ id: 1 }, { id: 2 }, { id: 3 }]);
const tokens = (/** @type {number[]} */ ...ids) => ids.map((id, step) => /** @type {any} */ ({ id, piece: "", text: "", probability: 0.5, step, position: 3 + step }));

/** @param {any} state @param {any} [more] */
function seen(state, { tree = record(begin(noTree, pieces, settings), state.tokens), ...more } = {}) {
  return linkOf(/** @type {any} */ ({
    model: "tiny", prompt: "Hi", read: "Hi", typed: { ...settings, seed: undefined, topK: 1 }, tree, switches: [], chosen: null, breakpoints: [], at: undefined, diagram: "", hide: [],
    ...more,
    state: { pieces, settings, at: null, done: null, phase: "paused", ...state },
  }));
}

test("a run goes into the link with its seed and how far it came", () => {
  const done = seen({ tokens: tokens(7, 8), done: { finishReason: "eos" } });
  assert.deepEqual([done.seed, done.topK, done.stands, done.forced, done.branches], [5, 40, { tokens: 2, ended: true }, [], []]);
  const at = { stage: "mlp", layer: 2, position: 4, step: 1, reason: "pause" };
  assert.deepEqual(seen({ tokens: tokens(7), at }).stands, { tokens: 1, stage: "mlp", position: 4, layer: 2 });
  assert.deepEqual(seen({ tokens: tokens(7), at: { ...at, stage: "final", layer: -1 } }).stands, { tokens: 1, stage: "final", position: 4 });
  for (const stopped of [{ done: { finishReason: "aborted" } }, { phase: "running" }]) {
    assert.deepEqual(seen({ tokens: tokens(7, 8, 9), ...stopped }).stands, { tokens: 3, stage: "generation", position: 4 });
  }
  assert.deepEqual(seen({ tokens: [], phase: "running" }).stands, { tokens: 0, stage: "prompt", position: 0 });
});

test("what the fields hold goes into it where there is no run, or of another prompt", () => {
  for (const link of [seen({ tokens: tokens(7) }, { prompt: "Other" }), seen({ tokens: [], pieces: [], settings: null })]) {
    assert.deepEqual([link.seed, link.topK, link.stands], [undefined, 1, undefined]);
  }
  assert.equal(seen({ tokens: [], pieces: [], settings: null }, { typed: null }).topK, undefined);
});

test("chosen tokens and branches go into it; with switches, all tokens", () => {
  let tree = record(begin(noTree, pieces, settings), tokens(7, 8, 9));
  tree = fork(tree, 1);
  const now = tokens(7, 4);
  now[1].forced = true;
  tree = record(tree, now);
  const at = { stage: "select", layer: -1, position: 5, step: 2, reason: "pause" };
  const link = seen({ tokens: now, at }, { tree, chosen: { position: 5, id: 6 } });
  assert.deepEqual(link.forced, [[4, 4], [5, 6]], "also one whose token has not come yet");
  assert.deepEqual(seen({ tokens: now, at }, { tree, chosen: { position: 4, id: 4 } }).forced, [[4, 4]]);
  assert.equal(link.branch, 1);
  assert.deepEqual(link.branches, [
    { parent: -1, from: 0, tokens: 3, name: "", forced: [], settings: {} },
    { parent: 0, from: 1, tokens: 2, name: "", forced: [], settings: {} },
  ]);
  const switches = /** @type {any[]} */ ([{ off: "position" }]);
  const switched = change(tree, 2, switches);
  assert.deepEqual(seen({ tokens: now }, { tree: switched, switches }).forced, [[3, 7], [4, 4]]);
  const [first, second] = seen({ tokens: tokens(7, 8, 9) }, { tree: walk(switched, 1) }).branches ?? [];
  assert.deepEqual([first.switches, second.switches, second.forced], [undefined, switches, [[3, 7], [4, 4]]], "also of a branch that the run is not on");
  const other = begin(tree, pieces, { ...settings, seed: 9, stop: [] });
  assert.deepEqual(seen({ tokens: [], settings: { ...settings, seed: 9, stop: [] } }, { tree: other }).branches?.[0].settings, { seed: 5, stop: ["."] });
});
