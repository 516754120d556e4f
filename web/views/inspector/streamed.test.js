import assert from "node:assert/strict";
import { test } from "node:test";
import { createStreamed, windowOf } from "./streamed.js";

/** A run of 3 layers whose rows have the norm that their place says; it writes down what it is asked. */
function fake() {
  /** @type {string[]} */
  const asked = [];
  const run = {
    /** @param {string} stage @param {{ layer?: number, rows: [number, number] }} options */
    async inspect(stage, { layer = -1, rows: [from, to] }) {
      asked.push(`${stage} ${layer} ${from} ${to}`);
      const data = Float32Array.from({ length: 2 * (to - from + 1) }, (_, i) => (i % 2 ? 4 : 3) * (layer + 2) * (from - 1 + (i >> 1)));
      return [{ name: "table", shape: [1, 2], data: new Float32Array(2), from: [from, 0] }, { name: "sum", shape: [to - from + 1, 2], data, from: [from - 1, 0] }];
    },
    /** @param {{ position: number }} options */
    async lens({ position }) {
      asked.push(`lens ${position}`);
      return [0, 1, 2].map((layer) => ({ layer, top: [], rank: position, probability: 0 }));
    },
  };
  return { asked, run };
}

/** @param {number} position @param {unknown} run @param {boolean} [stands] */
const at = (position, run, stands = true) =>
  /** @type {import("./views.js").Now} */ (
    /** @type {unknown} */ ({ place: { position }, run, stands, state: { number: 1, info: { name: "m", layers: 3 }, at: null, pieces: Array(30), tokens: [] } })
  );

const settled = async () => {
  for (let i = 0; i < 400; i++) await undefined;
};

test("reads a window of twelve tokens, the one that is looked at first, and nothing twice", async () => {
  const { asked, run } = fake();
  /** @type {import("./streamed.js").Streamed | undefined} */
  let known;
  const streamed = createStreamed((now) => (known = now), new AbortController().signal);
  streamed.want(at(20, run));
  await settled();
  assert.deepEqual(windowOf(20), [9, 21]);
  assert.equal(asked[0], "lens 20");
  assert.deepEqual(asked.slice(1, 4), ["position -1 9 21", "residual1 0 9 21", "residual2 0 9 21"]);
  assert.equal(asked.length, 12 + 7);
  assert.deepEqual(streamed.state, { done: 19, of: 19, complete: true, failed: "" });
  assert.deepEqual(known?.norms[0].slice(0, 2), [5 * 9, 5 * 10]); // row by row, though the answer begins one earlier
  assert.deepEqual(known?.norms[6].slice(-1), [5 * 4 * 20]);
  assert.equal(known?.rows[0][0].rank, 9);
  streamed.want(at(20, run));
  await settled();
  assert.equal(asked.length, 19);
});

test("reads all again where something was switched", async () => {
  const { asked, run } = fake();
  const streamed = createStreamed(() => {}, new AbortController().signal);
  streamed.want(at(3, run));
  await settled();
  streamed.want(at(3, { ...run, switches: [{ off: "attention", layer: 1 }] }));
  assert.deepEqual(streamed.state.complete, false);
  await settled();
  assert.equal(asked.length, 2 * (4 + 7));
});

test("ends where it is stopped, goes on from there, and ends with the view", async () => {
  const { asked, run } = fake();
  const end = new AbortController();
  let halts = true;
  const streamed = createStreamed(() => halts && asked.length === 5 && streamed.halt(), end.signal);
  streamed.want(at(3, run));
  await settled();
  assert.equal(asked.length, 5);
  streamed.want(at(3, run));
  await settled();
  assert.equal(asked.length, 5, "somebody has stopped it");
  halts = false;
  streamed.begin(at(3, run));
  await settled();
  assert.equal(asked.length, 4 + 7);
  assert.equal(new Set(asked).size, asked.length);
  streamed.want(at(4, run));
  end.abort();
  await settled();
  assert.equal(asked.length, 12);
});

test("asks nothing while the machine runs, and takes up what it left when it stands", async () => {
  const { asked, run } = fake();
  const streamed = createStreamed(() => {}, new AbortController().signal);
  streamed.want(at(3, run, false));
  await settled();
  assert.equal(asked.length, 0);
  streamed.want(at(3, run));
  await settled();
  assert.ok(streamed.state.complete);
});
