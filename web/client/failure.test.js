import assert from "node:assert/strict";
import test from "node:test";
import { breakpointError, failureOf } from "./failure.js";

test("an error of a breakpoint says its field and column", () => {
  const error = new Error('breakpoint 2: condition: column 5: got the name "probabilty", want a name; do you mean probability?');
  assert.deepEqual(breakpointError(error), { index: 2, field: "condition", column: 5, message: 'Got the name "probabilty", want a name; do you mean probability?' });
  assert.deepEqual(breakpointError(new Error("breakpoint 0: hitCondition: got 0, want 1 or more")), { index: 0, field: "hitCondition", column: 0, message: "Got 0, want 1 or more." });
  assert.equal(breakpointError(new Error("position is -1")), null);
  assert.equal(breakpointError(null), null);
});

test("a message that quotes a file is cut, and turns nothing around", () => {
  assert.equal(failureOf(new Error("a\u202egpj.fugg\0 is no model")).why, "a�gpj.fugg� is no model.");
  assert.equal(failureOf(new Error("x".repeat(10_000_000))).why, `${"x".repeat(2000)}…`);
});
