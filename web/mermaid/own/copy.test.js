import assert from "node:assert/strict";
import test from "node:test";
import { diagram as words } from "../../i18n/diagram-en.js";
import { createRunState } from "../../run/state.js";
import { asMermaid, escape } from "./copy.js";
import { lightness } from "./ink.js";
import { lineOf } from "./line.js";
import { fillingOf, placeholderNames, placeholders } from "./placeholders.js";
import { read } from "./read.js";

const info = { layers: 6, heads: 6, embedding: 192, context: 256, vocabulary: 8192, feedForward: 768 };
const hostile = '"]; click A "javascript:alert(1)"\n<img src=x onerror=alert(1)> #quot; `**{value}** %% end';
const event = (stage, detail = null, more = {}) => ({ type: "stage", stage, step: 0, layer: -1, position: 3, tokens: 4, time: 0, shape: [], values: new Float32Array([1, 2]), detail, ...more });

/** A run that has told these. */
function sources(...events) {
  const run = createRunState();
  for (const one of events) run.add(one);
  return { run, info, words };
}

const token = { id: 7, text: " Paris", probability: 0.73, logit: 9.5 };
const told = sources(
  event("prompt", { text: "Capital of France?" }),
  event("tokenize", { pieces: [token], count: 4 }),
  event("layers", null, { layer: 2 }),
  event("ln1", { mean: 0.25, variance: 1.5, scale: [], shift: [] }, { layer: 2 }),
  event("distribution", { top: [token, { ...token, text: " a", probability: 0.1 }], restProbability: 0.17, restCount: 8190 }),
  event("decode"),
  ...["decode.temperature", "decode.top_k", "decode.top_p"].map((stage, i) => event(stage, { parameter: [0.7, 20, 0.9][i], kept: 5, removed: 3, removedProbability: 0.1, top: [token] })),
  event("decode.sample", { ...token, random: 0.5, kept: 5 }),
  event("select", { ...token, sampled: 0.8, random: 0.5, rank: 0 }),
);
const copied = (text, from = told) => {
  const { scan, bindings } = read(text);
  return asMermaid(text, scan, bindings, from);
};

test("the values of this step stand in the labels, whatever they are made of", () => {
  assert.equal(copied('graph TD\nprompt["Text"]'), 'graph TD\nprompt["Text<br/>Capital of France#63;"]');
  assert.equal(copied("graph TD\nprompt[Text] --> B"), 'graph TD\nprompt["Text<br/>Capital of France#63;"] --> B');
  assert.equal(copied("graph TD\nprompt --> B\nB --> prompt"), 'graph TD\nprompt["prompt<br/>Capital of France#63;"] --> B\nB --> prompt');
  assert.equal(copied('graph TD\nln1["{mean} in layer {layer}/{layers}"]'), 'graph TD\nln1["0.250 in layer 3/6"]');
  assert.equal(copied('graph TD\ndistribution["{{top:2}}"]'), 'graph TD\ndistribution["·Paris 73.0 %<br/>·a 10.0 %"]');
  assert.equal(copied('graph TD\nprompt["`**Text**`"]'), 'graph TD\nprompt["`**Text**<br/>Capital of France#63;`"]');
  assert.equal(copied("graph TD\nA --> B\n%% vitrine: A->B=select"), 'graph TD\nA --> |"·Paris 73.0 % by 0.5000"|B\n%% vitrine: A->B=select');
  assert.equal(copied('graph TD\ndecode["Decode"]'), 'graph TD\ndecode["Decode<br/>T 0.7, k 20, p 0.9#58; 5 left"]');
});

test("what has no value yet stays as it is, and a placeholder is empty", () => {
  const text = 'graph TD\nprompt["Text"] --> select["Token"] --> distribution';
  assert.equal(copied(text, sources()), text);
  assert.equal(copied('graph TD\nselect["Token {token}!"]', sources()), 'graph TD\nselect["Token !"]');
});

test("a value that is markup to Mermaid, HTML or Markdown is written so that it is none", () => {
  assert.doesNotMatch(escape(hostile).replace(/#\d+;/g, ""), /["#<>&;{}[\]()|`*_~\\$:]|%%/);
  assert.equal(escape("1. a - b"), "1#46; a - b");
  assert.equal(escape("- a"), "#45; a");
  const code = copied('graph TD\nprompt["x"]', sources(event("prompt", { text: hostile })));
  assert.equal(code.split('"').length, 3, "the label is not left");
  assert.equal(code.split("\n").length, 2);
});

test("every placeholder keeps to its room, before a run, in one, and with hostile texts", () => {
  const bad = sources(event("prompt", { text: hostile.repeat(9) }), event("select", { ...token, text: hostile, random: 0.5, rank: 0, sampled: 1 }), event("distribution", { top: [{ ...token, text: hostile }], restProbability: 0, restCount: 1 }));
  for (const name of placeholderNames) {
    const [{ placeholder }] = placeholders(`{${name}}`);
    for (const from of [sources(), told, bad]) {
      for (const stage of ["prompt", "ln1", "distribution", "select", "generation"]) {
        const lines = fillingOf(placeholder, { stage, part: 0, sources: from });
        assert.equal(lines.length, placeholder.lines);
        for (const line of lines) assert.ok([...line].length <= placeholder.columns && !/[\n\r\t\u202e]/.test(line), `${name} ${line}`);
      }
    }
  }
});

test("placeholders show what the run told, and nothing before it", () => {
  const filled = (name, stage, from = told) => fillingOf(placeholders(`{${name}}`)[0].placeholder, { stage, part: 0, sources: from });
  assert.deepEqual(filled("top:3", "distribution"), ["·Paris 73.0 %", "·a 10.0 %", ""]);
  assert.deepEqual(["tokens", "layer", "layers", "mean", "variance"].map((name) => filled(name, "ln1")[0]), ["4", "3", "6", "0.250", "1.500"]);
  assert.deepEqual(["token", "id", "probability", "random", "step", "heads"].map((name) => filled(name, "select")[0]), ["·Paris", "7", "73.0 %", "0.5000", "1", "6"]);
  for (const name of ["mean", "top:2", "token", "probability", "layer", "tokens", "text"]) assert.ok(filled(name, "ln1", sources()).every((line) => line === ""), name);
});

test("a stage in one line: the most probable token, the newest step, what decoding left", () => {
  assert.equal(lineOf("distribution", 0, told, 30), "·Paris 73.0 %");
  assert.equal(lineOf("decode", 0, told, 40), "T 0.7, k 20, p 0.9: 5 left");
  const steps = Array.from({ length: 6 }, (_, step) => event("generation", { step, context: `text ${step}`, text: `t${step}`, id: step, probability: 0.5 }, { step }));
  assert.equal(lineOf("generation", -1, sources(...steps), 40), "Step 6: text 5");
});

test("how light a colour is", () => {
  assert.equal(lightness("rgb(255, 255, 255)"), 1);
  assert.equal(lightness("rgb(0, 0, 0)"), 0);
  assert.ok(lightness("rgb(227, 242, 253)") > 0.8);
  assert.equal(lightness("rgba(0, 0, 0, 0.5)"), null);
});
