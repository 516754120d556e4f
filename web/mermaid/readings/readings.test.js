import assert from "node:assert/strict";
import test from "node:test";
import { diagram as words } from "../../i18n/diagram-en.js";
import { cells } from "../../kit/text.js";
import { painter } from "../paint.js";
import { createRunState } from "../../run/state.js";
import { createAging } from "../aging.js";
import { momentOf, stateOf } from "../light.js";
import { readers } from "./readings.js";

const info = { layers: 6, heads: 6, embedding: 192, context: 256, vocabulary: 8192, feedForward: 768 };
const room = { columns: 24, rows: 3 };
const hostile = '<img src=x onerror=alert(1)> "]; ‮evil\n\n\t' + "你好".repeat(40) + "x".repeat(10_000);

/** An event with the fields that every stage has. */
function event(stage, detail = null, more = {}) {
  return { type: "stage", stage, step: 0, layer: -1, position: 3, tokens: 4, time: 0, shape: [], values: new Float32Array(0), detail, ...more };
}

function read(stage, ...events) {
  const run = createRunState();
  for (const one of events) run.add(one);
  return readers[stage]({ run, info, words }, room, 0);
}

/** What a node of the steps says. */
function step(part, ...events) {
  const run = createRunState();
  for (const one of events) run.add(one);
  return readers.generation({ run, info, words }, room, part);
}

test("before a run, only the model's own shapes are shown", () => {
  const run = createRunState();
  for (const [id, reader] of Object.entries(readers)) {
    const reading = reader({ run, info, words }, room, 0);
    assert.ok(!reading.value || reading.idle, `${id} shows ${reading.value}`);
    assert.equal(reading.bars, undefined, id);
  }
  assert.equal(readers.embed({ run, info, words }, room).value, "8,192 × 192");
});

test("values are those of the event", () => {
  const values = Float32Array.of(0.5, -0.25, 12.345);
  const other = Float32Array.of(-1, 2);
  const norm = { mean: -0.5, variance: 2, scale: other, shift: values };
  assert.equal(read("final", event("final", norm, { values })).value, "mean −0.500 var 2.000\nscale  −1.000  2.000…\nshift   0.500 −0.250…\nresult  0.500 −0.250…");
  assert.equal(read("ln2", event("ln2", { ...norm, shift: new Float32Array(0) }, { layer: 0, values })).value.split("\n")[2], "no shift");
  assert.equal(read("embed", event("embed", { id: 7, text: " the" }, { values })).value.split("\n")[0], "·the = row 7");
  assert.equal(read("position", event("position", { row: other }, { values })).value, "position 3\nrow −1.000  2.000…\nsum  0.500 −0.250…");
  assert.deepEqual(read("layers", event("layers", null, { layer: 3 })).ticks, { done: 4, total: 6 });
  assert.equal(read("residual1", event("residual1", null, { layer: 0, values })).value, " 0.500 −0.250  12.35…");
});

test("the stages of attention say whose numbers they show", () => {
  const values = Float32Array.of(0.5, -0.25);
  const k = Float32Array.of(1, 2);
  const v = Float32Array.of(3, 4);
  const at = { layer: 2, values };
  assert.equal(read("attention", event("attention", { head: 1 }, at)).value, "layer 3, head 2");
  assert.equal(read("attention.qkv", event("attention.qkv", { head: 1, k, v }, at)).value, "Q  0.500 −0.250…\nK  1.000  2.000…\nV  3.000  4.000…");
  const top = [{ position: 2, weight: 0.8312, text: " France" }];
  const mask = read("attention.mask", event("attention.mask", { head: 1, top }, at));
  assert.equal(mask.value, "→ ·France 83.1 %");
  const mix = read("attention.mix", event("attention.mix", { head: 1, output: k }, at));
  assert.equal(mix.value, "mix  0.500 −0.250…\nout  1.000  2.000…");
  const captions = [mask.caption, mix.caption, read("attention.qkv", event("attention.qkv", { head: 1, k, v }, at)).caption];
  for (const stage of ["attention.scores", "attention.scale"]) captions.push(read(stage, event(stage, { head: 1 }, at)).caption);
  for (const caption of captions) assert.match(caption, /^head 2\b/);
});

