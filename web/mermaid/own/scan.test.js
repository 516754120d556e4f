import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { scan } from "./scan.js";

const seed = readFileSync(new URL("seed.mmd", import.meta.url), "utf8");
const ours = readFileSync(new URL("../pipeline/pipeline.mmd", import.meta.url), "utf8");
const nodes = (text) => [...scan(text).nodes.keys()];
const edges = (text) => scan(text).edges.map(({ from, to, id }) => `${from}>${to} ${id}`);
const labelOf = (text, id) => {
  const { nodes, groups, edges } = scan(text);
  const { label } = nodes.get(id) ?? groups.get(id) ?? edges.find((edge) => edge.id === id);
  return label && text.slice(label.start, label.end);
};

test("the seed: every node, subgraph and edge, with its line", () => {
  const { flowchart, line, nodes, groups, edges } = scan(seed);
  assert.deepEqual([flowchart, line, nodes.size, [...groups.keys()], edges.length], [true, 1, 33, ["Layer", "Generation", "AttentionViz"], 30]);
  assert.equal(nodes.get("DecoderStack").line, 8);
  assert.equal(edges.find(({ from }) => from === "M").line, 32);
  assert.match(labelOf(seed, "J"), /^🎲 Probability Distribution<br\/>P\(Paris\) = 0\.73/);
  assert.match(labelOf(seed, "L_M_C_0"), /^🔁 AUTOREGRESSIVE LOOP/);
});

test("our own diagram, with subgraphs in each other and edges to them", () => {
  const { nodes, groups, edges } = scan(ours);
  assert.deepEqual([nodes.size, [...groups.keys()].sort(), edges.length], [37, ["AttentionViz", "Generation", "K", "Layer"], 36]);
});

test("chained edges, several at once, and every kind of link", () => {
  assert.deepEqual(edges("flowchart LR\nA --> B --> C & D --> E"), ["A>B L_A_B_0", "B>C L_B_C_0", "B>D L_B_D_0", "C>E L_C_E_0", "D>E L_D_E_0"]);
  const links = ["-->", "---", "-.->", "-.-", "==>", "===", "~~~", "--o", "--x", "<-->", "x--x", "o--o", "---->", "-..->"];
  for (const link of links) assert.deepEqual(edges(`graph TD\nA ${link} B`), ["A>B L_A_B_0"], link);
  for (const link of ["-->", "-.->", "==>", "---"]) assert.deepEqual(edges(`graph TD\nA${link}B`), ["A>B L_A_B_0"], `close ${link}`);
});

test("labels on edges, in both forms", () => {
  for (const link of ['-->|"words"|', "-->|words|", '-- "words" -->', "-- words -->", "-. words .->", "== words ==>"]) {
    const text = `graph TD\nA ${link} B`;
    assert.deepEqual(edges(text), ["A>B L_A_B_0"], link);
    assert.equal(labelOf(text, "L_A_B_0").trim(), "words", link);
  }
});

test("a label on an edge that is not closed is none", () => {
  assert.equal(labelOf("graph TD\nA -->|words B", "L_A_words_0"), null);
});

test("edges have the ids that Mermaid gives them, or their author", () => {
  assert.deepEqual(edges("graph TD\nA e1@--> B\ne1@{ animate: true }\nA --> B\nA --> B"), ["A>B e1", "A>B L_A_B_2", "A>B L_A_B_3"]);
  assert.deepEqual(nodes("graph TD\nA e1@--> B\ne1@{ animate: true }"), ["A", "B"]);
});

test("node ids with odd characters", () => {
  for (const id of ["attention.mask", "a-b", "a_b", "9", "ключ", "中文", "عربي", "a/b", "x'y", "is?", "a.b-c_d", "n=1", "a:b", "über"]) {
    assert.deepEqual(nodes(`flowchart LR\n${id}["label"] --> Z`), [id, "Z"], id);
  }
});

test("every shape, with its label in quotes and without", () => {
  for (const [open, close] of ["[]", "()", "{}", ["([", "])"], ["[[", "]]"], ["[(", ")]"], ["((", "))"], ["(((", ")))"], ["{{", "}}"], ["[/", "/]"], ["[\\", "\\]"], ["[/", "\\]"], [">", "]"]]) {
    const quoted = `graph TD\nA${open}"a (b] {c}"${close}:::k --> B`;
    assert.equal(labelOf(quoted, "A"), "a (b] {c}", open);
    assert.deepEqual(nodes(quoted), ["A", "B"], open);
    assert.equal(labelOf(`graph TD\nA${open}plain${close} --> B`, "A"), "plain", open);
  }
  const data = 'graph TD\nA@{ shape: rect, label: "a {value}" } --> B@{ shape: cyl }';
  assert.equal(labelOf(data, "A"), "a {value}");
  assert.deepEqual(nodes(data), ["A", "B"]);
});

