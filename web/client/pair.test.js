import assert from "node:assert/strict";
import test from "node:test";
import { distance, divergence, mains, newestRow, ticksOf } from "./difference.js";
import { pairRuns } from "./pair.js";

/** @import { Run, StageName, Tick } from "../vitrine.d.ts" */

const info = /** @type {any} */ ({ layers: 2, vocabulary: 3 });
/** @type {StageName[]} the places of a step outside the layers at which the runs below stand */
const order = ["ids", "head", "append"];

/**
 * A run that stands before its first stage, and takes `tokens`. Its numbers are 1 everywhere but where `numbers` says.
 *
 * @param {{ prompt?: number[], tokens?: number[], of?: any, numbers?: (at: Tick, position: number) => number[], stopAt?: number, lens?: number[] }} how
 */
function fake({ prompt = [7, 8], tokens = [1, 2, 3], of = info, numbers = () => [1, 1, 1], stopAt = -1, lens = [0, 0] }) {
  /** @type {string[]} */
  const asked = [];
  const run = {
    info: of,
    switches: [],
    state: "paused",
    /** @type {any} */
    at: null,
    step({ granularity = "stage" } = {}) {
      const { step, stage } = run.at;
      const next = order.indexOf(stage) + 1;
      return Promise.resolve(granularity === "token" || next === order.length ? run.stand(step + 1, "ids") : run.stand(step, order[next]));
    },
    stepBack: async () => run.stand(run.at.step, order[order.indexOf(run.at.stage) - 1]),
    pause: async () => run.stand(0, "ids", "pause"),
    /** @param {{ position: number, stage: StageName }} where */
    goto: async ({ position, stage = run.at.stage }) => (asked.push(`goto ${position} ${stage}`), run.stand(position - prompt.length + 1, stage)),
    ids: async () => ({ promptIds: prompt, ids: tokens.slice(0, run.state === "ended" ? tokens.length : run.at.step) }),
    /** @param {StageName} stage @param {{ layer?: number, rows: [number, number] }} options */
    async inspect(stage, { layer = -1, rows: [position, to] }) {
      asked.push(`${stage} ${layer} ${position}`);
      assert.equal(to, position + 1);
      const data = Float32Array.from(numbers({ step: position - prompt.length + 1, layer, stage }, position));
      return [{ name: "other", shape: [1], data: Float32Array.of(9), from: [0] }, { name: String(mains[stage]), shape: [1, data.length], data, from: [position, 0] }];
    },
    lens: async () => lens.map((id) => ({ top: [{ id }] })),
    /** @param {number} step @param {StageName} stage @param {string} [reason] */
    stand(step, stage, reason = "step") {
      run.state = step < tokens.length ? "paused" : "ended";
      run.at = run.state === "ended" ? null : { step, stage, layer: -1, position: prompt.length - 1 + step, reason: step === stopAt ? "breakpoint" : reason };
      return run.at;
    },
  };
  run.stand(0, "ids");
  return { run: /** @type {Run & { stand: Function }} */ (/** @type {any} */ (run)), asked };
}

test("two runs with prompts of two lengths stand at the same step, and go and come back together", async () => {
  const [a, b] = [fake({}), fake({ prompt: [5, 6, 7, 8] })];
  const pair = pairRuns(a.run, b.run);
  assert.deepEqual(pair.at, { step: 0, layer: -1, stage: "ids" });
  assert.deepEqual(await pair.step(), { step: 0, layer: -1, stage: "head" });
  assert.deepEqual(await pair.stepBack(), { step: 0, layer: -1, stage: "ids" });
  assert.deepEqual(await pair.goto({ step: 2, stage: "append" }), { step: 2, layer: -1, stage: "append" });
  assert.deepEqual([a.asked, b.asked], [["goto 3 append"], ["goto 5 append"]]);
  b.run.stand(0, "head");
  assert.equal(pair.at, null);
  assert.deepEqual(await pair.follow(), { step: 2, layer: -1, stage: "append" }); // the first leads
  b.run.stand(3, "ids"); // it has ended
  assert.deepEqual(await pair.pause(), { step: 2, layer: -1, stage: "append" });
});

