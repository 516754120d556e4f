// Files as people have them: with other names, in folders of folders, among what a zip leaves.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { sharded, whole } from "./checkpoint.js";
import { expect, openAPI, openPage, test } from "./fixtures.js";

/**
 * Loads files through the API: what comes of them, by their paths.
 *
 * @param {import("@playwright/test").Page} page
 * @param {Record<string, Buffer>} files
 */
function load(page, files) {
  const latin = Object.entries(files).map(([path, bytes]) => [path, bytes.toString("latin1")]);
  return page.evaluate(async (latin) => {
    const files = latin.map(([path, text]) => {
      const file = new File([Uint8Array.from(text, (c) => c.charCodeAt(0))], path.slice(path.lastIndexOf("/") + 1));
      return path.includes("/") ? Object.defineProperty(file, "webkitRelativePath", { value: path }) : file;
    });
    try {
      const engine = await vitrine.createEngine({ model: files });
      const { ids } = await engine.generate("ab a", { temperature: 0, maxTokens: 4, ignoreEos: true }).result;
      engine.close();
      return { code: "none", message: "", name: engine.info.name, ids };
    } catch (error) {
      return { code: error.code, message: error.message, name: "", ids: [] };
    }
  }, latin);
}

/** @param {Record<string, Buffer>} files @param {Record<string, string>} names by those in files; the others stay */
const renamed = (files, names) => Object.fromEntries(Object.entries(files).map(([name, bytes]) => [names[name] ?? name, bytes]));
const leftovers = {
  "z/__MACOSX/tales/._model.safetensors": Buffer.from("\0\x05\x16\x07\0\x02\0\0Mac OS X        "), "z/__MACOSX/tales/._config.json": Buffer.from("\0\x05\x16\x07"),
  "z/.DS_Store": Buffer.from("\0\0\0\x01Bud1"), "z/tales/.cache/huggingface/config.json": Buffer.from("{}"), "z/tales/Thumbs.db": Buffer.from("\0"),
  "z/tales/training_args.bin": Buffer.from("PK\x03\x04"),
};
/** @param {Record<string, Buffer>} files @param {string} folder */
const within = (files, folder) => Object.fromEntries(Object.entries(files).map(([name, bytes]) => [folder + name, bytes]));

test("files are chosen by what they are", async ({ page }) => {
  test.setTimeout(120_000);
  await openAPI(page);
  const want = await load(page, whole);
  expect(want.code).toBe("none");
  for (const [what, files, name] of /** @type {[string, Record<string, Buffer>, string][]} */ ([
    ["downloaded again", renamed(whole, { "model.safetensors": "model (1).safetensors", "config.json": "config (2).json", "vocab.json": "vocab(1).json", "merges.txt": "merges.txt.txt" }), "model"],
    ["copied", renamed(whole, { "config.json": "config - Copy.json", "vocab.json": "vocab copy.json", "merges.txt": "merges copy 2.txt" }), "model"],
    ["in other letter case", renamed(whole, { "model.safetensors": "MODEL.SAFETENSORS", "config.json": "Config.json", "vocab.json": "VOCAB.JSON", "merges.txt": "Merges.TXT" }), "MODEL"],
    ["with names of their own", renamed(whole, { "model.safetensors": "tales.bin", "config.json": "settings.json", "vocab.json": "words.json", "merges.txt": "pairs.txt" }), "tales.bin"],
    ["with a byte order mark", { ...whole, "words.json": Buffer.concat([Buffer.from("\ufeff"), whole["vocab.json"]]), "vocab.json": whole["vocab.json"] }, "model"],
    ["in shards, downloaded again", renamed(sharded, { "model.safetensors.index.json": "model.safetensors.index (1).json", "model-00002-of-00002.safetensors": "model-00002-of-00002 (1).safetensors" }), "model"],
    ["out of a zip", { ...leftovers, ...within(whole, "z/tales/") }, "tales"],
    ["in one folder", within(whole, "tales/"), "tales"],
    ["above a checkpoint of the training", { ...within(whole, "tales/"), ...within(whole, "tales/checkpoint-500/") }, "tales"],
  ])) {
    const got = await load(page, files);
    expect({ what, ...got }).toEqual({ what, ...want, name });
  }
  for (const [what, files, code, words] of /** @type {[string, Record<string, Buffer>, string, string][]} */ ([
    ["two configurations", { ...whole, "config (1).json": Buffer.from("{}") }, "argument", "config.json and config (1).json are both config.json"],
    ["two models", { ...within(whole, "a/"), ...within(whole, "b/") }, "argument", "a/model.safetensors and b/model.safetensors are two models"],
    ["an archive", { "tales.zip": Buffer.from("PK\x03\x04 and so on") }, "model.unsupported", "tales.zip is an archive: unpack it"],
    ["leftovers alone", leftovers, "model.unsupported", "training_args.bin"],
  ])) {
    const { message, ...got } = await load(page, files);
    expect({ what, code: got.code }).toEqual({ what, code });
    expect(message, what).toContain(words);
  }
});

/** @param {string} parent @param {Record<string, Buffer>} files by their paths */
function write(parent, files) {
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(parent, path)), { recursive: true });
    writeFileSync(join(parent, path), bytes);
  }
}

test("a folder in a folder with what a zip leaves can be dropped", async ({ page }, info) => {
  write(info.outputPath(), { ...leftovers, ...within(whole, "z/tales/") });
  await openPage(page);
  const devtools = await page.context().newCDPSession(page);
  const data = { items: [], files: [info.outputPath("z")], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"]) await devtools.send("Input.dispatchDragEvent", { type, x: 400, y: 300, data });
  await expect(page.locator(".model-state")).toContainText("quantized here");
  await expect(page.locator(".model-name")).toHaveText("tales");
});

test("a file that is gone when it is read is said to be", async ({ page }, info) => {
  const names = ["model.safetensors", "config.json", "vocab.json", "merges.txt"];
  write(info.outputPath(), { ...whole, "small.gguf": Buffer.from("GGUF") });
  await openAPI(page);
  await page.evaluate(() => document.body.append(Object.assign(document.createElement("input"), { type: "file", multiple: true })));
  for (const [picked, gone] of [[names, "merges.txt"], [names, "model.safetensors"], [["small.gguf"], "small.gguf"]]) {
    await page.locator("input").setInputFiles(picked.map((name) => info.outputPath(name)));
    await page.evaluate(() => Promise.all(Array.from(document.querySelector("input").files, (file) => file.slice(0, 1).text()))); // the browser has looked at them
    rmSync(info.outputPath(gone));
    const { code, message } = await page.evaluate(() => vitrine.createEngine({ model: document.querySelector("input").files }).catch(({ code, message }) => ({ code, message })));
    expect({ gone, code }).toEqual({ gone, code: "model.incomplete" });
    expect(message).toContain(`${gone} could not be read: it was moved, changed or removed since it was chosen. Choose it again`);
    write(info.outputPath(), whole);
  }
});
