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
  let state = { pieces, settings, switches: [], tokens: tokens(1, 2, 3), at: null };
  const page = /** @type {any} */ (new EventTarget());
  const run = /** @type {any} */ ({ switches: [], goto: async (/** @type {unknown} */ where) => { seen.gone.push(where); throw "no such place"; } });
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
  return { seen, branching, switched: (/** @type {any} */ ...switches) => ((run.switches = switches), page.dispatchEvent(new CustomEvent("switched"))), become: (/** @type {any} */ now) => (state = now), ask: (/** @type {any} */ detail) => page.dispatchEvent(new CustomEvent("branch", { detail })) };
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
  become({ pieces, settings, switches: [], tokens: tokens(1, 9), at: null });
  branching.keep();
  ask({ do: "walk", id: 1 });
  assert.deepEqual(seen.begun, [{ paused: true, settings, choices: [], switches: [] }]);
  become({ pieces, settings, switches: [], tokens: [], at: { stage: "prompt" } });
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
  become({ pieces, settings, switches: [], tokens: tokens(1, 9), at: null });
  ask({ do: "walk", id: 1 });
  become({ pieces, settings: { seed: 2 }, switches: [], tokens: tokens(4), at: null });
  branching.begin();
  branching.keep();
  const { branches, current } = seen.trees.at(-1);
  assert.deepEqual(branches.map((/** @type {any} */ one) => one.tokens.length), [3, 2, 1]);
  assert.equal(current, 3);
});

test("a branch that switched parts of the model is walked with them, along all of its tokens", () => {
  const { seen, branching, become, ask, switched } = generated();
  switched({ off: "mask" });
  become({ pieces, settings, switches: [], tokens: tokens(4), at: null });
  branching.begin(); // another run, which switches nothing
  branching.keep();
  ask({ do: "walk", id: 1 });
  const choices = [1, 2, 3].map((id, step) => ({ position: 1 + step, id }));
  assert.deepEqual(seen.begun, [{ paused: true, settings, choices, switches: [{ off: "mask" }], cache: false }]);
  assert.deepEqual(branching.tree().branches.map(({ switches, tokens }) => [switches.length, tokens.length]), [[1, 3], [0, 1]]);
});

test("what lies ahead of a run that switches stays as it was, and a run that begins with switches keeps them", () => {
  const { branching, become, switched } = generated();
  const ahead = tokens(1, 2, 3).map((token, step) => ({ ...token, ahead: step > 0 }));
  become({ pieces, settings, switches: [], tokens: ahead, at: { stage: "mlp" } });
  switched({ off: "position" });
  become({ pieces, settings, switches: [{ off: "position" }], tokens: tokens(1, 8), at: null });
  const texts = () => branching.tree().branches.map(({ switches, tokens }) => [switches.length, tokens.map(({ id }) => id)]);
  assert.deepEqual(texts(), [[0, [1, 2, 3]], [1, [1, 8]]]);
  become({ pieces, settings, switches: [{ off: "position" }], tokens: [], at: null });
  branching.begin();
  assert.deepEqual(texts().at(-1), [1, []]);
});
