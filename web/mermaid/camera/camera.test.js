import assert from "node:assert/strict";
import test from "node:test";
import { createCamera } from "./camera.js";

const wide = { width: 1000, height: 600 };
const tall = { width: 350, height: 3000 };

/** A camera on `content` through a window of the given size, and where the picture stands. */
function cameraOf(content, width, height, text) {
  const values = {};
  const picture = { classList: { toggle() {} }, style: { setProperty: (name, value) => (values[name] = parseFloat(value) + 0) } };
  const camera = createCamera(picture);
  camera.resize(content, { width, height }, text);
  return { camera, at: () => [values["--x"], values["--y"], values["--k"]] };
}

test("the whole picture is fitted and centred", () => {
  const { camera, at } = cameraOf(wide, 1100, 700);
  camera.fit();
  assert.deepEqual(at(), [0, 20, 1.1]);
});

test("a picture that would be too small to read begins at full size", () => {
  const { camera, at } = cameraOf(wide, 700, 500);
  camera.home();
  assert.deepEqual(at(), [0, 0, 1]);
  camera.fit();
  assert.equal(at()[2], 0.7);
});

test("a column fills the width of a phone and begins at its top", () => {
  const { camera, at } = cameraOf(tall, 385, 600);
  camera.home();
  assert.deepEqual(at(), [0, 0, 1.1]);
});

test("nothing moves for a box that is in sight", () => {
  const { camera, at } = cameraOf(wide, 1000, 600);
  camera.home();
  const before = at();
  assert.equal(camera.show({ x: 0, y: 0, width: 100, height: 50 }), false);
  assert.equal(camera.show({ x: 900, y: 550, width: 100, height: 50 }), false);
  assert.deepEqual(at(), before);
});

test("a box out of sight comes to the middle, and one at the end as far as it goes", () => {
  const { camera, at } = cameraOf(tall, 350, 600);
  camera.home();
  assert.equal(camera.show({ x: 20, y: 1480, width: 300, height: 40 }), true);
  assert.deepEqual(at(), [0, -1200, 1]);
  camera.show({ x: 20, y: 2960, width: 300, height: 40 });
  assert.deepEqual(at(), [0, -2400, 1]);
});

test("zoom keeps the point under the pointer, within limits", () => {
  const { camera, at } = cameraOf(wide, 1000, 600);
  camera.home();
  camera.zoom(2, { x: 300, y: 200 });
  assert.deepEqual(at(), [-300, -200, 2]);
  camera.zoom(100);
  assert.equal(at()[2], 4);
  camera.zoom(1e-6);
  assert.deepEqual(at(), [0, 0, 1], "all of it, and no smaller");
});

test("a picture smaller than its window stays in the middle", () => {
  const { camera, at } = cameraOf(wide, 1100, 700);
  camera.fit();
  assert.equal(camera.pan(300, -300), false);
  assert.deepEqual(at(), [0, 20, 1.1]);
  const column = cameraOf(tall, 350, 600);
  column.camera.fit();
  column.camera.zoom(1e-6);
  assert.deepEqual(column.at(), [140, 0, 0.2], "a column can be seen whole");
});

test("knows whether all of the picture is in sight", () => {
  const { camera } = cameraOf(wide, 1000, 600);
  camera.fit();
  assert.equal(camera.whole, true);
  camera.zoom(1.1);
  assert.equal(camera.whole, false);
});

test("large text makes the picture larger, but no column wider than its window", () => {
  const { camera, at } = cameraOf(wide, 1000, 600, 1.5);
  camera.home();
  assert.deepEqual(at(), [0, 0, 1.5]);
  const column = cameraOf(tall, 700, 600, 1.5);
  column.camera.home();
  assert.equal(column.at()[2], 1.95);
  const phone = cameraOf(tall, 350, 600, 1.5);
  phone.camera.home();
  assert.equal(phone.at()[2], 1);
});

test("the picture cannot be lost", () => {
  const { camera, at } = cameraOf(wide, 1000, 600);
  camera.home();
  camera.zoom(2);
  assert.equal(camera.pan(1e6, -1e6), true);
  assert.deepEqual(at(), [0, -600, 2]);
  assert.equal(camera.pan(10, -10), false, "at its end");
});

test("what is in the window is seen, and whoever asked is told when that may change", () => {
  let moves = 0;
  const camera = createCamera({ classList: { toggle() {} }, style: { setProperty() {} } }, () => moves++);
  camera.resize(tall, { width: 350, height: 500 });
  camera.fit();
  const [first, edge, last] = [0, 450, 2900].map((y) => ({ x: 10, y, width: 100, height: 80 }));
  assert.deepEqual([first, edge, last].map(camera.sees), [true, true, false]);
  const before = moves;
  camera.pan(0, -5000);
  assert.deepEqual([first, edge, last].map(camera.sees), [false, false, true]);
  assert.equal(moves, before + 1);
});
