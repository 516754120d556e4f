import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { stageNames } from "../../run/stages.js";
import { bindings as pipeline } from "../pipeline/bindings.js";
import { bind } from "./bind.js";
import { authorLines } from "./lines.js";
import { nearest } from "./nearest.js";
import { check, problemOf, read } from "./read.js";
import { scan } from "./scan.js";

const seed = readFileSync(new URL("seed.mmd", import.meta.url), "utf8");
const bound = (text, told) => Object.fromEntries(bind(scan(text), told).bindings);
const wrong = (text, told) => bind(scan(text), told).problems;

test("the seed is recognised as it is: every element shows the stage that the table of stages gives it", () => {
  const { bindings, problems } = bind(scan(seed));
  const expected = [...pipeline].filter(([id]) => !/^K\d$|>/.test(id)); // the seed has no nodes inside K
  assert.deepEqual(Object.fromEntries(bindings), Object.fromEntries([...expected, ["L_M_C_0", "loop"]].filter(([id]) => id)));
  assert.deepEqual(problems, []);
});

test("the seed is recognised when its author has changed it, and a directive goes before", () => {
  const less = seed.replace(/subgraph Generation[^]*?\n    end/, "").replaceAll("🔤 Input Prompt", "Eingabe");
  assert.equal(bound(less).M, "append");
  assert.equal(bound(`${seed}\n%% vitrine: A=ids`).A, "ids");
  assert.deepEqual(bound("graph TD\nA --> B --> C"), {}, "letters alone mean nothing");
});

test("a node, a subgraph and an edge with the name of a stage show it", () => {
  for (const stage of stageNames) {
    assert.deepEqual(bound(`graph TD\n${stage}["x"] --> Z`), { [stage]: stage });
    const id = stage.replaceAll(".", "_");
    assert.deepEqual(bound(`graph TD\nsubgraph ${id}\nZ\nend`), { [id]: stage });
  }
  assert.deepEqual(bound("graph TD\nA loop@--> B"), { loop: "loop" });
});

test("directives bind nodes, subgraphs and edges, over several lines", () => {
  const text = "graph TD\n%% vitrine: A=prompt, B = tokenize\n%%vitrine:G=attention,B->A=loop\nsubgraph G\nA --> B\nend\nB -.->|again| A";
  assert.deepEqual(bound(text), { G: "attention", A: "prompt", B: "tokenize", L_B_A_0: "loop" });
  assert.deepEqual(wrong(text), []);
  assert.deepEqual(bound("graph TD\n中文[x] --> عربي\n%% vitrine: 中文=prompt, عربي=ids, 中文-->عربي=loop"), { 中文: "prompt", عربي: "ids", L_中文_عربي_0: "loop" });
});

test("what is told in code goes before what the text says", () => {
  assert.deepEqual(bound("graph TD\n%% vitrine: A=prompt\nA --> B", { B: "ids", "A->B": "loop" }), { A: "prompt", B: "ids", L_A_B_0: "loop" });
  const [problem] = wrong("graph TD\n%% vitrine: A=prompt\nA", { A: "ids" });
  assert.deepEqual([problem.code, problem.line, problem.other], ["twice", 2, "ids"]);
});

test("what is wrong is said with the author's line and a suggestion", () => {
  const text = "---\ntitle: x\n---\ngraph TD\n\n%% vitrine: A=promt, Bb=ids, oops, A=ids, A=embed\nA --> B\nattention.maks --> decode_topk";
  assert.deepEqual(wrong(text), [
    { line: 6, code: "stage", what: "promt", like: "prompt" },
    { line: 6, code: "element", what: "Bb", like: "B" },
    { line: 6, code: "directive", what: "oops", like: "" },
    { line: 6, code: "twice", what: "A", like: "", other: "ids" },
    { line: 8, code: "stage", what: "attention.maks", like: "attention.mask" },
    { line: 8, code: "stage", what: "decode_topk", like: "decode_top_k" },
  ]);
  assert.deepEqual(wrong("sequenceDiagram\nA->>B: x"), [{ line: 1, code: "kind", what: "", like: "" }]);
  assert.deepEqual(wrong("\n\ngraph TD\nA-->B"), [{ line: 3, code: "unbound", what: "", like: "" }]);
  assert.equal(wrong("graph TD\nprompt\nB@{ img: \"x\" }")[0].code, "image");
});

test("one stage may have several elements", () => {
  assert.deepEqual(bound("graph TD\n%% vitrine: A=ln1, B=ln1\nA --> B"), { A: "ln1", B: "ln1" });
});

test("the word that was meant", () => {
  assert.equal(nearest("tokenise", stageNames), "tokenize");
  assert.equal(nearest("Prompt", stageNames), "prompt");
  assert.equal(nearest("banana", stageNames), "");
});

test("Mermaid's line is turned into the author's", () => {
  const text = "---\r\nconfig:\r\n  look: classic\r\n---\r\n\r\n%% a\r\n\r\n%% b\r\nflowchart TD\r\n  A --> B\r\n\r\n  %% vitrine: A=prompt\r\n  B --> C{x}\r\n\r\n\r\n  C --> D";
  const lines = text.split("\r\n");
  const of = authorLines(text);
  assert.deepEqual([1, 2].map((n) => lines[of(n) - 1].trim()), ["flowchart TD", "A --> B"]);
  assert.equal(lines[of(3) - 1].trim(), "B --> C{x}");
  assert.equal(lines[of(4) - 1].trim(), "C --> D", "blank lines after a brace are cut too");
  assert.equal(authorLines("")(7), 1);
});

