import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { diagram } from "../../i18n/diagram-en.js";
import { stages } from "../../i18n/stages-en.js";
import { bindings } from "./bindings.js";
import { fillLabels } from "./labels.js";
import { createRunState } from "../../run/state.js";
import { readers } from "../readings/readings.js";

const source = readFileSync(new URL("pipeline.mmd", import.meta.url), "utf8");
const words = { ...diagram, stages };
const info = {
  name: "tiny",
  layers: 6,
  heads: 6,
  embedding: 192,
  context: 256,
  vocabulary: 8192,
  feedForward: 768,
  activation: "gelu_new",
  position: "learned",
};

test("labels say what the model has", () => {
  const text = fillLabels(source, info, words);
  assert.match(text, /6 heads per layer, width 192/);
  assert.match(text, /6 heads of 32/);
  assert.match(text, /each one of 8,192/);
  assert.match(text, /two matrices, GELU \(tanh\)/);
  assert.doesNotMatch(text, /\{[\w.]+\}/);
});

test("each activation and position has its word", () => {
  for (const activation of ["gelu_new", "gelu", "relu"]) {
    for (const position of ["learned", "sinusoidal"]) {
      const text = fillLabels(source, { ...info, activation, position }, words);
      assert.ok(text.includes(words.activation[activation]) && text.includes(words.position[position]));
    }
  }
});

test("texts of the model file never enter the source", () => {
  const hostile = '"]\nclick A href "javascript:alert(1)"\nX["<img src=x onerror=alert(1)>';
  const text = fillLabels(source, { ...info, name: hostile, architecture: hostile, url: hostile, weights: hostile }, words);
  assert.equal(text, fillLabels(source, info, words));
  for (const key of ["activation", "position"]) {
    assert.throws(() => fillLabels(source, { ...info, [key]: hostile }, words), RangeError);
    assert.throws(() => fillLabels(source, { ...info, [key]: "constructor" }, words), RangeError);
  }
});

test("a number that is none is refused", () => {
  for (const layers of ["6", NaN, 0, 1.5, Infinity, '"]']) {
    assert.throws(() => fillLabels(source, { ...info, layers }, words), RangeError);
  }
  assert.throws(() => fillLabels(source, { ...info, heads: 7 }, words), RangeError);
});

test("a placeholder that nothing fills is an error", () => {
  for (const name of ["depth", "constructor"]) assert.throws(() => fillLabels(`A["{${name}}"]`, info, words), /placeholder/);
});

test("no node says a number twice before a run", () => {
  const other = { ...info, layers: 5, heads: 3, vocabulary: 8191 }; // no two of its numbers are alike
  const text = fillLabels(source, other, words);
  const run = createRunState();
  for (const [id, stage] of bindings) {
    const reader = readers[stage] ?? (() => ({}));
    const label = text.match(new RegExp(`\\b${id}\\["([^"]*)"\\]`))?.[1] ?? "";
    const { value = "" } = reader({ run, info: other, words }, { columns: 24, rows: 3 }, 0);
    const numbers = (said) => said.replaceAll(",", "").match(/\d+(\.\d+)?/g) ?? [];
    for (const number of numbers(value)) assert.ok(!numbers(label).includes(number), `${id}: ${label} and ${value}`);
  }
});
