import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { stageNames } from "../../run/stages.js";
import { bindings } from "./bindings.js";
import { down, tall, wide } from "./places.js";
import { readers } from "../readings/readings.js";

const source = readFileSync(new URL("pipeline.mmd", import.meta.url), "utf8");

const frames = [...source.matchAll(/subgraph (\w+)\[/g)].map(([, id]) => id);
const nodes = [...source.matchAll(/\b([A-Z]\w*)\["/g)].map(([, id]) => id);
const edges = source
  .replaceAll(/\["[^"]*"\]|\|"[^"]*"\|/g, "")
  .split("\n")
  .flatMap((line) => {
    const ids = line.split(/\s*(?:-->|-\.->|-\.-)\s*/).map((id) => id.trim());
    return ids.slice(1).map((id, i) => [ids[i], id]);
  });

/** Which frame an element stands in, from the subgraphs of the source. */
const frameOf = new Map();
const open = [];
for (const line of source.split("\n")) {
  const ids = [...line.matchAll(/\b([A-Z]\w*)\["/g)].map(([, id]) => id);
  for (const id of ids) if (open.length) frameOf.set(id, open.at(-1));
  if (/^\s*subgraph /.test(line)) open.push(ids[0]);
  if (/^\s*end\s*$/.test(line)) open.pop();
}

test("every element of the diagram is bound to a stage, and nothing else is", () => {
  assert.deepEqual([...bindings.keys()].sort(), [...nodes, "M>C"].sort());
});

test("every stage has an element, and every element a stage that exists", () => {
  assert.deepEqual([...new Set(bindings.values())].sort(), [...stageNames].sort());
});

test("every stage of an element but a frame has a reader", () => {
  for (const [id, stage] of bindings) if (!frames.includes(id)) assert.equal(typeof readers[stage], "function", id);
});

for (const [name, places] of Object.entries({ wide: wide(), tall: tall() })) {
  test(`${name}: every element has a place inside the picture and its frame`, () => {
    const whole = { x: 0, y: 0, width: places.width, height: places.height };
    assert.deepEqual(Object.keys(places.boxes).sort(), [...bindings.keys()].sort());
    for (const [id, box] of Object.entries(places.boxes)) {
      const around = frameOf.has(id) ? places.boxes[frameOf.get(id)] : whole;
      assert.ok(contains(around, box), `${id} ${JSON.stringify(box)} in ${JSON.stringify(around)}`);
    }
  });

  test(`${name}: elements overlap only where one holds the other`, () => {
    const entries = Object.entries(places.boxes);
    for (const [a, one] of entries) {
      for (const [b, other] of entries) {
        if (a < b && !holds(a, b) && !holds(b, a)) assert.ok(apart(one, other), `${a} overlaps ${b}`);
      }
    }
  });

  test(`${name}: every edge runs level or upright, from its start to its end`, () => {
    assert.equal(edges.length, 36);
    for (const [start, end] of edges) {
      const points = places.routes[`${start}>${end}`] ?? down(places.boxes[start], places.boxes[end]);
      for (const [i, point] of points.slice(1).entries()) {
        const before = points[i];
        assert.ok(point.x === before.x || point.y === before.y, `${start}>${end} is oblique`);
        assert.ok(point.x !== before.x || point.y !== before.y, `${start}>${end} stands still`);
      }
      assert.ok(touches(places.boxes[start], points[0]), `${start}>${end} leaves from elsewhere`);
      assert.ok(touches(places.boxes[end], points[points.length - 1]), `${start}>${end} arrives elsewhere`);
    }
    for (const id of Object.keys(places.routes)) assert.ok(edges.some(([a, b]) => `${a}>${b}` === id), id);
  });
}

function holds(frame, id) {
  for (let at = frameOf.get(id); at; at = frameOf.get(at)) if (at === frame) return true;
  return false;
}

function contains(around, box) {
  return (
    box.x >= around.x &&
    box.y >= around.y &&
    box.x + box.width <= around.x + around.width &&
    box.y + box.height <= around.y + around.height
  );
}

function apart(a, b) {
  return a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
}

function touches(box, { x, y }) {
  const inX = x >= box.x && x <= box.x + box.width;
  const inY = y >= box.y && y <= box.y + box.height;
  const onSide = x === box.x || x === box.x + box.width || y === box.y || y === box.y + box.height;
  return inX && inY && onSide;
}
