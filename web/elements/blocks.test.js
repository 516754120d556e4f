import assert from "node:assert/strict";
import test from "node:test";
import { evenly } from "./blocks.js";
import { pairs } from "./page-text.js";

test("a text loses the indentation that it has of its place in the page, and nothing else", () => {
  assert.equal(evenly("\n    graph TD\n      A --> B\n\n    B --> C\n  "), "graph TD\n  A --> B\n\nB --> C");
  assert.equal(evenly("graph TD\n    A"), "graph TD\n    A");
  assert.equal(evenly("\r\n  ---\r\n  title: x\r\n  ---\r\n  graph TD"), "---\ntitle: x\n---\ngraph TD");
  assert.equal(evenly(" \n\t\n"), "");
  assert.equal(evenly(""), "");
});

test("texts are given to places where there is one for each, and to none else", () => {
  assert.deepEqual([...pairs(["a", "b"], ["1", "2"])], [["a", "1"], ["b", "2"]]);
  assert.deepEqual([...pairs(["a"], ["1", "2"])], []);
  assert.deepEqual([...pairs(["a", "b"], ["1"])], []);
});
