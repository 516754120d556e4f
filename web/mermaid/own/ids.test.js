import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";
import { bind } from "./bind.js";
import { authorIds, placeEdges, scanOf } from "./ids.js";
import { scan } from "./scan.js";

const hosts = new URL("../../../e2e/embed/hosts/", import.meta.url);
const text = readFileSync(new URL("diagram.mmd", hosts), "utf8");
const pictures = readdirSync(hosts).filter((name) => name.endsWith(".svg"));

/** The marks of a picture, read out of its code. @param {string} code */
function marksOf(code) {
  const tags = [...code.matchAll(/<(g|path)\b([^>]*)>/g)].map(([, tag, more]) => {
    const value = (name) => new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(more)?.[1] ?? "";
    const classes = value("class").split(/\s+/);
    const kind = tag === "path" ? classes.includes("flowchart-link") && "edge" : classes.includes("node") ? "node" : classes.includes("cluster") && "group";
    return { kind, id: value("id"), data: value("data-id"), classes };
  });
  return tags.filter(({ kind }) => kind);
}
const node = (id, data = "") => ({ kind: "node", id, data, classes: [] });
const edge = (id, data = "", ...classes) => ({ kind: "edge", id, data, classes });
const nodesOf = (marks, svg, known) => [...authorIds(marks, svg, known && scan(known)).nodes.keys()];

test("pictures of Mermaid 9.4, 10.9, 11.4, 11.14 and 12.3: each element by its author's id, with the text and without", () => {
  assert.deepEqual(pictures, ["mermaid-10.9.3.svg", "mermaid-11.14.0.svg", "mermaid-11.4.1.svg", "mermaid-12.3.0.svg", "mermaid-9.4.3.svg"]);
  const wanted = scan(text);
  for (const name of pictures) {
    const code = readFileSync(new URL(name, hosts), "utf8");
    const svg = / id="([^"]+)"/.exec(code)[1];
    const marks = marksOf(code);
    for (const known of [wanted, undefined]) {
      const named = authorIds(marks, svg, known);
      const found = known ?? scanOf(marks, named);
      assert.ok(found.flowchart, name);
      assert.deepEqual([...found.nodes.values()].sort((a, b) => a.end - b.end).map(({ id }) => id), [...wanted.nodes.keys()], name);
      assert.deepEqual([...named.groups.keys()], ["layers"], name);
      const ends = ({ from, to, id }) => `${from}>${to} ${id}`;
      assert.deepEqual(found.edges.map(ends).sort(), wanted.edges.map(ends).sort(), name);
      const places = placeEdges(wanted.edges, named);
      assert.equal(new Set(places.values()).size, wanted.edges.length, `${name}: each edge has a path of its own`);
      for (const { id, from, to } of wanted.edges) {
        const mark = marks[places.get(id)];
        assert.ok([mark.id, mark.classes.join(" ")].some((words) => words.includes(`${from}_${to}_`) || words.includes(`LS-${from} LE-${to}`)), `${name}: ${id}`);
      }
    }
  }
});

test("ids of which one is the beginning of another, with numbers and with Mermaid's own words in them", () => {
  assert.deepEqual(nodesOf([node("flowchart-a-1-2"), node("flowchart-a-3")], "x"), ["a-1", "a"]);
  assert.deepEqual(nodesOf([node("m-1-flowchart-a-1-2")], "m-1"), ["a-1"]);
  assert.deepEqual(nodesOf([node("old-flowchart-a-2")], "new"), ["a"], "the picture got another id since");
  const twice = "my-flowchart-b";
  assert.deepEqual(nodesOf([node(`m-flowchart-${twice}-0`)], "m"), [twice]);
  assert.deepEqual(nodesOf([node(`flowchart-${twice}-0`)], "m"), [twice]);
  assert.deepEqual(nodesOf([node("m-flowchart-n-flowchart-b-0")], "m-flowchart-n", "graph TD\nb"), ["b"], "the picture's id has the word");
  assert.deepEqual(nodesOf([node("flowchart-x-0", "y")], "m"), ["y"]);
  assert.deepEqual(nodesOf([node("state-a-0", "a"), node("classId-b-1"), node("")], "m"), [], "other kinds of diagram");
});

test("an edge between ids that have the mark of the edge in them, and one with an id of its own", () => {
  const marks = [node("flowchart-a-0"), node("flowchart-a_b-1"), node("flowchart-b_c-2"), edge("L_a_b_c_0"), edge("m-e1", "e1"), edge("m-L_a_b_b_c_0", "L_a_b_b_c_0")];
  assert.deepEqual(authorIds(marks, "m").edges.map(({ id, from, to }) => [id, from, to]), [["", "a", "b_c"], ["e1", "", ""], ["", "a_b", "b_c"]]);
  const own = scan("graph TD\na e1@--> b\na --> b");
  const named = authorIds([node("flowchart-a-0"), node("flowchart-b-1"), edge("x-e1"), edge("L_a_b_2")], "m", own);
  assert.deepEqual([...placeEdges(own.edges, named)], [["e1", 2], ["L_a_b_2", 3]]);
});

test("the seed is recognised by its picture's ids alone", () => {
  const seed = scan(readFileSync(new URL("seed.mmd", import.meta.url), "utf8"));
  const marks = [
    ...[...seed.nodes.keys()].map((id, i) => node(`m-flowchart-${id}-${i}`)),
    ...[...seed.groups.keys()].map((id) => ({ kind: "group", id: `m-${id}`, data: "", classes: [] })),
    ...seed.edges.map(({ id }) => edge(`m-${id}`, id)),
  ];
  const found = scanOf(marks, authorIds(marks, "m"));
  assert.deepEqual(Object.fromEntries(bind(found).bindings), Object.fromEntries(bind(seed).bindings));
  assert.equal(bind(found).bindings.get("L_M_C_0"), "loop");
});
