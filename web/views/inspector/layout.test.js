import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf, cellAt, layoutOf, moved } from "./layout.js";

test("a row of numbers is broken into lines, a matrix and a row of tokens are not", () => {
  const strip = layoutOf({ rows: 1, columns: 256 }, "channel", 352);
  assert.deepEqual([strip.wrapped, strip.perLine, strip.lines, strip.width], [true, 32, 8, 11]);
  const matrix = layoutOf({ rows: 8, columns: 256 }, "channel", 300);
  assert.deepEqual([matrix.wrapped, matrix.perLine, matrix.lines], [false, 256, 8]);
  assert.ok(matrix.width >= 1);
  const tokens = layoutOf({ rows: 1, columns: 60 }, "token", 300);
  assert.deepEqual([tokens.wrapped, tokens.lines, tokens.width], [false, 1, 15]);
});

test("every cell is found where it lies, and none beside them", () => {
  for (const [shape, axis] of /** @type {const} */ ([[{ rows: 1, columns: 250 }, "channel"], [{ rows: 5, columns: 7 }, "token"], [{ rows: 64, columns: 256 }, "unit"]])) {
    const layout = layoutOf(shape, axis, 301);
    for (let row = 0; row < shape.rows; row++) {
      for (let column = 0; column < shape.columns; column++) {
        const { x, y } = boxOf(layout, row, column);
        assert.deepEqual(cellAt(layout, x + layout.width / 2, y + layout.height / 2), { row, column });
      }
    }
    assert.equal(cellAt(layout, -1, 0), null);
    assert.equal(cellAt(layout, layout.perLine * layout.width + 1, 0), null);
    assert.equal(cellAt(layout, 0, layout.lines * layout.height + 1), null);
  }
  assert.equal(cellAt(layoutOf({ rows: 1, columns: 33 }, "channel", 352), 200, 20), null, "behind the end of the last line");
});

test("keys go as the cells lie", () => {
  const strip = layoutOf({ rows: 1, columns: 100 }, "channel", 352);
  assert.deepEqual(moved(strip, "ArrowDown", { row: 0, column: 5 }), { row: 0, column: 37 });
  assert.deepEqual(moved(strip, "ArrowUp", { row: 0, column: 5 }), { row: 0, column: -27 });
  assert.deepEqual(moved(strip, "End", { row: 0, column: 5 }), { row: 0, column: 99 });
  const matrix = layoutOf({ rows: 4, columns: 4 }, "token", 300);
  assert.deepEqual(moved(matrix, "ArrowDown", { row: 1, column: 2 }), { row: 2, column: 2 });
  assert.deepEqual(moved(matrix, "ArrowLeft", { row: 1, column: 2 }), { row: 1, column: 1 });
  assert.equal(moved(matrix, "a", { row: 1, column: 2 }), null);
});
