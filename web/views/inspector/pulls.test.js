import assert from "node:assert/strict";
import { test } from "node:test";
import { createPulls } from "./pulls.js";

/** Pulls whose answers come when the test says so. */
function bench() {
  /** @type {string[]} */
  const asked = [];
  /** @type {string[]} */
  const answers = [];
  /** @type {unknown[]} */
  const failures = [];
  /** @type {(number | null)[]} */
  const waits = [];
  /** @type {Record<string, { resolve: (x: string) => void, reject: (x: unknown) => void }>} */
  const due = {};
  const end = new AbortController();
  const pulls = createPulls({ answer: (x) => answers.push(x), failure: (x) => failures.push(x), waiting: (x) => waits.push(x) }, end.signal);
  const want = (/** @type {string} */ key) =>
    pulls.want(key, () => {
      asked.push(key);
      return new Promise((resolve, reject) => (due[key] = { resolve, reject }));
    });
  const pass = async (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));
  return { pulls, asked, answers, failures, waits, due, want, pass, end };
}

test("one pull at a time, the newest wish next, and a late answer is dropped", async () => {
  const { asked, answers, due, want, pass } = bench();
  want("a");
  want("b");
  want("c");
  await pass(150);
  assert.deepEqual(asked, ["a"]);
  due.a.resolve("of a");
  await pass(20);
  assert.deepEqual(answers, [], "the answer to a is not wanted any more");
  await pass(150);
  assert.deepEqual(asked, ["a", "c"]);
  due.c.resolve("of c");
  await pass(20);
  assert.deepEqual(answers, ["of c"]);
  want("c");
  await pass(150);
  assert.deepEqual(asked, ["a", "c"], "what is known is not asked again");
  want("a");
  await pass(20);
  assert.deepEqual(asked, ["a", "c", "a"], "what was dropped is asked again");
});

test("at most ten pulls a second", async () => {
  const { asked, due, want, pass } = bench();
  const end = performance.now() + 1000;
  for (let n = 0; performance.now() < end; n++) {
    want(String(n));
    await pass(1);
    due[asked.at(-1) ?? ""]?.resolve("");
  }
  assert.ok(asked.length >= 5 && asked.length <= 11, `${asked.length} pulls`);
});

test("what takes more than 100 ms is told, and told to be over", async () => {
  const { waits, due, want, pass } = bench();
  want("quick");
  due.quick.resolve("");
  await pass(130);
  assert.ok(waits.every((since) => since === null));
  want("slow");
  await pass(130);
  assert.equal(typeof waits.at(-1), "number");
  due.slow.resolve("");
  await pass(20);
  assert.equal(waits.at(-1), null);
});

test("a failure is told once, and only where it is wanted", async () => {
  const { failures, due, want, pass, end, pulls } = bench();
  want("a");
  due.a.reject("no");
  await pass(20);
  assert.deepEqual(failures, ["no"]);
  want("b");
  await pass(120);
  pulls.forget();
  due.b.reject("late");
  await pass(20);
  assert.deepEqual(failures, ["no"]);
  want("c");
  end.abort();
  await pass(150);
  assert.equal(due.c, undefined, "an inspector that has ended asks for nothing");
});
