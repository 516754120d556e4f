import assert from "node:assert/strict";
import test from "node:test";
import { Pace } from "./pace.js";

test("the time left is that at the speed of the last seconds", () => {
  const pace = new Pace();
  assert.equal(pace.left(1000), null);
  for (let second = 0; second <= 10; second += 0.05) pace.add(1000 * second, 100 * second);
  assert.ok(Math.abs((pace.left(2000) ?? 0) - 10) < 0.2);
  for (let second = 10; second <= 20; second += 0.05) pace.add(1000 * second, 1000 + 10 * (second - 10)); // ten times as slow
  assert.ok(Math.abs((pace.left(2000) ?? 0) - 90) < 3, String(pace.left(2000)));
});

test("it is not told too early, nor where nothing comes, nor of another file", () => {
  const pace = new Pace();
  pace.add(0, 0);
  pace.add(1000, 500);
  assert.equal(pace.left(1000), null);
  pace.add(2000, 600);
  assert.ok(pace.left(1000));
  pace.add(3000, 0); // another file
  assert.equal(pace.left(1000), null);
  pace.add(9000, 0);
  assert.equal(pace.left(1000), null);
});