test("the softmax shows its own sum as soon as it is there", () => {
  const softmax = event("softmax", { sum: 0.9999999403953552, largest: 0.5 }, { values: new Float32Array(8) });
  assert.equal(read("softmax", softmax).value, "sum 1.000 top token 50.0 %", "in a narrow node");
  const wide = createRunState();
  wide.add(softmax);
  assert.equal(readers.softmax({ run: wide, info, words }, { columns: 30, rows: 1 }).value, "sum 0.9999999 top token 50.0 %");
  const before = event("distribution", { top: [], restProbability: 1, restCount: 1 });
  assert.equal(read("softmax", before, { ...softmax, step: 1 }).value, "sum 1.000 top token 50.0 %");
});

test("the distribution's bars add up to the engine's whole", () => {
  const top = [0.5, 0.2, 0.1, 0.06, 0.04].map((probability, id) => ({ id, text: `t${id}`, logit: 1, probability }));
  const { bars } = read("distribution", event("distribution", { top, restProbability: 0.1, restCount: 8187 }));
  assert.equal(bars.length, room.rows);
  assert.equal(bars.at(-1).token, "8,190 others");
  assert.ok(Math.abs(bars.reduce((sum, bar) => sum + bar.probability, 0) - 1) < 1e-9);
});

test("a filter tells what it kept, a greedy run that nothing was drawn", () => {
  const detail = { parameter: 40, kept: 40, removed: 8152, removedProbability: 0.1, top: [] };
  assert.equal(read("decode.top_k", event("decode.top_k", detail)).value, "k 40: 40 of 8,192");
  assert.equal(read("decode.top_k", event("decode.top_k", { ...detail, parameter: 0, kept: 8192, removed: 0 })).value, "not used");
  assert.equal(read("decode.sample", event("decode.sample", { random: -1, kept: 1, id: 1, text: " a", probability: 1 })).value, "top token → ·a");
});

test("hostile text stays one text that fits its place", () => {
  const token = { id: 1, text: hostile, logit: 1, probability: 0.5 };
  const context = { step: 0, context: hostile, text: hostile, id: 1, probability: 0.5 };
  const readings = [
    read("prompt", event("prompt", { text: hostile })),
    read("attention.mask", event("attention.mask", { head: 0, top: [{ position: 0, weight: 1, text: hostile }] }, { layer: 0 })),
    read("tokenize", event("tokenize", { pieces: [token, token], count: 2 })),
    read("embed", event("embed", token)),
    read("head", event("head", { top: [token, token] })),
    read("decode.sample", event("decode.sample", { random: 0.5, kept: 2, ...token })),
    read("select", event("select", { ...token, sampled: 0.5, random: 0.5, rank: 0 })),
    step(0, event("generation", context)),
    { value: step(1, event("generation", context)).bars[0].token },
    { value: read("distribution", event("distribution", { top: [token], restProbability: 0.5, restCount: 1 })).bars[0].token },
  ];
  for (const { value } of readings) {
    const lines = value.split("\n");
    assert.ok(lines.length <= room.rows, value);
    for (const line of lines) assert.ok(cells(line) <= room.columns, line);
    assert.doesNotMatch(value.replaceAll("\n", ""), /[\p{Cc}\p{Bidi_Control}]/u);
  }
});

test("what a run said in a caption goes with the run, and markup is text", () => {
  const part = (textContent) => ({ textContent, classList: { toggle() {} } });
  const [name, value, caption] = [part("Step 1"), part(""), part("as labelled")];
  const paint = painter(name, value, caption);
  paint({ name: "Step 9", value: hostile, caption: hostile });
  assert.deepEqual([name.textContent, value.textContent, caption.textContent], ["Step 9", hostile, hostile]);
  paint({});
  assert.deepEqual([name.textContent, value.textContent, caption.textContent], ["Step 1", "", "as labelled"]);
});

test("steps beyond four show the newest", () => {
  const steps = Array.from({ length: 6 }, (_, step) => event("generation", { step, context: `c${step}`, text: `t${step}`, id: step, probability: 0.5 }));
  assert.equal(step(0, ...steps).name, "Step 3");
  assert.equal(step(7, ...steps).bars[0].token, "t5");
});