test("both go on by turns to a breakpoint of one of them, and then to their ends", async () => {
  const [a, b] = [fake({ tokens: [1, 2, 3, 4] }), fake({ stopAt: 1, tokens: [1, 2] })];
  const pair = pairRuns(a.run, b.run);
  assert.equal((await pair.resume())?.step, 1);
  assert.equal(await pair.resume(), null);
  assert.deepEqual([a.run.state, b.run.state], ["ended", "ended"]);
});

test("pausing ends what resume does, where both stand", async () => {
  const pair = pairRuns(fake({ tokens: Array(1000).fill(1) }).run, fake({ tokens: Array(1000).fill(1) }).run);
  const going = pair.resume();
  const at = await pair.pause();
  assert.deepEqual(await going, at);
  assert.ok(at && at.step < 900);
});

test("a difference is that of the newest rows: largest, relative, and of distributions the divergence", async () => {
  const other = fake({ prompt: [9], numbers: ({ stage }) => (stage === "head" ? [1, 1, 1 + Math.log(2)] : stage === "embed" ? [1, 2, 1] : [1, 1]) });
  const pair = pairRuns(fake({}).run, other.run);
  const embed = await pair.difference("embed");
  assert.deepEqual(embed, { tensor: "rows", max: 1, relative: Math.sqrt(1 / 3), kl: null });
  const head = await pair.difference("head", { step: 1 });
  assert.ok(Math.abs(Number(head?.kl) - Math.log(4 / 3) + Math.log(2) / 3) < 1e-6); // of (1/3, 1/3, 1/3) and (1/4, 1/4, 1/2)
  assert.deepEqual(other.asked, ["embed -1 0", "head -1 1"]);
  assert.equal(await pair.difference("mlp", { layer: 1 }), null); // of two shapes
  assert.equal(await pair.difference("select"), null);
  await assert.rejects(pairRuns(fake({ tokens: [] }).run, other.run).difference("head"), { code: "argument" });
});

test("they part at the first place whose numbers are further apart than the bound, and stand no earlier than before", async () => {
  const numbers = (/** @type {Tick} */ { step, layer, stage }) => (step === 1 && layer === 1 && stage === "mlp" ? [1, 1, 1.3] : step === 1 && layer === 0 && stage === "ln2" ? [1, 1, 1.01] : [1, 1, 1]);
  const [a, b] = [fake({}), fake({ of: { ...info }, numbers })];
  const pair = pairRuns(a.run, b.run);
  /** @type {Tick[]} */
  const seen = [];
  const parting = await pair.part({ bound: 0.1, onProgress: (tick) => seen.push(tick) });
  assert.deepEqual({ ...parting, difference: null }, { step: 1, layer: 1, stage: "mlp", positions: [2, 2], ids: null, difference: null });
  assert.ok(Math.abs(Number(parting?.difference?.max) - 0.3) < 1e-6);
  assert.deepEqual(seen.slice(0, 25), ticksOf(0, 2));
  assert.equal(a.run.at?.step, 2);
  assert.equal((await pair.part({ bound: 0.005, by: "max" }))?.stage, "ln2");
  assert.equal(await pair.part({ bound: 1 }), null);
  assert.equal((await pair.part({ bound: 0, by: "kl" })), null); // logits are the same
  const doubled = fake({ of: { ...info }, numbers: ({ stage }) => (stage === "head" ? [1, 1, 1 + Math.log(2)] : [1, 1, 1]) });
  assert.equal((await pairRuns(fake({}).run, doubled.run).part({ by: "kl" }))?.stage, "softmax"); // it is looked at there alone
});

