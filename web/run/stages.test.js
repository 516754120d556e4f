import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { strings } from "../i18n/en.js";
import { stageOf } from "../mermaid/pipeline/bindings.js";
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

test("the diagram's own colours are the families of its stages", () => {
  const diagram = readFileSync(new URL("../mermaid/pipeline/pipeline.mmd", import.meta.url), "utf8");
  const classes = [...diagram.matchAll(/^ +class (\S+) (\w+)$/gm)].flatMap(([, ids, name]) => ids.split(",").map((id) => [id, name]));
  const elements = [...stageOf.keys()].filter((id) => !id.includes(">")); // an edge has no class there
  assert.deepEqual(classes.map(([id]) => id).sort(), [...elements].sort());
  for (const [id, name] of classes) assert.equal(name, family(/** @type {any} */ (stageOf.get(id))), id);
});

test("each family has its colour once in the diagram, and once in the status line", () => {
  const families = [...new Set(names.map((name) => family(/** @type {any} */ (name))))];
  for (const [file, rule] of [["diagram.css", (/** @type {string} */ one) => `.diagram .${one} { --wash: var(--${one}-wash);`], ["app.css", (/** @type {string} */ one) => `[data-family="${one}"] { --mark: var(--${one}-strong);`]]) {
    const css = readFileSync(new URL(`../styles/${file}`, import.meta.url), "utf8");
    for (const one of families) assert.equal(css.split(rule(one)).length, 2, `${file}: ${one}`);
  }
});