test("the last stage is where the machine is, and what contains it says so", () => {
  const run = createRunState();
  run.add(event("layers", null, { layer: 0 }));
  run.add(event("ln1", { mean: 0, variance: 1, scale: [], shift: [] }, { layer: 0 }));
  run.add(event("attention.qkv", null, { layer: 0 }));
  run.looked();
  const state = (stage, frame = false) => stateOf({ id: "", stage, frame }, run, false);
  assert.equal(state("attention.qkv"), "active");
  assert.equal(state("attention"), "within");
  assert.equal(state("layers", true), "within");
  assert.equal(state("ln1"), "done");
  assert.equal(state("mlp"), "");
  run.add(event("layers", null, { layer: 1 }));
  run.looked();
  assert.equal(state("ln1"), "old", "a new layer begins anew");
  assert.equal(state("mlp"), "");
  run.add({ type: "done", text: "", ids: [], promptIds: [], finishReason: "eos", tokensPerSecond: 1, promptMs: 1 });
  assert.equal(state("layers"), "done");
});

test("what belongs to an earlier layer or token is old, and says of which", () => {
  const run = createRunState();
  const norm = { mean: 0, variance: 1, scale: [], shift: [] };
  const old = () => [...run.latest.keys()].filter((stage) => stateOf({ id: "", stage, frame: false }, run, false) === "old");
  const add = (...args) => (run.add(event(...args)), run.looked());
  add("prompt", { text: "a" });
  add("tokenize", { pieces: [], count: 0 });
  add("embed", { id: 1, text: "a" });
  add("layers", null, { layer: 0 });
  add("ln1", norm, { layer: 0 });
  add("mlp", { before: 0, after: 0, active: 0 }, { layer: 0 });
  assert.deepEqual(old(), []);
  add("layers", null, { layer: 1 });
  add("ln1", norm, { layer: 1 });
  assert.deepEqual(old(), ["mlp"]);
  assert.equal(momentOf("mlp", run, words), "layer 1");
  add("softmax", { sum: 1, largest: 1 });
  add("ids", { ids: [1], count: 1 }, { step: 1 });
  assert.deepEqual(old(), ["embed", "layers", "ln1", "mlp", "softmax"], "the prompt is the whole run's");
  for (const stage of old()) assert.equal(momentOf(stage, run, words), "token 1");
  run.add({ type: "done", text: "", ids: [], promptIds: [], finishReason: "aborted", tokensPerSecond: 1, promptMs: 1 });
  assert.equal(old().length, 5, "a run that was stopped in between still says so");
});

test("a value is marked as old when it has been so for as long as it takes to read", () => {
  const aging = createAging();
  const card = {};
  assert.equal(aging.stateOf(card, "done", 0, 40), "done");
  assert.equal(aging.waits(), false);
  assert.equal(aging.stateOf(card, "old", 10, 40), "");
  assert.equal(aging.waits(), true);
  assert.equal(aging.stateOf(card, "old", 159, 40), "");
  assert.equal(aging.stateOf(card, "old", 160, 40), "old");
  assert.equal(aging.stateOf(card, "active", 170, 40), "active");
  assert.equal(aging.stateOf(card, "old", 500, 40), "", "counted anew");
  assert.equal(aging.stateOf(card, "old", 501, 220), "old", "at once where a layer can be read");
});

test("a piece that is not whole characters shows its bytes, and no space does", () => {
  const pieces = [{ id: 1, text: " " }, { id: 2, text: "\ufffd", bytes: [0xe2, 0x80] }, { id: 3, text: " \ufffd", bytes: [0x20, 0xf0, 0x9f] }];
  assert.equal(read("tokenize", event("tokenize", { pieces, count: 3 })).value, "·|‹E2 80›|‹20 F0 9F›");
  const token = { ...pieces[1], logit: 2, probability: 0.5 };
  assert.equal(read("embed", event("embed", token)).value.split("\n")[0], "‹E2 80› = row 2");
  assert.equal(read("attention.mask", event("attention.mask", { head: 0, top: [{ ...token, position: 0, weight: 1 }] }, { layer: 0 })).value, "→ ‹E2 80› 100.0 %");
  assert.match(read("head", event("head", { top: [token] })).value, /^‹E2 80› 2\.00/);
  assert.equal(read("distribution", event("distribution", { top: [token], restProbability: 0.5, restCount: 1 })).bars[0].token, "‹E2 80›");
  assert.match(read("select", event("select", { ...token, sampled: 1, random: 0.25, rank: 0 })).value, /^‹E2 80› 50\.0 %/);
  assert.equal(step(1, event("generation", { ...token, step: 0, context: "" })).bars[0].token, "‹E2 80›");
});

test("a prompt is shown with its indentation and line breaks", () => {
  assert.equal(read("prompt", event("prompt", { text: "  x\n    y" })).value, "  x↵\n    y");
});
