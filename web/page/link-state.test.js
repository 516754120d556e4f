import assert from "node:assert/strict";
import { test } from "node:test";
import { begin, noTree } from "../run/branches.js";
import { createRunState } from "../run/state.js";
import { watchState } from "./link-state.js";

const settings = { temperature: 0, topK: 0, topP: 1, seed: 1, maxTokens: 8, stop: [] };
const pieces = /** @type {any[]} */ ([{ id: 1 }, { id: 2 }]);

/** A page whose run stands before its first token. */
function standing() {
  const state = createRunState();
  const session = /** @type {any} */ (Object.assign(new EventTarget(), { info: null, prompt: "Hi", state, run: null }));
  const page = /** @type {any} */ (new EventTarget());
  const views = /** @type {any} */ ({
    page,
    prompt: { value: () => "Hi" },
    sampling: { now: () => null },
    inspector: { asked: null },
    controls: { tree: () => begin(noTree, pieces, settings), breakpoints: () => [] },
  });
  const own = watchState(session, views, { diagram: "", signal: new AbortController().signal });
  const run = () => {
    session.run = {};
    state.start(settings, pieces);
    state.add(/** @type {any} */ ({ type: "paused", reason: "step", stage: "select", layer: -1, position: 1, step: 0 }));
  };
  run();
  return {
    run,
    choose: (/** @type {number} */ position) => page.dispatchEvent(new CustomEvent("choose", { detail: { position, id: 7 } })),
    tell: (/** @type {any[]} */ events) => session.dispatchEvent(new CustomEvent("events", { detail: events })),
    forced: () => own.state().forced,
  };
}

test("a token that somebody chose goes into the link of this run alone", () => {
  const { run, choose, forced } = standing();
  assert.deepEqual(forced(), []);
  choose(2);
  assert.deepEqual(forced(), [[2, 7]]);
  run();
  assert.deepEqual(forced(), []);
});

test("and not when the run has forgotten what was chosen", () => {
  const { choose, tell, forced } = standing();
  choose(2);
  tell([{ type: "rewound", reason: "goto", step: 0, position: 2 }]);
  assert.deepEqual(forced(), [[2, 7]], "which a run that goes back does not");
  tell([{ type: "rewound", reason: "rewind", step: 1, position: 3 }]);
  assert.deepEqual(forced(), [[2, 7]]);
  tell([{ type: "rewound", reason: "rewind", step: 0, position: 2 }]);
  assert.deepEqual(forced(), []);
});
