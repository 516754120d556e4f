import assert from "node:assert/strict";
import { test } from "node:test";
import { isDone, learn, shares } from "./decided.js";

/** @param {object} state */
const seen = (state) => /** @type {import("./place.js").Seen} */ (/** @type {unknown} */ (state));

test("a step is done where the machine has gone past it", () => {
  const at = { stage: "decode.top_k", position: 5 };
  const paused = seen({ phase: "paused", at, last: at });
  assert.deepEqual(["decode.temperature", "decode.top_k", "decode.top_p"].map((stage) => isDone(paused, 5, /** @type {"decode"} */ (stage))), [true, true, false]);
  assert.ok(isDone(paused, 4, "decode.stop"));
  assert.ok(isDone(seen({ phase: "ended", at: null, last: at }), 5, "decode.stop"));
});

test("what a step has left of some tokens and of all others adds up to all", () => {
  const left = { ids: Float32Array.of(4, 9, 2, 7), probabilities: Float32Array.of(0.5, 0.25, 0.125, 0.125) };
  const some = [9, 3].map((id) => ({ id, text: "", logit: 0, probability: 0 }));
  assert.deepEqual(shares(left, some), { of: [0.25, null], others: 0.75, count: 3 });
});

test("a token behind those that are known is found page by page", async () => {
  /** @type {number[]} */
  const asked = [];
  const run = /** @type {import("./reading.js").Asks} */ (
    /** @type {unknown} */ ({
      /** @param {{ from: number, count: number }} options */
      async candidates({ from, count }) {
        asked.push(from);
        return { rows: Array.from({ length: Math.min(count, 2500 - from) }, (_, i) => ({ id: from + i })) };
      },
    })
  );
  const decided = { position: 1, best: [], known: new Map([[0, { id: 0, text: "", logit: 0, probability: 0 }]]), total: 2500, left: [] };
  assert.ok(await learn(decided, 1200, run));
  assert.deepEqual(asked, [1, 1001]);
  assert.ok(!(await learn(decided, 9999, run)), "there is no such token");
});
