import assert from "node:assert/strict";
import { test } from "node:test";
import { createSeldom } from "./seldom.js";

test("does it at once, then once for all that was wanted meanwhile, and nothing after its end", ({ mock }) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const end = new AbortController();
  let times = 0;
  const seldom = createSeldom(() => times++, 200, end.signal);
  seldom.want();
  assert.equal(times, 1, "at once");
  for (let i = 0; i < 9; i++) seldom.want();
  assert.equal(times, 1);
  mock.timers.tick(200);
  assert.equal(times, 2, "once for all");
  mock.timers.tick(1000);
  assert.equal(times, 2, "not without being wanted");
  seldom.want();
  seldom.want();
  seldom.now();
  assert.equal(times, 4, "the last is not waited for");
  mock.timers.tick(1000);
  assert.equal(times, 4);
  seldom.want();
  seldom.want();
  end.abort();
  mock.timers.tick(1000);
  assert.equal(times, 5);
});
