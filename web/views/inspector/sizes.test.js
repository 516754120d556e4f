import assert from "node:assert/strict";
import { test } from "node:test";
import { lay } from "./sizes.js";

test("measures all before any is drawn, and draws again what has another width then", () => {
  /** @type {string[]} */
  const log = [];
  const sized = (/** @type {string} */ name, /** @type {number[]} */ ...widths) => ({
    width: () => (log.push(`measure ${name}`), widths.length > 1 ? Number(widths.shift()) : widths[0]),
    draw: (/** @type {number} */ width) => void log.push(`draw ${name} ${width}`),
  });
  lay([sized("a", 300), sized("b", 200, 185), sized("c", 100)]);
  assert.deepEqual(log, ["measure a", "measure b", "measure c", "draw a 300", "draw b 200", "draw c 100", "measure a", "measure b", "measure c", "draw b 185"]);
});
