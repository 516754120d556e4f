import assert from "node:assert/strict";
import test from "node:test";
import { story as words } from "../i18n/story-en.js";
import { readStep } from "./step.js";

test("a step is read field by field", () => {
  assert.deepEqual(readStep('{"stage":"attention","layer":2}'), { step: { stage: "attention", layer: 2 }, problems: [] });
  assert.deepEqual(readStep('{"stage":"attention.mask","layer":0,"head":3,"position":7}').step, { stage: "attention.mask", layer: 0, head: 3, position: 7 });
  assert.deepEqual(readStep('{"stage":"select","layer":-1,"head":1.5,"position":"2","colour":"red"}'), {
    step: { stage: "select" },
    problems: [words.wrong.layer, words.wrong.head, words.wrong.position, words.unknown("colour")],
  });
});

test("a step without a stage of the engine's is none, whatever it is", () => {
  for (const text of ["", "attention", "null", "7", "[]", '"attention"']) assert.equal(readStep(text).step, null, text);
  assert.deepEqual(readStep("{}"), { step: null, problems: [words.noStage] });
  assert.deepEqual(readStep('{"layer":2}'), { step: null, problems: [words.noStage] });
  for (const stage of ['"atention"', "7", "null", '"__proto__"', '"constructor"']) assert.deepEqual(readStep(`{"stage":${stage}}`), { step: null, problems: [words.wrong.stage] });
  assert.deepEqual(readStep('{"__proto__":{"stage":"attention"}}').step, null);
});
