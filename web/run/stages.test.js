import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { stageStrings } from "../i18n/en.js";
import { bindings } from "../mermaid/pipeline/bindings.js";
import { choosesToken, containersOf, family, stageNames, stages } from "./stages.js";

/** @param {string} name */
const read = (name) => readFileSync(new URL(name, import.meta.url), "utf8");
const declared = [...(read("../vitrine.d.ts").match(/type StageName =([^;]+);/)?.[1] ?? "").matchAll(/"([\w.]+)"/g)].map(([, name]) => name);

test("the facts are those of every stage of the API, in the order of the engine", () => {
  const engine = [...read("../../core/stage/stage.go").matchAll(/^\t\w+:\s+"([a-z0-9_.]+)",$/gm)].map((match) => match[1]);
  assert.ok(engine.length > 30);
  assert.deepEqual(stageNames, declared);
  assert.deepEqual(stageNames, engine);
  assert.deepEqual(Object.keys(stages), declared);
  assert.deepEqual(Object.values(stages).map(({ order }) => order), declared.map((_, i) => i));
});

test("every stage has words, and no other has", () => {
  assert.deepEqual(Object.keys(stageStrings), stageNames);
});

test("stages are contained as the engine nests them", () => {
  assert.deepEqual(containersOf("attention.mask"), ["attention", "layers"]);
  assert.deepEqual(containersOf("ln2"), ["layers"]);
  assert.deepEqual(containersOf("decode.top_p"), ["decode"]);
  assert.deepEqual(containersOf("select"), []);
  assert.deepEqual(stageNames.filter((name) => stages[name].container), ["layers", "attention", "decode"]);
  for (const name of stageNames) assert.equal(stages[name].parent, containersOf(name)[0] ?? null, name);
});

test("what each layer does anew is from its norm to its second sum, and entering it", () => {
  const perLayer = stageNames.filter((name) => stages[name].perLayer);
  assert.deepEqual(perLayer, stageNames.slice(stageNames.indexOf("layers"), stageNames.indexOf("residual2") + 1));
  assert.deepEqual(stageNames.filter((name) => !stages[name].perToken), ["prompt", "tokenize"]);
});

test("a token is chosen from its distribution on, until it is selected", () => {
  const decoding = stageNames.filter((name) => name.startsWith("decode"));
  assert.deepEqual(stageNames.filter(choosesToken), ["distribution", ...decoding, "select"]);
});

test("families are those of the seed diagram", () => {
  const of = (/** @type {string} */ name) => stageNames.filter((stage) => family(stage) === name);
  assert.deepEqual(of("input"), ["prompt", "tokenize", "ids", "embed", "position"]);
  assert.deepEqual(of("processing"), ["layers", "ln1", "residual1", "ln2", "mlp", "residual2", "final"]);
  assert.deepEqual(of("generation"), ["loop", "generation"]);
  assert.equal(of("attention").length, 6);
  assert.equal(of("output").length, stageNames.length - 20);
});

test("the diagram's own colours are the families of its stages", () => {
  const classes = [...read("../mermaid/pipeline/pipeline.mmd").matchAll(/^ +class (\S+) (\w+)$/gm)].flatMap(([, ids, name]) => ids.split(",").map((id) => [id, name]));
  const elements = [...bindings.keys()].filter((id) => !id.includes(">")); // an edge has no class there
  assert.deepEqual(classes.map(([id]) => id).sort(), [...elements].sort());
  for (const [id, name] of classes) assert.equal(name, family(/** @type {any} */ (bindings.get(id))), id);
});

test("each family has its colour once in the diagram, and once in the status line", () => {
  const families = [...new Set(stageNames.map(family))];
  for (const [file, rule] of /** @type {const} */ ([["diagram.css", (/** @type {string} */ one) => `.diagram .${one} { --wash: var(--${one}-wash);`], ["app.css", (/** @type {string} */ one) => `[data-family="${one}"] { --mark: var(--${one}-strong);`]])) {
    const css = read(`../styles/${file}`);
    for (const one of families) assert.equal(css.split(rule(one)).length, 2, `${file}: ${one}`);
  }
});
