import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import { Sha256 } from "./sha256.js";

const data = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) >> 3);

/** @param {Uint8Array} bytes */
const want = (bytes) => createHash("sha256").update(bytes).digest("hex");

test("the sum of every length around a block's edges is Node's", () => {
  for (let length = 0; length < 260; length++) {
    const sum = new Sha256();
    sum.update(data.subarray(0, length));
    assert.equal(sum.sum(), want(data.subarray(0, length)), `${length} bytes`);
  }
});

test("the sum does not depend on the pieces", () => {
  for (const step of [1, 3, 63, 64, 65, 127, 1000, 99_999]) {
    const sum = new Sha256();
    for (let at = 0; at < data.length; at += step) sum.update(data.subarray(at, at + step));
    assert.equal(sum.sum(), want(data), `pieces of ${step}`);
  }
});