test("what Mermaid does not understand is said with what to do", () => {
  const error = (line) => Object.assign(new Error(`Parse error on line ${line}:\n...`), { hash: { loc: { first_line: line } } });
  const text = "%% x\ngraph TD\nA(f(x)) --> B\nA -> B\nend --> B";
  assert.deepEqual(problemOf(error(2), text), { line: 3, code: "syntax", what: "A(f(x)) --> B", like: "brackets" });
  assert.equal(problemOf(error(3), text).like, "arrow");
  assert.equal(problemOf(error(4), text).like, "end");
  assert.deepEqual(problemOf(new Error("Edge limit exceeded\nmore"), text), { line: 1, code: "failed", what: "Edge limit exceeded", like: "" });
});

test("placeholders: known ones get room, others are said", () => {
  const { source, places, problems } = read('graph TD\nprompt["Text: {{value}} of {tokens}"] --> head["{top:3}"]\nB["{value} {tokns}"] -->|"{step}"| prompt');
  assert.deepEqual(places.get("prompt").map(({ name }) => name), ["value", "tokens"]);
  assert.deepEqual(places.get("head"), [{ name: "top", lines: 3, columns: 22 }]);
  assert.match(source, /Text: \ue0000{24}\ue001 of \ue0000{5}\ue001/);
  assert.equal(source.split("<br/>").length, 3);
  assert.ok(source.includes('B["{value} {tokns}"]'), "unbound nodes stay as they are");
  assert.deepEqual(problems.map(({ code, what, like, line }) => [code, what, like, line]), [["idle", "B", "", 3], ["placeholder", "tokns", "tokens", 3], ["idle", "L_B_prompt_0", "", 3]]);
});

test("room changes no line, and nothing where there is no placeholder", () => {
  assert.equal(read(seed).source, seed);
  const text = 'graph TD\nprompt["{top:8}"]\n';
  assert.equal(read(text).source.split("\n").length, text.split("\n").length);
});

test("what is too large is refused before it is drawn, and read at once", () => {
  const nodes = (n) => `graph TD\n${Array.from({ length: n }, (_, i) => `n${i}`).join("\n")}`;
  const slow = { characters: " ".repeat(50_001), nodes: nodes(1001), edges: `graph TD\n${"A --> B\n".repeat(501)}`, room: `graph TD\n%% vitrine: ${Array.from({ length: 300 }, (_, i) => `n${i}=head`)}\n${Array.from({ length: 300 }, (_, i) => `n${i}["{top:8}"]`).join("\n")}` };
  for (const [name, text] of Object.entries(slow)) {
    const { drawable, problems } = read(text);
    assert.deepEqual([drawable, problems[0].code], [false, "large"], name);
  }
  assert.ok(read(nodes(1000)).drawable);
  const wrong = { names: `graph TD\n${"b".repeat(20_000)}\n%% vitrine: ${"a".repeat(20_000)}=x`, entries: `${nodes(900)}\n%% vitrine: ${"aq=b,".repeat(6000)}` };
  for (const [name, text] of Object.entries(wrong)) {
    const begun = performance.now();
    assert.ok(read(text).problems.length <= 50, name);
    assert.ok(performance.now() - begun < 2000, name);
  }
});

test("what only Mermaid understands is refused when it has read it", () => {
  const diagram = (type, ...nodes) => ({ type, db: { getVertices: () => new Map(nodes.map((node, i) => [String(i), node])), getSubGraphs: () => [] } });
  const code = (...what) => {
    try {
      check(diagram(...what));
    } catch (error) {
      return problemOf(error, "").code;
    }
  };
  assert.deepEqual([code("sequence"), code("flowchart-v2", {}, { img: "https://example.org/x.png" }), code("flowchart-v2", ...Array(1001).fill({})), code("flowchart-v2", {})], ["kind", "image", "large", undefined]);
});

test("whatever is typed is read: stages that exist, lines that exist, labels that are in the text", () => {
  const start = `${seed}\n%% vitrine: A=prompt, M->C=loop, Q=x\nln1["{value} {top:3}"] -- "{mean}" --> attention_mask{{"{{value}}"}}\nB@{ img: "x" }`;
  const marks = ['"', "[", "]", "{", "}", "(", ")", "\n", "%%", "-->", "|", "subgraph ", "end\n", "@{", "vitrine:", "=", "`", "\ue000", "---\n"];
  let state = 7; // Source: xorshift32, Marsaglia 2003
  const random = (n) => ((state ^= state << 13), (state ^= state >>> 17), (state ^= state << 5), (state >>> 0) % n);
  for (let i = 0; i < 300; i++) {
    let text = start;
    for (let j = 0; j <= random(6); j++) {
      const at = random(text.length);
      text = text.slice(0, at) + marks[random(marks.length)] + text.slice(at + random(40));
    }
    const { bindings, problems, scan: found, source } = read(text);
    for (const stage of bindings.values()) assert.ok(stageNames.includes(stage));
    const lines = text.split("\n").length;
    for (const { line } of problems) assert.ok(line >= 1 && line <= lines, `${line} of ${lines}`);
    for (const { label } of [...found.nodes.values(), ...found.groups.values(), ...found.edges]) assert.ok(!label || (label.start <= label.end && label.end <= text.length));
    assert.equal(source.split("\n").length, lines);
    const line = authorLines(text)(1 + random(80));
    assert.ok(line >= 1 && line <= lines);
  }
});
