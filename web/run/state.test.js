import assert from "node:assert/strict";
import test from "node:test";
import { createRunState } from "./state.js";

const settings = { temperature: 0, topK: 0, topP: 1, seed: 1, maxTokens: 8, stop: [] };
const pieces = [{ id: 1, text: "a", bytes: Uint8Array.of(97) }, { id: 2, text: "b", bytes: Uint8Array.of(98) }];

const stage = (name, step = 0, more = {}) => ({ type: "stage", stage: name, step, layer: -1, position: 1 + step, tokens: 1, time: 0, shape: [], values: new Float32Array(0), detail: null, ...more });
const token = (step, id = 10 + step) => ({ type: "token", id, text: `t${id}`, piece: `t${id}`, probability: 0.5, step, position: 2 + step });
const generation = (step) => stage("generation", step, { detail: { step, context: "", text: "", id: 10 + step, probability: 0.5 } });
const paused = (name, step = 0, reason = "step") => ({ type: "paused", reason, description: "", stage: name, layer: -1, position: 1 + step, step, tokens: 1, breakpoints: [] });
const rewound = (step, reason) => ({ type: "rewound", position: pieces.length + step, step, reason });
const done = { type: "done", text: "", ids: [], promptIds: [1, 2], finishReason: "length", tokensPerSecond: 1, promptMs: 1 };

/** A run of whole steps, which has ended with `ends`. */
function run(steps, ends = true) {
  const state = createRunState();
  state.start(settings, pieces);
  state.add(stage("prompt"));
  state.add(stage("tokenize"));
  for (let step = 0; step < steps; step++) for (const event of pass(step)) state.add(event);
  if (ends) state.add(done);
  return state;
}

const pass = (step) => [stage("ids", step), stage("head", step), stage("select", step), token(step), generation(step)];
const ids = (state) => state.tokens.map(({ id, ahead }) => (ahead ? -id : id));

test("a run is waited for, begins, and ends", () => {
  const state = createRunState();
  assert.equal(state.phase, "idle");
  state.wait();
  assert.equal(state.phase, "waiting");
  state.start(settings, pieces);
  assert.deepEqual([state.phase, state.settings, state.pieces], ["running", settings, pieces]);
  for (const event of pass(0)) state.add(event);
  assert.equal(state.current, "generation");
  assert.deepEqual(state.tokens.map(({ step, position }) => [step, position]), [[0, 2]]);
  state.add(done);
  assert.deepEqual([state.phase, state.done, state.current], ["ended", done, null]);
});

test("what was shown stays while the next run waits, also where that one never begins", () => {
  const state = run(2);
  state.wait();
  assert.deepEqual(ids(state), [10, 11]);
  state.end(false);
  assert.deepEqual([state.phase, ids(state)], ["ended", [10, 11]]);
  const other = createRunState();
  other.wait();
  other.end(false);
  assert.equal(other.phase, "idle");
});

test("a failure leaves what there is", () => {
  const state = run(2, false);
  state.end(true);
  assert.deepEqual([state.phase, ids(state)], ["failed", [10, 11]]);
});

test("a run that stands says where, and goes on", () => {
  const state = run(1, false);
  const at = paused("attention.mask", 1, "breakpoint");
  state.add(at);
  assert.deepEqual([state.phase, state.at, state.slowed], ["paused", at, true]);
  assert.deepEqual([state.current, state.containers], ["attention.mask", ["attention", "layers"]]);
  state.add({ type: "resumed" });
  assert.deepEqual([state.phase, state.at], ["running", null]);
});

test("stages that come while a run is stepped leave it standing where it stood", () => {
  const state = run(1, false);
  const at = paused("ids", 1);
  state.add(at);
  state.add(stage("embed", 1));
  assert.deepEqual([state.phase, state.at], ["paused", at]);
  state.add(paused("embed", 1));
  assert.equal(state.at.stage, "embed");
});

test("a run that ended goes on when it is resumed", () => {
  const state = run(2);
  state.add({ type: "resumed" });
  assert.deepEqual([state.phase, state.done], ["running", null]);
  for (const event of pass(2)) state.add(event);
  assert.deepEqual(ids(state), [10, 11, 12], "it is the same run");
});

test("after a goto the tokens from there on are ahead until they come again", () => {
  const state = run(4);
  state.looked();
  state.add(rewound(1, "goto"));
  assert.deepEqual(ids(state), [10, -11, -12, -13]);
  assert.deepEqual([state.done, state.phase, state.fresh], [null, "paused", true]);
  state.add(paused("ids", 1, "goto"));
  state.add({ type: "resumed" });
  for (const event of pass(1)) state.add(event);
  assert.deepEqual(ids(state), [10, 11, -12, -13]);
  for (const event of [...pass(2), ...pass(3), done]) state.add(event);
  assert.deepEqual(ids(state), [10, 11, 12, 13]);
});

test("another token than the one ahead ends what is ahead", () => {
  const state = run(4);
  state.add(rewound(1, "goto"));
  state.add({ ...token(1, 99), forced: true });
  assert.deepEqual(ids(state), [10, 99]);
  assert.equal(state.tokens[1].forced, true);
});

test("what is ahead when the run ends does not come", () => {
  const state = run(4);
  state.add(rewound(1, "goto"));
  for (const event of [...pass(1), done]) state.add(event);
  assert.deepEqual(ids(state), [10, 11]);
});

test("after a rewind the tokens from there on are gone", () => {
  const state = run(4, false);
  state.add(rewound(2, "rewind"));
  assert.deepEqual([ids(state), state.phase], [[10, 11], "running"]);
});

test("going back forgets what later steps reported, and what they showed of the steps", () => {
  const state = run(4);
  state.add(rewound(2, "goto"));
  assert.deepEqual([...state.latest.keys()], ["prompt", "tokenize"]);
  assert.deepEqual([...state.reached], ["prompt", "tokenize"]);
  assert.deepEqual(state.steps.map(({ step }) => step), [0, 1]);
  assert.equal(state.current, null);
  state.add(stage("ids", 2));
  assert.equal(state.turns, 0, "a step that is done again is none that begins");
});

test("going back to the first stage is not another run", () => {
  const state = run(2);
  const { number } = state;
  state.add(rewound(0, "goto"));
  state.add(stage("prompt"));
  assert.deepEqual([ids(state), state.number, state.pieces], [[-10, -11], number, pieces]);
});

test("a prompt that comes again without that is another run, which forgets the one before", () => {
  const state = run(2);
  const { number } = state;
  state.add(paused("prompt"));
  state.add(stage("prompt"));
  assert.equal(state.number, number + 1);
  assert.deepEqual([ids(state), [...state.reached], state.steps, state.phase, state.at], [[], ["prompt"], [], "running", null]);
});

test("of the log the last lines stay", () => {
  const state = run(0, false);
  for (let n = 0; n < 250; n++) state.add({ type: "log", message: String(n), breakpoint: 0, stage: "mlp", layer: 0, position: 1, step: 0 });
  assert.equal(state.log.length, 200);
  assert.equal(state.log[199].message, "249");
});

test("a look ends what counts since the last one", () => {
  const state = run(2, false);
  assert.ok(state.changed && state.fresh && state.touched.size > 0 && state.turns === 1 && state.stages > 0);
  state.looked();
  assert.deepEqual([state.changed, state.fresh, state.touched.size, state.turns, state.stages], [false, false, 0, 0, 0]);
  state.type("abc");
  assert.deepEqual([state.changed, state.fresh, state.prompt], [true, true, "abc"]);
});
