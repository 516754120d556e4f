import assert from "node:assert/strict";
import test from "node:test";
import { decodeEvents } from "./events.js";

/** @type {import("../vitrine.d.ts").StageName[]} */
const stages = ["prompt", "ln1", "select", "position"];

/**
 * Writes one record as core/trace/writer.go does.
 * @param {{ kind?: number, stage?: number, layer?: number, shape?: number[], values?: number[], rows?: number[][], json: string }} record
 */
function record({ kind = 1, stage = 0, layer = -1, shape = [], values = [], rows = [], json }) {
  const text = new TextEncoder().encode(json);
  const numbers = [...values, ...rows.flat()];
  const bytes = new Uint8Array(28 + 4 * (shape.length + numbers.length) + 4 * Math.ceil(text.length / 4));
  const view = new DataView(bytes.buffer);
  bytes.set([kind, stage]);
  view.setInt16(2, layer, true);
  view.setUint32(4, 3, true);
  view.setUint32(8, 9, true);
  view.setUint32(12, 1, true);
  view.setFloat32(16, 1.5, true);
  bytes.set([shape.length, values.length, rows.length, rows[0]?.length ?? 0], 20);
  view.setUint32(24, text.length, true);
  shape.forEach((n, i) => view.setUint32(28 + 4 * i, n, true));
  numbers.forEach((v, i) => view.setFloat32(28 + 4 * (shape.length + i), v, true));
  bytes.set(text, 28 + 4 * (shape.length + numbers.length));
  return bytes;
}

test("a batch of records comes out in order", () => {
  const batch = Uint8Array.from([
    ...record({ stage: 1, layer: 2, shape: [1, 4], values: [0.5, -1], rows: [[1, 2, 3], [4, 5, 6]], json: '{"mean":0.25,"variance":null}' }),
    ...record({ stage: 0, json: "null" }),
    ...record({ kind: 2, json: '{"id":7,"text":"é\\u0000","piece":"é","probability":0.5}' }),
  ]);
  const [norm, prompt, token, ...rest] = decodeEvents(batch, stages);
  assert.deepEqual(norm, {
    type: "stage", stage: "ln1", step: 3, layer: 2, position: 9, tokens: 1, time: 1.5,
    shape: [1, 4], values: Float32Array.of(0.5, -1), detail: { mean: 0.25, variance: null, scale: Float32Array.of(1, 2, 3), shift: Float32Array.of(4, 5, 6) },
  });
  assert.deepEqual([prompt.type, "detail" in prompt && prompt.detail, "layer" in prompt && prompt.layer], ["stage", null, -1]);
  assert.deepEqual(token, { type: "token", step: 3, position: 9, id: 7, text: "é\0", piece: "é", probability: 0.5 });
  assert.deepEqual(rest, []);
});

test("a batch may be part of a larger buffer", () => {
  const inner = record({ stage: 2, json: "{}" });
  const outer = new Uint8Array(inner.length + 8);
  outer.set(inner, 4);
  const [event] = decodeEvents(outer.subarray(4, 4 + inner.length), stages);
  assert.equal("stage" in event && event.stage, "select");
});

test("a row that the model does not have is empty, and one without other detail is there", () => {
  const batch = Uint8Array.from([...record({ stage: 1, rows: [[1]], json: "{}" }), ...record({ stage: 3, rows: [[7, 8]], json: "null" })]);
  const [norm, position] = /** @type {any[]} */ (decodeEvents(batch, stages));
  assert.deepEqual(norm.detail, { scale: Float32Array.of(1), shift: new Float32Array(0) });
  assert.deepEqual(position.detail, { row: Float32Array.of(7, 8) });
});
