// Readers of what others wrote, with damaged input: an answer that keeps to its rules, or an error that is theirs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { fileAddress, standIn } from "../web/client/address.js";
import { VitrineError } from "../web/client/error.js";
import { checkEngineOptions, checkStep, checkSweep, settingsOf } from "../web/client/options.js";
import { diagram as words } from "../web/i18n/diagram-en.js";
import { modelInAddress } from "../web/kit/address.js";
import { parts, quote, visible } from "../web/kit/text.js";
import { bind, elements, MOST_PROBLEMS } from "../web/mermaid/own/bind.js";
import { asMermaid, escape } from "../web/mermaid/own/copy.js";
import { withRoom } from "../web/mermaid/own/label.js";
import { read } from "../web/mermaid/own/read.js";
import { MOST_EDGES, scan } from "../web/mermaid/own/scan.js";
import { decode, encode, plainState } from "../web/run/link.js";
import { pack } from "../web/run/link/bytes.js";
import { fields } from "../web/run/link/fields.js";
import { callOf, events, MOST_HEIGHT, MOST_TEXT, toldOf } from "../web/run/messages.js";
import { numberNames, numbers, readNumber, readStop } from "../web/run/settings.js";
import { stageNames } from "../web/run/stages.js";
import { createRunState } from "../web/run/state.js";
import { anything, createRandom, damaged } from "./fuzz.js";
import { info } from "./inspector/fake-run.js";
import { hostile, odd } from "./own/diagrams.js";

const diagrams = [hostile, ...Object.values(odd).map(({ text }) => text), ...["own/seed", "pipeline/pipeline"].map((name) => readFileSync(`web/mermaid/${name}.mmd`, "utf8"))];

test("the text of a diagram: what is found lies in it, and is bound to stages that there are", () => {
  const sources = { run: createRunState(), info, words };
  const known = new Set(stageNames);
  let bound = 0;
  for (const text of damaged(diagrams)) {
    const found = scan(text);
    const all = elements(found);
    const lines = text.split("\n").length;
    const why = JSON.stringify(text);
    assert.ok(found.edges.length <= MOST_EDGES + 1, why);
    for (const { line, end, label } of all) {
      assert.ok(line >= 1 && line <= lines && end >= 0 && end <= text.length, why);
      assert.ok(!label || (label.start >= 0 && label.start <= label.end && label.end <= text.length), why);
    }
    const { bindings, problems } = bind(found);
    const ids = new Set(all.map(({ id }) => id));
    for (const [id, stage] of bindings) assert.ok(ids.has(id) && known.has(stage), why);
    assert.ok(problems.length <= MOST_PROBLEMS && problems.every(({ line }) => line >= 1 && line <= lines), why);
    bound += bindings.size;
    const { places } = withRoom(text, found, bindings);
    for (const id of places.keys()) assert.ok(bindings.has(id), why);
    assert.equal(typeof asMermaid(text, found, bindings, sources), "string");
    read(text);
  }
  assert.ok(bound > 100, "so damaged that nothing is read");
});

