import assert from "node:assert/strict";
import { test } from "node:test";
import { connectBranches } from "./branching.js";

const settings = { seed: 1 };
const pieces = [{ id: 7 }];
const tokens = (/** @type {number[]} */ ...ids) => ids.map((id, step) => ({ id, piece: "", text: "", probability: 0.5, step }));

/** A page whose run has generated three tokens. */
function generated() {
  /** @type {any} */
  const seen = { trees: [], begun: [], gone: [], failed: [] };
  /** @type {any} */
  let state = { pieces, settings, tokens: tokens(1, 2, 3), at: null };
  const page = /** @type {any} */ (new EventTarget());
  const run = /** @type {any} */ ({ goto: async (/** @type {unknown} */ where) => { seen.gone.push(where); throw "no such place"; } });
  const branching = connectBranches(page, {
    state: () => state,
    run: () => run,
    along: (how) => seen.begun.push(how),
    show: (tree) => seen.trees.push(tree),
    fail: (error) => seen.failed.push(error),
    signal: new AbortController().signal,
  });
  branching.begin();
  branching.keep();
  return { seen, branching, become: (/** @type {any} */ now) => (state = now), ask: (/** @type {any} */ detail) => page.dispatchEvent(new CustomEvent("branch", { detail })) };
}

test("what has not changed is not shown again", () => {
  const { seen, branching } = generated();
  const shown = seen.trees.length;
  branching.keep();
  assert.equal(seen.trees.length, shown);
});

test("a run along a branch goes to its end, and says where it cannot", async () => {
  const { seen, branching, become, ask } = generated();
  branching.fork(1, false);
  become({ pieces, settings, tokens: tokens(1, 9), at: null });
  branching.keep();
  ask({ do: "walk", id: 1 });
  assert.deepEqual(seen.begun, [{ paused: true, settings, choices: [] }]);
  become({ pieces, settings, tokens: [], at: { stage: "prompt" } });
  branching.begin();
  branching.keep();
  assert.deepEqual(seen.gone, [{ position: 2, layer: -1, stage: "generation" }]);
  assert.equal(seen.trees.at(-1).branches.length, 2);
  await null;
  await null;
  assert.deepEqual(seen.failed, ["no such place"]);
});

test("after a run along a branch that could not begin, the next run is one of its own", () => {
  const { seen, branching, become, ask } = generated();
  branching.fork(1, false);
  become({ pieces, settings, tokens: tokens(1, 9), at: null });
  ask({ do: "walk", id: 1 });
  become({ pieces, settings: { seed: 2 }, tokens: tokens(4), at: null });
  branching.begin();
  branching.keep();
  const { branches, current } = seen.trees.at(-1);
  assert.deepEqual(branches.map((/** @type {any} */ one) => one.tokens.length), [3, 2, 1]);
  assert.equal(current, 3);
});
