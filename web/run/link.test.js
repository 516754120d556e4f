import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { MOST_BYTES, MOST_CHARACTERS, pack } from "./link/bytes.js";
import { decode, encode, isLink, plainState } from "./link.js";

/** Numbers from 0 to 1, the same each time. @param {number} seed */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** base64url of a link's bytes. @param {number} kind @param {Uint8Array} body */
const raw = (kind, body) => `v1.${Buffer.concat([Buffer.from([kind, 0, 0, 0, 0]), body]).toString("base64url")}`;

/** @param {() => number} next */
function someState(next) {
  const whole = (/** @type {number} */ most) => Math.floor(next() * most);
  const text = () => Array.from({ length: whole(40) }, () => ["a", "é", "\n", '"', "=", "😀", "\ud83d", "<b>", "\u202e", "日", "\0", "{{"][whole(12)]).join("");
  const many = (/** @type {number} */ most, /** @type {() => unknown} */ one) => Array.from({ length: whole(most) }, one);
  const forced = () => many(5, () => [whole(1000), whole(50257)]);
  /** @type {Record<string, () => unknown>} */
  const parts = {
    model: () => ["tiny", "https://models.example/a.gguf", "file:mine"][whole(3)],
    prompt: text,
    seed: () => whole(2 ** 53),
    temperature: () => Math.round(next() * 100) / 10,
    topK: () => whole(100),
    topP: () => 0.05 + whole(19) / 20,
    maxTokens: () => 1 + whole(500),
    stop: () => many(3, text),
    forced,
    switches: () => many(4, () => [{ off: "head", layer: 1, head: 2 }, { off: "mlp", layer: 0 }, { off: "position" }, { scale: next() * 4 - 2, layer: 3, head: 0 }, { activation: "relu" }][whole(5)]),
    stands: () => [{ tokens: whole(9), ended: true }, { tokens: whole(9), stage: "attention.mask", layer: whole(6), position: whole(20) }, { tokens: 1, stage: "generation", layer: -1, position: 3 }][whole(3)],
    at: () => [{ stage: "mlp", layer: 1 }, { head: 2 }, { stage: "attention", layer: 0, position: 4, head: 1 }][whole(3)],
    breakpoints: () => many(4, () => [{ stage: "attention", layer: 2 }, { stage: "select", condition: 'token = " Paris"' }, { stage: "mlp", position: 3, logMessage: text() }][whole(3)]),
    branch: () => whole(3),
    branches: () => many(4, () => ({ parent: whole(3) - 1, from: whole(9), tokens: whole(30), name: text(), forced: forced(), settings: [{}, { seed: 4, stop: ["."] }][whole(2)], ...(whole(2) && { switches: [[], [{ off: "mask" }]][whole(2)] }) })),
    hide: () => many(3, () => ["prompt", "transport"][whole(2)]),
    diagram: () => `flowchart LR\n  ${text()}`.repeat(1 + whole(20)),
  };
  return Object.fromEntries(Object.entries(parts).filter(() => next() < 0.5).map(([name, make]) => [name, make()]));
}

test("states come back as they were", async () => {
  const next = random(1);
  for (let i = 0; i < 120; i++) {
    const state = someState(next);
    const fragment = await encode(state);
    assert.match(fragment, /^v1\.[\w-]+$/);
    assert.ok(isLink(fragment));
    assert.deepEqual(await decode(fragment), { state: { ...plainState(), ...state }, problems: [] });
  }
});

test("only what differs from the default is in a link, and it is as short as either way makes it", async () => {
  assert.equal(await encode(plainState()), await encode({}));
  const short = await encode({ prompt: "Hi", seed: 7 });
  assert.equal(short.length, 3 + Math.ceil(((5 + 'prompt="Hi"\nseed=7\n'.length) * 4) / 3), "plain");
  const long = await encode({ prompt: "Once upon a time. ".repeat(200) });
  assert.ok(long.length < 300, `deflated: ${long.length}`);
});

