import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { strings } from "../i18n/en.js";
import { family } from "./stages.js";

const source = readFileSync(new URL("../../core/stage/stage.go", import.meta.url), "utf8");
const names = [...source.matchAll(/^\t\w+:\s+"([a-z0-9_.]+)",$/gm)].map((match) => match[1]);

test("every stage of the engine has words, and no other has", () => {
  assert.ok(names.length > 20, "found the names in core/stage");
  assert.deepEqual(Object.keys(strings.status.stages), names);
});

test("families are those of the seed diagram", () => {
  const of = (/** @type {string} */ name) => names.filter((stage) => family(stage) === name);
  assert.deepEqual(of("input"), ["prompt", "tokenize", "ids", "embed", "position"]);
  assert.deepEqual(of("processing"), ["layers", "ln1", "residual1", "ln2", "mlp", "residual2", "final"]);
  assert.deepEqual(of("generation"), ["loop", "generation"]);
  assert.equal(of("attention").length, 6);
  assert.equal(of("output").length, names.length - 20);
});
