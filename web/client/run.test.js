import assert from "node:assert/strict";
import test from "node:test";
import { setImmediate as later } from "node:timers/promises";
import { VitrineError } from "./error.js";
import { RunView } from "./run.js";

const [PAUSED, RESUMED, REWOUND, DONE] = [3, 4, 6, 7]; // as core/trace/writer.go has them

/** A record without numbers, as core/trace/writer.go writes it. @param {number} kind @param {object} detail */
function record(kind, detail = {}) {
  const text = new TextEncoder().encode(JSON.stringify(detail));
  const bytes = new Uint8Array(28 + 4 * Math.ceil(text.length / 4));
  bytes[0] = kind;
  bytes[24] = text.length;
  bytes.set(text, 28);
  return bytes;
}
const done = () => record(DONE, { text: "a", ids: [1] });
const paused = () => record(PAUSED, { reason: "goto", breakpoints: [] });

/** A run whose commands are answered so. @param {unknown} answer */
function runOf(answer) {
  /** @type {string[]} */
  const states = [];
  const of = { info: /** @type {any} */ ({}), stages: /** @type {any} */ (["prompt"]), breakpoints: [], switches: [], call: () => later(answer), abort() {} };
  return { run: new RunView(of, (state) => states.push(state)), states };
}

test("rewind is over when the run stands there", async () => {
  const { run } = runOf(null);
  run.push(done());
  let stands = false;
  const rewound = run.rewind(3).then(() => (stands = true));
  await later();
  await later();
  assert.equal(stands, false);
  const { result } = run;
  run.push(Uint8Array.from([...record(REWOUND, { reason: "rewind" }), ...paused()]));
  await rewound;
  assert.equal(run.at?.reason, "goto");
  assert.notEqual(run.result, result); // the run has another end before it
});

test("a run that a command sends on is held before it says that it goes", async () => {
  const { run, states } = runOf(true);
  run.push(paused());
  const step = run.step();
  await later();
  await later();
  assert.deepEqual(states, ["paused", "running"]);
  run.push(record(RESUMED));
  run.push(paused());
  assert.equal((await step)?.type, "paused");
  assert.equal(states.at(-1), "paused");
});

test("a reader that closes the run at its end is told of the end once", async () => {
  const { run } = runOf(null);
  run.push(done());
  const types = [];
  for await (const { type } of run) {
    types.push(type);
    run.close();
  }
  assert.deepEqual(types, ["done"]);
});

test("a reader does not wait for a command that leads nowhere", { timeout: 5000 }, async () => {
  const { run } = runOf(false);
  run.push(done());
  const types = [];
  for await (const { type } of run) {
    types.push(type);
    run.resume();
  }
  assert.deepEqual(types, ["done"]);
});

test("a run that was closed stays so when it fails", () => {
  const { run, states } = runOf(null);
  run.close();
  run.fail(new VitrineError("argument", "late"));
  assert.equal(run.state, "closed");
  assert.deepEqual(states, ["closed"]);
});
