// What is in dist/: nothing that is not loaded, and not more than it was.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path/posix";
import { expect, test } from "./fixtures.js";

const names = readdirSync("dist", { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => join(parentPath, name).slice("dist/".length)).sort();

/** What is opened or imported by its name, from outside. */
const ENTRIES = /^(v1\/|examples\/.*)?[\w-]+\.html$|^vitrine\.(js|d\.ts)$|^v1\/embed\.js$/;
/** What may name other files. The list of the service worker, which names all of them, is none of these. */
const READ = [".html", ".js", ".css", ".json", ".webmanifest", ".svg"];

/** The files that are loaded from the entries, step by step: those whose names stand in a file that is loaded. @param {string[]} among */
function loaded(among) {
  const found = new Set(among.filter((name) => ENTRIES.test(name)));
  for (const name of found) {
    if (name === "service-worker.js" || !READ.includes(extname(name))) continue;
    const text = readFileSync(join("dist", name), "utf8");
    for (const other of among) if (text.includes(basename(other))) found.add(other);
  }
  return found;
}

test("every file of the site is one that a page, the API or an element loads", () => {
  const found = loaded(names);
  expect(names.filter((name) => !found.has(name))).toEqual([]);
  const worker = names.find((name) => /^worker-\w{8}\.js$/.test(name));
  expect(found).toContain(worker);
  expect(loaded(names.filter((name) => name !== worker && name !== "app.js")).has("service-worker.js"), "what nobody names is missed").toBe(false);
});

test("of Mermaid there is what draws flowcharts", () => {
  const kinds = names.map((name) => basename(name)).filter((name) => /(diagram|definition|elk|cose|katex|swimlanes|dagre).*\.js$/i.test(name));
  expect(kinds.map((name) => name.split("-")[0]).sort()).toEqual(["dagre", "flowDiagram"]);
});

test("the site has a size", () => {
  const bytes = (/** @type {RegExp} */ pattern) => names.filter((name) => pattern.test(name)).reduce((sum, name) => sum + statSync(join("dist", name)).size, 0);
  console.log(`scripts ${bytes(/\.js$/)} bytes, all ${bytes(/./)} bytes, ${names.length} files`);
  expect(bytes(/\.js$/)).toBeLessThan(1_600_000);
  expect(bytes(/./)).toBeLessThan(48_000_000);
});

test("the notices name every package and module whose code is in the site", () => {
  const notices = readFileSync("dist/NOTICES.txt", "utf8");
  const named = new Set([...notices.matchAll(/^-{80}\n(\S+) /gm)].map(([, name]) => name));
  const packages = new Set();
  for (const file of readdirSync("build/meta")) {
    for (const { inputs } of Object.values(JSON.parse(readFileSync(join("build/meta", file), "utf8")).outputs)) {
      for (const path of Object.keys(inputs)) if (inputs[path].bytesInOutput) packages.add(/.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
    }
  }
  packages.delete(undefined);
  expect([...packages]).toEqual(expect.arrayContaining(["mermaid", "dompurify", "d3-selection", "dagre-d3-es"]));
  expect([...packages].filter((name) => !named.has(name))).toEqual([]);

  // Go writes into its programs what they are made of.
  const modules = new Set();
  for (const name of names.filter((name) => name.endsWith(".wasm"))) {
    for (const [, path] of readFileSync(join("dist", name), "latin1").matchAll(/\ndep\t([\w./-]+)\tv/g)) modules.add(path);
  }
  modules.delete("github.com/dlclark/regexp2"); // a stand-in of our own: wasm/tiktoken/regexp2
  expect([...modules]).toEqual(expect.arrayContaining(["github.com/pkoukk/tiktoken-go", "golang.org/x/text", "github.com/hack-pad/safejs"]));
  expect([...modules].filter((name) => !named.has(name))).toEqual([]);
  expect(notices).toContain("The Go Authors");
});
