import assert from "node:assert/strict";
import test from "node:test";
import { sharedWith } from "./engines.js";

class Engine {
  #closed = 0;
  info = { layers: 6 };
  closed = () => this.#closed;
  projection(/** @type {number} */ layer) {
    return [layer, this.#closed];
  }
  close() {
    this.#closed++;
  }
}

test("who shares an engine has all of it, and closes nothing for the others", async () => {
  const engine = /** @type {any} */ (new Engine());
  let left = 0;
  const mine = /** @type {any} */ (await Promise.resolve(sharedWith(engine, () => left++)));
  assert.equal(mine.info, engine.info);
  assert.deepEqual(mine.projection(2), [2, 0]);
  mine.close();
  assert.deepEqual([left, engine.closed()], [1, 0]);
});
