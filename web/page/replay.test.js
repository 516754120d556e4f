import assert from "node:assert/strict";
import { test } from "node:test";
import { plainState } from "../run/link.js";
import { runAgain } from "./replay.js";

const settings = { temperature: 0.7, topK: 40, topP: 0.95, seed: 5, maxTokens: 9, stop: [] };

/** Runs a link's state on an engine that gives each token its place as id. @param {any} more */
async function again(more) {
  /** @type {any} */
  const seen = { generated: [], places: [], resumed: 0, looked: 0 };
  /** @type {any} */
  const engine = {
    tokenize: async () => [{ id: 1 }, { id: 2 }, { id: 3 }],
    async *generate(/** @type {string} */ prompt, /** @type {any} */ options) {
      seen.generated.push([prompt, options.seed, options.maxTokens, options.choices, options.switches]);
      for (let step = 0; step < options.maxTokens; step++) yield { type: "token", id: 10 + step, piece: "t", text: "t", probability: 0.5, step, position: 3 + step };
    },
  };
  const run = /** @type {any} */ ({ goto: async (/** @type {any} */ where) => seen.places.push(where), resume: () => seen.resumed++ });
  await runAgain({ ...plainState(), prompt: "Hi", ...more }, settings, {
    engine,
    replace: (tree, leads) => Object.assign(seen, { tree, leads }),
    start: (how) => (seen.how = how),
    look: () => seen.looked++,
    signal: new AbortController().signal,
  });
  await seen.leads(run);
  return seen;
}

test("a run is led past what was generated, and then to where it stood, or on to its end", async () => {
  const stood = await again({ forced: [[4, 7]], stands: { tokens: 3, stage: "mlp", layer: 2, position: 3 } });
  assert.deepEqual(stood.places, [{ position: 4, layer: -1, stage: "generation" }, { position: 3, layer: 2, stage: "mlp" }]);
  assert.deepEqual([stood.resumed, stood.looked], [0, 1]);
  assert.deepEqual(stood.how, { prompt: "Hi", settings, paused: true, choices: [{ position: 4, id: 7 }], switches: [] });
  const ended = await again({ stands: { tokens: 1, ended: true }, switches: [{ off: "mask" }] });
  assert.deepEqual([ended.places, ended.resumed, ended.how.cache], [[{ position: 2, layer: -1, stage: "generation" }], 1, false]);
  assert.deepEqual((await again({ stands: { tokens: 0, stage: "final", position: 2 } })).places, [{ position: 2, layer: -1, stage: "final" }]);
});

test("branches are generated again, each with its own settings and choices; that of the run grows with it", async () => {
  const { generated, tree, how } = await again({
    stands: { tokens: 2, ended: true },
    branch: 1,
    switches: [{ off: "position" }],
    branches: [
      { parent: -1, from: 0, tokens: 2, name: "", forced: [], settings: { seed: 9 } },
      { parent: 0, from: 1, tokens: 2, name: "mine", forced: [], settings: {} },
      { parent: 7, from: 1, tokens: 3, name: "", forced: [[4, 8]], switches: [{ off: "mask" }], settings: {} },
    ],
  });
  assert.deepEqual(generated, [["Hi", 9, 2, [], []], ["Hi", 5, 3, [{ position: 4, id: 8 }], [{ off: "mask" }]]]);
  assert.deepEqual(tree.branches.map((/** @type {any} */ { switches }) => switches), [[], [{ off: "position" }], [{ off: "mask" }]]);
  assert.deepEqual(tree.branches.map((/** @type {any} */ { id, parent, from, name, tokens }) => [id, parent, from, name, tokens.map((/** @type {any} */ { id }) => id)]), [[1, -1, 0, "", [10, 11]], [2, 1, 1, "mine", []], [3, -1, 1, "", [10, 11, 12]]]);
  assert.deepEqual([tree.current, tree.next, tree.prompt], [2, 4, "1,2,3"]);
  assert.equal(tree.branches[1].settings, how.settings, "by which the page knows the run of the branch");
});