test("they part where their tokens do, whatever the bound; what has the same model and tokens is not computed", async () => {
  const [a, b] = [fake({ tokens: [1, 2, 3] }), fake({ tokens: [1, 4, 3], numbers: () => [5, 5, 5] })];
  assert.deepEqual(await pairRuns(a.run, b.run).part({ bound: Infinity }), { step: 1, layer: -1, stage: "select", positions: [2, 2], ids: [2, 4], difference: null });
  assert.deepEqual(b.asked, []);
  assert.deepEqual((await pairRuns(fake({}).run, fake({ prompt: [7, 9] }).run).part())?.ids, [8, 9]);
  const longer = fake({ prompt: [6, 7, 8], numbers: () => [5, 5, 5] });
  assert.equal((await pairRuns(fake({}).run, longer.run).part())?.stage, "embed"); // what they read before differs
});

test("a number that is none is further apart than any bound", async () => {
  const broken = fake({ of: { ...info }, numbers: ({ stage }) => (stage === "position" ? [NaN, 1, 1] : [1, 1, 1]) });
  assert.equal((await pairRuns(fake({}).run, broken.run).part({ bound: 1e9 }))?.stage, "position");
});

test("a search ends when it is aborted, with the reason", async () => {
  const stop = new AbortController();
  const pair = pairRuns(fake({}).run, fake({ of: { ...info } }).run);
  await assert.rejects(pair.part({ signal: stop.signal, onProgress: () => stop.abort(new Error("enough")) }), /enough/);
  await assert.rejects(pair.agreement({ signal: stop.signal }), /enough/);
});

test("lenses are compared where both have read the same", async () => {
  const [a, b] = [fake({ tokens: [1, 2, 3], lens: [1, 2] }), fake({ tokens: [1, 4, 3], lens: [1, 3], of: { ...info } })];
  for (const { run } of [a, b]) run.stand(3, "ids");
  assert.deepEqual(await pairRuns(a.run, b.run).agreement(), { positions: 3, layers: [{ layer: 0, same: 1 }, { layer: 1, same: 0 }] });
  await assert.rejects(pairRuns(a.run, fake({ of: { ...info, vocabulary: 4 } }).run).agreement(), { code: "argument", message: /3 and 4 tokens/ });
});

test("wrong arguments are refused", async () => {
  const { run } = fake({});
  assert.throws(() => pairRuns(run, run), { code: "argument" });
  assert.throws(() => pairRuns(run, /** @type {any} */ ({})), { code: "argument" });
  const pair = pairRuns(run, fake({}).run);
  for (const wrong of [{ bound: -1 }, { by: "rms" }, { bounds: 1 }, { signal: 1 }, { onProgress: 1 }]) await assert.rejects(pair.part(/** @type {any} */ (wrong)), { code: "argument" });
  await assert.rejects(pair.agreement(/** @type {any} */ ({ layer: 1 })), { code: "argument" });
});

test("of several rows the newest is compared, of every head", () => {
  const of = (/** @type {string} */ name, /** @type {number[]} */ ...shape) => [...newestRow({ name, shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i), from: [] })];
  assert.deepEqual(of("sum", 3, 2), [4, 5]);
  assert.deepEqual(of("weights", 2, 3, 2), [4, 5, 10, 11]);
  assert.deepEqual(of("qkv", 2, 3, 1, 2), [6, 7, 8, 9, 10, 11]);
  assert.deepEqual(of("weights", 2, 1, 3), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(of("probabilities", 4), [0, 1, 2, 3]);
});

test("figures: the same row is 0 apart, also where it is 0, and what differs from 0 infinitely", () => {
  const [none, one] = [Float32Array.of(0, 0), Float32Array.of(3, 4)];
  assert.deepEqual(distance(none, none), { max: 0, relative: 0 });
  assert.deepEqual(distance(one, none), { max: 4, relative: 1 });
  assert.deepEqual(distance(none, one), { max: 4, relative: Infinity });
  assert.equal(divergence(one, one), 0);
});