test("Chinese and Arabic labels, markdown strings, and labels of several lines", () => {
  assert.equal(labelOf('graph TD\nA["提示词 {value}"]', "A"), "提示词 {value}");
  assert.equal(labelOf('graph TD\nA["مرحبا بالعالم"]', "A"), "مرحبا بالعالم");
  const text = 'graph TD\nA["`**bold**\nnext`"] --> B';
  assert.equal(labelOf(text, "A"), "`**bold**\nnext`");
  assert.ok(scan(text).nodes.get("A").label.markdown);
  assert.equal(scan(text).nodes.get("B").line, 3);
});

test("subgraphs with an id, a title, both, and in each other", () => {
  const text = 'graph TD\nsubgraph one\n a\n subgraph two ["Title two"]\n  b\n end\nend\nsubgraph "Only a title"\n c\nend\nsubgraph "word"\n d\nend\none --> two';
  const { groups, nodes } = scan(text);
  assert.deepEqual([...groups.keys()], ["two", "one", "word"]);
  assert.deepEqual([...nodes.keys()], ["a", "b", "c", "d"]);
  assert.equal(groups.get("two").line, 4);
  assert.equal(labelOf(text, "two"), "Title two");
});

test("what is no element is passed over: styles, clicks, directions, accessible names, comments", () => {
  const text = `graph TD
    accTitle: A --> X
    accDescr {
      Y --> Z
    }
    classDef big fill:#f00,stroke:#0f0
    A:::big --> B; C --> D
    class A,B big
    style A fill:#bbf
    linkStyle 0 stroke:#f00
    click A "https://example.org" "tip" _blank
    click B call f()
    %% E --> F
    %%{ init: { "theme": "dark" } }%%
    direction LR`;
  assert.deepEqual(nodes(text), ["A", "B", "C", "D"]);
});

test("front matter with configuration, and directives before the keyword", () => {
  const text = '---\ntitle: T\nconfig:\n  look: handDrawn\n---\n%%{init: {"theme": "dark"}}%%\n%% vitrine: A=prompt\n\nflowchart RL\n  A --> B';
  const { flowchart, line, nodes, directives } = scan(text);
  assert.deepEqual([flowchart, line, nodes.get("A").line, directives], [true, 9, 10, [{ line: 7, text: " A=prompt" }]]);
});

test("other kinds of diagram are no flowchart", () => {
  for (const text of ["sequenceDiagram\nA->>B: x", "pie\n\"a\": 1", "", "graphic TD\nA-->B"]) assert.equal(scan(text).flowchart, false, text);
});

test("images are found however they are written", () => {
  for (const key of ["img", '"img"', "'img'"]) assert.deepEqual(scan(`graph TD\nA\nB@{ ${key}: "https://example.org/x.png", label: "x" }`).images, [3], key);
});

test("200 nodes are read at once, and a broken text to its end", () => {
  const lines = Array.from({ length: 200 }, (_, i) => `n${i}["node ${i}"] --> n${i + 1}["node ${i + 1}"]`);
  const begun = performance.now();
  assert.equal(nodes(`graph TD\n${lines.join("\n")}`).length, 201);
  assert.ok(performance.now() - begun < 1000);
  for (const end of ['A["open', "A --> ", "A[(", "A@{ shape", "subgraph", "A -- x", "A -->|x", "((", '"', "end\nend", "e@"]) assert.ok(scan(`graph TD\nZ --> Y\n${end}`).nodes.has("Z"), end);
});

test("a text that is made to be slow is read at once", () => {
  const size = 50_000;
  const slow = {
    "statements in one line": "a;".repeat(size / 2),
    "lines": "a\n".repeat(size / 2),
    "links that end nowhere": "A -- x\n".repeat(size / 7),
    "configurations that end nowhere": "%%{\n".repeat(size / 4),
    "edges of all to all": `${Array(5000).fill("a").join(" & ")} --> ${Array(5000).fill("b").join(" & ")}`,
  };
  for (const [name, text] of [...Object.entries(slow).map(([name, text]) => [name, `graph TD\n${text}`]), ["front matter that ends nowhere", `---\n${"\n".repeat(size)}`]]) {
    const begun = performance.now();
    scan(text);
    assert.ok(performance.now() - begun < 2000, name);
  }
});

test("any part of the seed can be read", () => {
  for (let i = 0; i < seed.length; i += 37) scan(seed.slice(0, i) + seed.slice(i + 11));
});
