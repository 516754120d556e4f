// docs/embed.md names all that there is, and nothing else.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";
import { ATTRIBUTES } from "../web/elements/attributes.js";
import { callOf, events, toldOf } from "../web/run/messages.js";

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
  const messages = section("Messages of a frame");
  const methods = named(section("Methods and events").split("return promises")[0], /`(\w+)\(\w*\)`/g);
  const calls = named(messages.match(/where `call` is ([^.]*)\./)[1]);
  assert.deepEqual(calls, methods);
  for (const call of calls) assert.ok(callOf({ vitrine: 1, call }), call);
  assert.equal(callOf({ vitrine: 1, call: "close" }), null);
  for (const type of named(messages, /type: "(\w+)"/g)) assert.ok(toldOf({ vitrine: 1, type }), type);
  assert.deepEqual(named(messages.match(/an event of the element: (.*) \|/)[1]), [...events].sort());
});
