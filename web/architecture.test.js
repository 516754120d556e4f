import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import test from "node:test";

/** What stands on what: a file may import those of its own folder, and of these. The first rule that fits holds. */
const rules = /** @type {[folder: string, on: string[]][]} */ ([
  ["kit/", []],
  ["i18n/", ["kit/"]],
  ["run/", ["kit/", "i18n/"]],
  ["client/", ["kit/"]],
  ["worker/", ["kit/", "client/", "../build/wasm_exec.js"]],
  ["mermaid/readings/", ["kit/", "i18n/", "run/"]],
  ["mermaid/", ["kit/", "i18n/", "run/", "mermaid"]],
  ["views/", ["kit/", "i18n/", "run/", "client/"]],
  ["elements/", ["kit/", "i18n/", "run/", "client/", "mermaid/", "views/", "vitrine.js", "styles/", "../models/manifest.json", "../build/recording.bin", "../build/symbols.html"]],
  ["frame.js", ["elements/attributes.js", "mermaid/trusted.js", "run/"]],
  ["page/", ["kit/", "i18n/", "run/", "client/", "mermaid/", "views/", "vitrine.js"]],
  ["vitrine.js", ["client/"]],
  ["worker.js", ["worker/", "client/"]],
  ["quantizer.js", ["worker/", "client/"]],
  ["unstarted.js", []],
  ["service-worker.js", []],
  ["", ["kit/", "i18n/", "run/", "client/", "mermaid/", "views/", "elements/", "page/", "vitrine.js"]],
]);

const web = new URL("./", import.meta.url);
const files = readdirSync(web, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js") && !name.endsWith(".test.js"));

/** What a file imports, by its path in web/ or the name of its package; types are free. @param {string} name */
function importsOf(name) {
  const code = readFileSync(new URL(name, web), "utf8").replace(/\/\*[^]*?\*\//g, "");
  const found = [...code.matchAll(/^(?:import|export)\s+(?:[\w*\s{},]+\s+from\s+)?"([^"]+)"|\bimport\(\s*"([^"]+)"/gm)].map(([, first, second]) => first ?? second);
  return found.map((target) => (target.startsWith(".") ? join(dirname(name), target) : target));
}

/** @param {string} name @param {string} target */
function allowed(name, target) {
  const [folder, on] = rules.find(([folder]) => name.startsWith(folder)) ?? ["", []];
  const own = folder.endsWith("/") && target.startsWith(folder);
  if (folder === "views/" && own) return dirname(name) !== "views" && dirname(name) === dirname(target); // parts of one view
  return own || on.some((one) => (one.endsWith("/") ? target.startsWith(one) : target === one));
}

test("the files of the page stand on each other in one direction, and no view imports another", () => {
  const wrong = files.flatMap((name) => importsOf(name).filter((target) => !allowed(name, target)).map((target) => `${name} imports ${target}`));
  assert.deepEqual(wrong, []);
});

test("the rules see imports of every kind, and refuse what they should", () => {
  assert.ok(importsOf("app.js").length > 20);
  assert.ok(importsOf("mermaid/render.js").includes("mermaid"));
  assert.ok(importsOf("vitrine.js").includes("client/open.js"), "one that is loaded later");
  for (const [name, target] of [
    ["views/chips.js", "views/readout.js"], ["views/chips.js", "views/inspector/inspector.js"], ["views/chips.js", "page/host.js"],
    ["run/state.js", "client/run.js"], ["run/state.js", "mermaid"], ["run/state.js", "mermaid/light.js"],
    ["mermaid/readings/output.js", "client/run.js"], ["mermaid/readings/output.js", "mermaid"], ["mermaid/readings/output.js", "mermaid/render.js"],
    ["mermaid/card.js", "views/chips.js"], ["kit/dom.js", "run/state.js"], ["client/run.js", "views/chips.js"], ["page/host.js", "app.js"],
  ]) assert.ok(!allowed(name, target), `${name} imports ${target}`);
  assert.ok(allowed("views/inspector/inspector.js", "views/inspector/grid.js"));
});

test("Mermaid is loaded when a diagram is drawn, and by nothing before", () => {
  for (const name of files) assert.doesNotMatch(readFileSync(new URL(name, web), "utf8"), /^import\s[^;(]*"mermaid"/m, name);
});