test("whatever letters there are, reading them never throws, and gives values of the right kind", async () => {
  const next = random(2);
  const good = await encode({ prompt: "Once upon a time there was a dog. ".repeat(4), seed: 5, forced: [[9, 3]], breakpoints: [{ stage: "mlp" }], diagram: "flowchart LR\n A-->B\n".repeat(9) });
  for (let i = 0; i < 240; i++) {
    const letters = [...good];
    const edits = 1 + Math.floor(next() * 4);
    for (let n = 0; n < edits; n++) letters[3 + Math.floor(next() * (letters.length - 3))] = "ABCxyz019-_%"[Math.floor(next() * 12)];
    const fragment = i % 3 === 0 ? raw(Math.floor(next() * 3), Uint8Array.from({ length: Math.floor(next() * 300) }, () => next() * 256)) : letters.join("").slice(0, 3 + Math.floor(next() * letters.length * 1.3));
    const { state, problems } = await decode(fragment);
    assert.ok(fragment === good || problems.length > 0 || JSON.stringify(state) === JSON.stringify((await decode(good)).state), fragment);
    assert.deepEqual((await decode(await encode(state))).state, state, "what was read can be written");
  }
});

test("a link that is cut opens with what it still holds, field by field", async () => {
  const fragment = await encode({ model: "tiny", prompt: "What is the capital of France?", seed: 7, diagram: Array.from({ length: 200 }, (_, i) => `n${i * 7919} --> m${i * 104729}`).join("\n") });
  const { state, problems } = await decode(fragment.slice(0, fragment.length / 2));
  assert.deepEqual([state.model, state.prompt, state.seed, state.diagram], ["tiny", "What is the capital of France?", 7, ""]);
  assert.match(problems.join(" "), /cut off.*cannot read the diagram/);
});

test("what is wrong is said, and the rest is read", async () => {
  const lines = ['prompt="a"', "seed=-1", "temperature=1e9", "topP=0", 'breakpoints=[{"stage":"mlp"},{"stage":"nothing"},{"layer":1}]', 'forced=[[1,2],[1],["a",2]]', 'at={"stage":"mlp","layer":-5}', "later=1", "__proto__={}", 'switches=[{"off":"head"},{"off":"mask"}]'];
  const { state, problems } = await decode(raw(0, Buffer.from(lines.join("\n"))));
  assert.deepEqual({ ...state }, { ...plainState(), prompt: "a", breakpoints: [{ stage: "mlp" }], forced: [[1, 2]], switches: [{ off: "mask" }] });
  assert.deepEqual(problems.slice(1), [
    "The page cannot read the seed.", "The page cannot read the temperature.", "The page cannot read top-p.", "The page left out 2 of the breakpoints.",
    "The page left out 2 of the chosen tokens.", "The page cannot read the view.", "The page left out 1 of the switches.",
  ]);
  const later = await decode(`v1.${await pack('prompt="a"\nlater=1\n')}`);
  assert.deepEqual([later.state.prompt, later.problems], ["a", ["The page does not know the part later of the link."]]);
});

test("a bomb is not inflated, and what is too large is not written", async () => {
  const bomb = deflateRawSync(Buffer.alloc(64 << 20, 97), { level: 9 });
  const fragment = raw(1, Buffer.from(bomb.subarray(0, (MOST_CHARACTERS * 3) / 4 - 16)));
  const before = process.memoryUsage().rss;
  const { problems } = await decode(fragment);
  assert.ok(process.memoryUsage().rss - before < 32 << 20);
  assert.match(problems[0], /more than a link may hold/);
  assert.match((await decode(`v1.${"A".repeat(MOST_CHARACTERS + 1)}`)).problems[0], /too long/);
  await assert.rejects(encode({ prompt: "a".repeat(MOST_BYTES) }), RangeError);
  const next = random(3);
  await assert.rejects(encode({ prompt: Array.from({ length: 1e5 }, () => String.fromCharCode(32 + next() * 90)).join("") }), RangeError);
});

test("other fragments are no links, and a later version says so", async () => {
  for (const other of ["prompt", "", "v", "v1", "#v1.AA"]) assert.ok(!isLink(other));
  assert.match((await decode("v2.AAAA")).problems[0], /later version/);
  assert.match((await decode("prompt")).problems[0], /not a link/);
});

test("links of all times open", async () => {
  const kept = JSON.parse(readFileSync(new URL("../../e2e/links/links.json", import.meta.url), "utf8"));
  assert.ok(kept.length >= 3);
  for (const { fragment, state } of kept) assert.deepEqual(await decode(fragment), { state, problems: [] });
});
