// docs/reliability.md names a test for each fault: each of them is there.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";

const text = readFileSync("docs/reliability.md", "utf8");

/** The titles of the tests in a file, with any text in the place of what is put into them. @param {string} file */
function titles(file) {
  const found = readFileSync(file, "utf8").matchAll(/\b(?:test|elsewhere)\((["`])((?:\\.|(?!\1).)*)\1/g);
  return [...found].map(([, , title]) => new RegExp(`^${title.split(/\$\{[^}]*\}/).map((part) => part.replace(/[.*+?^$()[\]{}|\\]/g, "\\$&")).join(".+")}$`));
}

test("every test that is named exists", () => {
  const named = [...text.matchAll(/([\w/.-]+\.(?:spec|test)\.js) "([^"]+)"/g)];
  assert.ok(named.length > 25, `${named.length} tests are named`);
  for (const [, file, title] of named) assert.ok(titles(file).some((pattern) => pattern.test(title)), `${file} has no test "${title}"`);
  assert.equal(titles("e2e/faults.spec.js").some((pattern) => pattern.test("that nobody wrote")), false);
});

test("every fuzz target is named, and no other", () => {
  const named = [...text.matchAll(/\| ([\w/]+) (Fuzz\w+) \|/g)].map(([, folder, target]) => `${folder} ${target}`);
  const there = ["core", "tools"].flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith("_test.go")).flatMap((file) => {
      const folder = `${root}/${file}`.replace(/\/[^/]+$/, "");
      return [...readFileSync(`${root}/${file}`, "utf8").matchAll(/^func (Fuzz\w+)\(/gm)].map(([, target]) => `${folder} ${target}`);
    }));
  assert.deepEqual(named.toSorted(), there.toSorted());
});

test("every fault has a test, and every row is whole", () => {
  for (const row of text.match(/^\|.*\|$/gm)) {
    const cells = row.split("|").slice(1, -1);
    assert.ok(cells.every((cell) => cell.trim() !== ""), row);
  }
});