test("a value in a label: no character of it is Mermaid's, and decoded it is what it was", () => {
  for (const text of damaged(diagrams, { seed: 2 })) {
    const safe = escape(text);
    assert.doesNotMatch(safe, /["<>[\]{}|`\n;](?<!#\d+;)/, JSON.stringify(text));
    assert.equal(safe.replace(/#(\d+);/g, (_, code) => String.fromCodePoint(code)), text.trim());
  }
});

test("a text that is shown: nothing in it acts on what stands beside it", () => {
  const acts = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
  for (const text of damaged(diagrams, { seed: 3 })) {
    assert.doesNotMatch(visible(text), acts);
    assert.doesNotMatch(quote(text), acts);
    assert.equal(parts(text).map((part) => part.text).join(""), text);
  }
});

test("addresses and what comes from them: one that can be fetched, or none", () => {
  const href = "https://example.org/vitrine/";
  const seeds = ["?model=models/a.gguf", "?model=https://huggingface.co/a/b/blob/main/model.gguf", "?model=javascript:alert(1)", "?model=//host/%2e%2e/x", "https://github.com/a/b/blob/main/c.gguf", "https://gitlab.com/a/b/-/blob/main/c.gguf?x#y"];
  for (const text of damaged(seeds, { seed: 4 })) {
    const model = modelInAddress({ search: text, href });
    if (model) assert.match(model, /^https?:/);
    if (URL.canParse(text)) {
      const file = fileAddress(text);
      assert.ok(file === "" || URL.canParse(file), text);
    }
    standIn(href, new TextEncoder().encode(text));
  }
});

test("what is typed as a setting: a number in its range, or none", () => {
  let read = 0;
  for (const text of damaged(["0.7", "40", "１２，５", "1e-3", "9007199254740991", "\\n\n\\t\\\\", "stop"], { seed: 5 })) {
    for (const name of numberNames) {
      const value = readNumber(name, text);
      const { min, max, whole, optional } = numbers[name];
      if (typeof value !== "number") assert.ok(value === null || optional, text);
      else assert.ok(value >= min && value <= max && (!whole || Number.isInteger(value)), text);
      read += Number(typeof value === "number");
    }
    const stop = readStop(text);
    assert.ok(stop === null || stop.every((line) => line !== ""), text);
  }
  assert.ok(read > 100);
});

test("options of a program: those that it may have, or an error that names them", () => {
  const names = ["model", "threads", "simd", "signal", "folder", "onProgress", "maxTokens", "temperature", "stop", "breakpoints", "stage", "layer", "switches", "off", "scale", "activation", "granularity", "direction", "what", "pace", "__proto__", "toString", "head"];
  const random = createRandom(6);
  const checks = [checkEngineOptions, settingsOf, checkStep, checkSweep];
  let refused = 0;
  for (const end = performance.now() + 2000; performance.now() < end; ) {
    const options = anything(random, names);
    for (const check of checks) {
      try {
        check(/** @type {any} */ (options));
      } catch (error) {
        assert.ok(error instanceof VitrineError && error.code === "argument", error);
        refused++;
      }
    }
  }
  assert.ok(refused > 1000);
});

const links = JSON.parse(readFileSync("e2e/links/links.json", "utf8"));

test("a link: whatever its letters are it opens, and what was read can be written and read again", async () => {
  let read = 0;
  for (const text of damaged(links.map(({ fragment }) => fragment), { seed: 7 })) {
    const { state, problems } = await decode(text);
    assert.ok(problems.every((words) => typeof words === "string" && words.length < 400), text);
    assert.deepEqual((await decode(await encode(state))).state, state, text);
    read += Number(state.prompt !== undefined);
  }
  assert.ok(read > 0, "so damaged that nothing is read");
});

test("the text in a link: every field is of its kind or left out, and nothing of it gets beyond them", async () => {
  const line = (/** @type {Record<string, unknown>} */ state) => Object.entries(state).map(([name, value]) => `${name}=${JSON.stringify(value)}\n`).join("");
  const states = links.map(({ state }) => line(state));
  const known = new Set([...Object.keys(plainState()), ...Object.keys(fields)]);
  let read = 0;
  for (const text of damaged(states, { seed: 8 })) {
    const { state, problems } = await decode(`v1.${await pack(text)}`);
    assert.ok(Object.keys(state).every((name) => known.has(name)), text);
    assert.equal(Object.getPrototypeOf(state), Object.prototype);
    assert.ok(state.maxTokens >= 1 && state.breakpoints.every(({ stage }) => stageNames.includes(stage)), text);
    for (const { parent, from, tokens } of state.branches) assert.ok(parent >= -1 && from >= 0 && tokens >= 0, text);
    assert.deepEqual((await decode(await encode(state))).state, state, JSON.stringify(text));
    assert.ok(problems.length < 100, text);
    read += Number(state.prompt !== undefined);
  }
  assert.ok(read > 20, "so damaged that nothing is read");
  const random = createRandom(9);
  const names = [...Object.keys(fields), "stage", "layer", "position", "parent", "from", "tokens", "settings", "off", "scale", "__proto__"];
  for (const end = performance.now() + 1000; performance.now() < end; ) {
    for (const [name, parse] of Object.entries(fields)) {
      const found = parse(anything(random, names));
      assert.ok(found === null || found.wrong >= 0, name);
    }
  }
});

test("messages of a frame and of its page: one of ours, of the right kind, or none", () => {
  const names = ["vitrine", "call", "options", "type", "detail", "context", "iframe.resize", "height", "run", "pause", "step", "stop", "ready", "stage", "done", "prompt", "seed", "paused", "granularity", "direction", "__proto__", "toString"];
  const random = createRandom(10);
  let [called, told] = [0, 0];
  for (const end = performance.now() + 2000; performance.now() < end; ) {
    const some = anything(random, names);
    const right = { vitrine: 1, call: ["run", "pause", "step", "goto", "close", some][random(6)], type: ["ready", "answered", "stage", "done", some][random(5)] };
    for (const data of [some, { ...right, options: some, detail: some }, { context: "iframe.resize", height: some }]) {
      const asked = callOf(data);
      if (asked) {
        assert.ok(["run", "pause", "step", "goto", "stop"].includes(asked.call));
        for (const [name, value] of Object.entries(asked.options)) {
          assert.ok(["prompt", "paused", "stage", "layer", "head", "position", "granularity", "direction", "temperature", "topK", "topP", "seed", "maxTokens", "pace"].includes(name), name);
          assert.ok(typeof value === "string" ? value.length <= MOST_TEXT : typeof value === "boolean" || (Number.isFinite(value) && value >= 0), name);
        }
        called++;
      }
      const news = toldOf(data);
      if (!news) continue;
      if (news.type === "height") assert.ok(news.height >= 0 && news.height <= MOST_HEIGHT);
      else if (news.type !== "ready" && news.type !== "answered") assert.ok(events.includes(news.type) && typeof news.detail === "object" && news.detail !== null && !Array.isArray(news.detail));
      told++;
    }
  }
  assert.ok(called > 100 && told > 100, `${called} ${told}`);
  assert.equal(callOf({ vitrine: 1, call: "run", options: { prompt: "a".repeat(MOST_TEXT + 1) } }), null);
  assert.deepEqual(toldOf({ context: "iframe.resize", height: 1e9 }), { type: "height", height: MOST_HEIGHT });
});
