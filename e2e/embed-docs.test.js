// docs/embed.md names all that there is, and nothing else.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";
import { ATTRIBUTES } from "../web/elements/attributes.js";
import { calls, events } from "../web/run/messages.js";

const read = (/** @type {string} */ name) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
const docs = read("docs/embed.md");
const section = (/** @type {string} */ title) => docs.split(`\n## ${title}\n`)[1].split("\n## ")[0];
const named = (/** @type {string} */ text, pattern = /`([\w-]+)`/g) => [...text.matchAll(pattern)].map(([, name]) => name).sort();
/** The first cells of a table. @param {string} text */
const firsts = (text) => text.split("\n").filter((line) => line.startsWith("| ")).map((line) => line.split("|")[1]).join();

test("attributes", () => {
  assert.deepEqual(named(firsts(section("Attributes"))), [...ATTRIBUTES, "autoplay"].sort());
  const hidden = section("Attributes").match(/^\| `hide` \|([^|]*)/m)[1];
  assert.deepEqual(named(hidden), [...new Set(named(read("web/styles/embed.css"), /\[data-hide~="(\w+)"\]/g))]);
});

test("properties and parts", () => {
  const [, open] = read("web/elements/sheet.js").match(/--\(([\w|-]+)\)/);
  assert.deepEqual(named(firsts(section("Styling")), /`--vitrine-([\w-]+)`/g), [...open.split("|"), "rem"].sort());
  const code = readdirSync(new URL("../web/elements/", import.meta.url)).filter((name) => /(?<!\.test)\.js$/.test(name)).map((name) => read(`web/elements/${name}`)).join("\n");
  const parts = new Set([...named(code, /part: "([\w-]+)"/g), "prompt", "run", "note", "transport"]); // shell.js makes the last ones by their names
  assert.match(code, /\["prompt", "run-button", "note", "transport"\]\.map/);
  assert.deepEqual(named(section("Styling").split("parts styled")[1].split(":").slice(-1)[0]), [...parts].sort());
});

test("calls and messages", () => {
  const said = section("Messages of a frame").match(/where `call` is ([^.]*)\./)[1];
  assert.deepEqual(named(said), calls.toSorted());
  for (const one of calls) assert.match(section("Methods and events"), new RegExp(`\`${one}\\(`));
  for (const one of [...events, "ready", "answered"]) assert.match(section("Messages of a frame"), new RegExp(`[\`"]${one}[\`"]`));
});
