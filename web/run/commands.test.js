import assert from "node:assert/strict";
import test from "node:test";
import { control, refusal } from "./commands.js";

const all = ["first", "back", "run", "next", "into", "out", "last", "previousBreakpoint", "nextBreakpoint", "restart"];
const state = (phase, at = null, tokens = [], done = null) => ({ phase, at, tokens, done });
const refused = (state, breakpoints = 1) => Object.fromEntries(all.map((name) => [name, refusal(name, state, breakpoints)]).filter(([, why]) => why));

test("before a run, Run and the steps begin one, and nothing looks back", () => {
  const nothing = { first: "nothing", back: "nothing", last: "nothing", previousBreakpoint: "nothing", restart: "nothing" };
  assert.deepEqual(refused(state("idle")), nothing);
  assert.deepEqual(refused(state("failed")), nothing);
  assert.equal(new Set(Object.values(refused(state("waiting")))).size, 1);
  assert.equal(Object.keys(refused(state("waiting"))).length, all.length);
});

test("while it runs, Pause and Restart can be pressed", () => {
  assert.deepEqual(all.filter((name) => !refused(state("running"))[name]), ["run", "restart"]);
});

test("where it stands, all can, but for what there is nothing of", () => {
  const at = { stage: "attention", step: 1 };
  assert.deepEqual(refused(state("paused", at)), {});
  assert.deepEqual(refused(state("paused", at), 0), { previousBreakpoint: "breakpoints", nextBreakpoint: "breakpoints" });
  assert.deepEqual(refused(state("paused", { stage: "prompt", step: 0 })), { first: "first", back: "first", previousBreakpoint: "first" });
  assert.deepEqual(refused(state("paused", { stage: "generation", step: 1 }, [{ step: 0 }, { step: 1 }])), { last: "last" });
  assert.deepEqual(refused(state("paused", { stage: "generation", step: 0 }, [{ step: 0 }, { step: 1, ahead: true }])), {});
});

test("at the end it goes back, not on", () => {
  assert.deepEqual(refused(state("ended")), { run: "ended", next: "ended", into: "ended", out: "ended", last: "last", nextBreakpoint: "ended" });
});

test("a run that Stop ended goes on", () => {
  assert.deepEqual(refused(state("ended", null, [], { finishReason: "aborted" })), { last: "last" });
});

test("what the commands ask for", () => {
  assert.deepEqual(control("run", "stage", true), { do: "pause" });
  assert.deepEqual(control("run", "stage", false), { do: "run" });
  assert.deepEqual(control("next", "layer", false), { do: "step", granularity: "layer", direction: "over" });
  assert.deepEqual(control("out", "stage", false), { do: "step", granularity: "stage", direction: "out" });
  assert.deepEqual(control("back", "token", false), { do: "stepBack", granularity: "token" });
  assert.deepEqual(control("previousBreakpoint", "stage", false), { do: "reverseContinue" });
  assert.deepEqual(control("nextBreakpoint", "stage", false), { do: "run" });
  assert.deepEqual(control("last", "stage", false), { do: "last" });
});
