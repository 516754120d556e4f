import assert from "node:assert/strict";
import test from "node:test";
import { createView } from "./view.js";

const wide = { width: 1000, height: 600 };
const tall = { width: 350, height: 3000 };

/** A view onto `content` through a window of the given size, and where the picture stands. */
function viewOf(content, width, height, text) {
  const values = {};
  const stage = { classList: { toggle() {} }, style: { setProperty: (name, value) => (values[name] = parseFloat(value) + 0) } };
  const view = createView(stage);
  view.resize(content, { width, height }, text);
  return { view, at: () => [values["--x"], values["--y"], values["--k"]] };
}

test("the whole picture is fitted and centred", () => {
  const { view, at } = viewOf(wide, 1100, 700);
  view.fit();
  assert.deepEqual(at(), [0, 20, 1.1]);
});

test("a picture that would be too small to read begins at full size", () => {
  const { view, at } = viewOf(wide, 700, 500);
  view.home();
  assert.deepEqual(at(), [0, 0, 1]);
  view.fit();
  assert.equal(at()[2], 0.7);
});

test("a column fills the width of a phone and begins at its top", () => {
  const { view, at } = viewOf(tall, 385, 600);
  view.home();
  assert.deepEqual(at(), [0, 0, 1.1]);
});

test("nothing moves for a box that is in sight", () => {
  const { view, at } = viewOf(wide, 1000, 600);
  view.home();
  const before = at();
  assert.equal(view.show({ x: 0, y: 0, width: 100, height: 50 }), false);
  assert.equal(view.show({ x: 900, y: 550, width: 100, height: 50 }), false);
  assert.deepEqual(at(), before);
});

test("a box out of sight comes to the middle, and one at the end as far as it goes", () => {
  const { view, at } = viewOf(tall, 350, 600);
  view.home();
  assert.equal(view.show({ x: 20, y: 1480, width: 300, height: 40 }), true);
  assert.deepEqual(at(), [0, -1200, 1]);
  view.show({ x: 20, y: 2960, width: 300, height: 40 });
  assert.deepEqual(at(), [0, -2400, 1]);
});

test("zoom keeps the point under the pointer, within limits", () => {
  const { view, at } = viewOf(wide, 1000, 600);
  view.home();
  view.zoom(2, { x: 300, y: 200 });
  assert.deepEqual(at(), [-300, -200, 2]);
  view.zoom(100);
  assert.equal(at()[2], 4);
  view.zoom(1e-6);
  assert.deepEqual(at(), [0, 0, 1], "all of it, and no smaller");
});

test("a picture smaller than its window stays in the middle", () => {
  const { view, at } = viewOf(wide, 1100, 700);
  view.fit();
  assert.equal(view.pan(300, -300), false);
  assert.deepEqual(at(), [0, 20, 1.1]);
  const column = viewOf(tall, 350, 600);
  column.view.fit();
  column.view.zoom(1e-6);
  assert.deepEqual(column.at(), [140, 0, 0.2], "a column can be seen whole");
});

test("knows whether all of the picture is in sight", () => {
  const { view } = viewOf(wide, 1000, 600);
  view.fit();
  assert.equal(view.whole, true);
  view.zoom(1.1);
  assert.equal(view.whole, false);
});

test("large text makes the picture larger, but no column wider than its window", () => {
  const { view, at } = viewOf(wide, 1000, 600, 1.5);
  view.home();
  assert.deepEqual(at(), [0, 0, 1.5]);
  const column = viewOf(tall, 700, 600, 1.5);
  column.view.home();
  assert.equal(column.at()[2], 1.95);
  const phone = viewOf(tall, 350, 600, 1.5);
  phone.view.home();
  assert.equal(phone.at()[2], 1);
});

test("the picture cannot be lost", () => {
  const { view, at } = viewOf(wide, 1000, 600);
  view.home();
  view.zoom(2);
  assert.equal(view.pan(1e6, -1e6), true);
  assert.deepEqual(at(), [0, -600, 2]);
  assert.equal(view.pan(10, -10), false, "at its end");
});
