import assert from "node:assert/strict";
import { test } from "node:test";
import { second as words } from "../i18n/second-en.js";
import { createRunState } from "../run/state.js";
import { connectDiffers, differsAt } from "./second-differs.js";

const strings = words.signs;
const by = (/** @type {number} */ relative, kl = null) => ({ tensor: "sum", max: relative, relative, kl });
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A page with a comparison, whose answers come when the test gives them. */
function compared() {
  const page = new EventTarget();
  const session = Object.assign(new EventTarget(), { state: createRunState() });
  /** @type {any} */
  const seen = { asked: [], answers: [], shown: {}, caption: "", window: new Set(["embed", "ln1", "attention", "mlp"]), stands: true };
  /** @type {any} */
  let ask = (/** @type {string} */ stage, /** @type {object} */ where) => {
    seen.asked.push([stage, where]);
    return new Promise((answer, fail) => seen.answers.push({ answer, fail }));
  };
  const diagram = {
    seen: () => seen.window,
    setDiffers: (/** @type {Map<string, { short: string }>} */ now) => (seen.shown = Object.fromEntries([...now].map(([stage, { short }]) => [stage, short]))),
    setCaption: (/** @type {string} */ caption) => (seen.caption = caption),
  };
  connectDiffers(page, { session, second: { ask: () => ask, stands: () => seen.stands }, diagram, strings, signal: new AbortController().signal });
  let time = 0;
  const add = (/** @type {string} */ stage, step = 0, layer = -1) => session.state.add(/** @type {any} */ ({ type: "stage", stage, step, layer, time: time++ }));
  return {
    seen,
    add,
    tell: (/** @type {string} */ type) => page.dispatchEvent(new CustomEvent(type)),
    moved: () => session.dispatchEvent(new CustomEvent("state")),
    end: () => (ask = null),
    answer: async (/** @type {unknown} */ difference) => (seen.answers.shift().answer(difference), settled()),
    fail: async () => (seen.answers.shift().fail(new Error("it has not come so far")), settled()),
  };
}

test("a node says one figure with its unit, or that nothing differs, or that nothing can be compared", () => {
  assert.equal(differsAt("ln1", by(0.00584), strings).short, "Δ 0.0058");
  assert.match(differsAt("ln1", by(0.00584), strings).long, /^relative difference .* 0\.0058$/);
  assert.equal(differsAt("softmax", by(0.5, 0.0123), strings).short, "KL 0.012 nats");
  assert.equal(differsAt("head", by(0.5, 0.0123), strings).short, "Δ 0.5");
  assert.equal(differsAt("softmax", by(0, 0), strings).short, "same");
  assert.equal(differsAt("attention.scores", null, strings).short, "other shape");
});

test("the stages that have run at this place and are in the window are asked for, one at a time, each at its own moment", async () => {
  const { seen, add, tell, answer } = compared();
  add("embed", 1);
  add("final", 1);
  add("mlp", 1, 0);
  add("layers", 1, 1);
  add("ln1", 1, 1);
  add("attention", 1, 1);
  tell("secondchange");
  assert.equal(seen.caption, strings.caption);
  assert.deepEqual(seen.asked, [["embed", { step: 1 }]]);
  await answer(by(0));
  await answer(by(0.25));
  assert.deepEqual(seen.asked.slice(1), [["ln1", { step: 1, layer: 1 }]], "mlp is of the layer before, final is not in the window, attention has no numbers of its own");
  assert.deepEqual(seen.shown, { embed: "same", ln1: "Δ 0.25" });
  tell("secondstands");
  assert.equal(seen.asked.length, 2, "none is asked for again");
  seen.window.add("final");
  tell("sight");
  await answer(null);
  assert.equal(seen.shown.final, "other shape");
});

test("no figure stands where the run has gone on, and none that comes too late", async () => {
  const { seen, add, tell, moved, answer } = compared();
  add("embed");
  tell("secondchange");
  await answer(by(0.5));
  assert.deepEqual(seen.shown, { embed: "Δ 0.5" });
  seen.stands = false;
  add("layers", 0, 0);
  moved();
  assert.deepEqual(seen.shown, {});
  seen.stands = true;
  tell("secondstands");
  assert.equal(seen.asked.length, 2);
  add("ln1", 0, 0);
  await answer(by(0.75));
  assert.deepEqual(seen.shown, {}, "it was of the place before");
  await answer(by(0.5));
  assert.deepEqual(seen.shown, { embed: "Δ 0.5" });
});

test("what has no answer has no sign, and all are gone with the comparison", async () => {
  const { seen, add, tell, fail, answer, end } = compared();
  add("embed");
  add("layers", 0, 0);
  add("ln1", 0, 0);
  tell("secondchange");
  await fail();
  await answer(by(0.5));
  assert.deepEqual(seen.shown, { ln1: "Δ 0.5" });
  assert.equal(seen.asked.length, 2);
  end();
  tell("secondchange");
  assert.deepEqual([seen.shown, seen.caption], [{}, ""]);
});
