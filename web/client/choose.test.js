import assert from "node:assert/strict";
import test from "node:test";
import { byName, chooseCheckpoint, itemsOf, topmost } from "./choose.js";
import { isLeftover, plainName } from "./kinds.js";
import { ordered } from "./weights.js";

const config = JSON.stringify({ n_layer: 2, n_embd: 8 });
const vocabulary = JSON.stringify(Object.fromEntries(Array.from({ length: 300 }, (_, id) => [`t${id}`, id])));
const merges = "#version: 0.2\na b\n";
const tokenizer = JSON.stringify({ version: "1.0", model: { vocab: { a: 0 }, merges: [] } });
const roles = JSON.stringify({ bos_token: "<a>", eos_token: { content: "<b>" } });
const header = JSON.stringify({ a: { dtype: "F32", shape: [0], data_offsets: [0, 0] } });
const weights = String.fromCharCode(header.length, 0, 0, 0, 0, 0, 0, 0) + header;
const gguf = "GGUF\x03";

/** Files by their paths. @param {Record<string, string>} texts */
const filesOf = (texts) =>
  Object.entries(texts).map(([path, text]) =>
    Object.defineProperty(new File([text], path.slice(path.lastIndexOf("/") + 1)), "webkitRelativePath", { value: path.includes("/") ? path : "" }));

/**
 * What is chosen of some files: the weights, and the path of each file by its proper name.
 *
 * @param {Record<string, string>} texts
 */
async function chosen(texts) {
  const items = await itemsOf(filesOf(texts));
  const top = topmost(items.filter(({ kind }) => ["gguf", "safetensors", "index"].includes(kind)));
  const { weights, files } = await chooseCheckpoint(items, top[0].folder);
  const paths = Array.from(files, ([name, file]) => [name, file.webkitRelativePath || file.name]);
  return { weights, ...Object.fromEntries(paths) };
}

test("a name that a browser or a file manager changed is the name before", () => {
  for (const [name, plain] of [
    ["config.json", "config.json"], ["config (1).json", "config.json"], ["config(12).json", "config.json"], ["Config (1) (2).JSON", "Config.JSON"],
    ["config - Copy.json", "config.json"], ["config - Copy (2).json", "config.json"], ["merges copy.txt", "merges.txt"], ["merges copy 2.txt", "merges.txt"],
    ["config.json.1", "config.json"], ["config.json.txt", "config.json"], ["merges.txt.txt", "merges.txt"], ["config (1).json.txt", "config.json"],
    ["model-00001-of-00002 (1).safetensors", "model-00001-of-00002.safetensors"], ["model.safetensors.index (3).json", "model.safetensors.index.json"],
    ["gpt2.q8_0.gguf", "gpt2.q8_0.gguf"], ["v1.2.gguf", "v1.2.gguf"], ["photocopy.json", "photocopy.json"], ["model (small).gguf", "model (small).gguf"],
  ]) {
    assert.equal(plainName(name), plain, name);
  }
});

test("leftovers are known by their paths", () => {
  for (const path of ["__MACOSX/._model.safetensors", "a/__MACOSX/b.json", "._config.json", "a/.DS_Store", ".git/config.json", "Thumbs.db", "a/desktop.ini"]) {
    assert.ok(isLeftover(path), path);
  }
  for (const path of ["a.b/config.json", "model.safetensors", "a/b.c.gguf", "__MACOSX.gguf"]) assert.ok(!isLeftover(path), path);
});

test("files are chosen by what they are", async () => {
  const usual = { "model.safetensors": weights, "config.json": config, "vocab.json": vocabulary, "merges.txt": merges };
  const own = Object.fromEntries(Object.keys(usual).map((name) => [name, name]));
  assert.deepEqual(await chosen(usual), { weights: "model.safetensors", ...own });

  const again = { "model (1).safetensors": weights, "config (1).json": config, "Vocab.JSON": vocabulary, "merges.txt.txt": merges };
  assert.deepEqual(await chosen(again), {
    weights: "model.safetensors", "model.safetensors": "model (1).safetensors", "config.json": "config (1).json", "vocab.json": "Vocab.JSON", "merges.txt": "merges.txt.txt",
  });

  const other = { "weights.bin": weights, "small-settings.json": config, "words.json": `\ufeff${vocabulary}`, "pairs": merges, "specials.json": roles, "few.json": '{"<a>": 300}' };
  assert.deepEqual(await chosen(other), {
    weights: "weights.bin", "weights.bin": "weights.bin", "config.json": "small-settings.json", "vocab.json": "words.json", "merges.txt": "pairs",
    "special_tokens_map.json": "specials.json", "added_tokens.json": "few.json",
  });
  assert.equal((await chosen({ "a.safetensors": weights, "config.json": config, "t.json": tokenizer }))["tokenizer.json"], "t.json");

  // What has the name goes before what only looks alike.
  assert.equal((await chosen({ "args.json": config.replace("8", "9"), ...usual }))["config.json"], "config.json");
});

test("folders in folders, and what a zip leaves, give the model that is least deep", async () => {
  const inside = { "z/tales/model.safetensors": weights, "z/tales/config.json": config, "z/tales/tokenizer.json": tokenizer };
  const want = { weights: "model.safetensors", "model.safetensors": "z/tales/model.safetensors", "config.json": "z/tales/config.json", "tokenizer.json": "z/tales/tokenizer.json" };
  const leftovers = { "z/__MACOSX/tales/._model.safetensors": "\0\x05\x16\x07", "z/.DS_Store": "\0", "z/__MACOSX/tales/._config.json": "\0", "z/tales/.cache/config.json": "{}" };
  assert.deepEqual(await chosen({ ...leftovers, ...inside }), want);
  assert.deepEqual(await chosen({ "z/tales/checkpoint-500/model.safetensors": weights, "z/tales/checkpoint-500/config.json": "{}", ...inside }), want);
  // What the folder of the weights lacks is above it, or in the only other folder.
  const above = { "a/b/model.safetensors": weights, "a/config.json": config, "a/words/tokenizer.json": tokenizer, "a/words/tokenizer_config.json": "{}" };
  assert.deepEqual(await chosen(above), {
    weights: "model.safetensors", "model.safetensors": "a/b/model.safetensors", "config.json": "a/config.json", "tokenizer.json": "a/words/tokenizer.json",
    "tokenizer_config.json": "a/words/tokenizer_config.json",
  });
  // The files of a tokenizer are not mixed.
  const mixed = await chosen({ ...inside, "z/tokenizer_config.json": "{}" });
  assert.equal("tokenizer_config.json" in mixed, false);
});

test("the same file twice is no matter, two that differ are", async () => {
  const usual = { "model.safetensors": weights, "config.json": config, "tokenizer.json": tokenizer };
  assert.equal((await chosen({ ...usual, "config (1).json": config }))["config.json"], "config.json");
  for (const [texts, words] of /** @type {[Record<string, string>, RegExp][]} */ ([
    [{ ...usual, "config (1).json": config.replace("8", "4") }, /config\.json and config \(1\)\.json are both config\.json/],
    [{ "a/model.safetensors": weights, "b/model.safetensors": weights }, /a\/model\.safetensors and b\/model\.safetensors are two models/],
    [{ "a.safetensors": weights, "b.safetensors": weights }, /a\.safetensors and b\.safetensors are two models/],
    [{ "model-00001-of-00002.safetensors": weights }, /one of several/],
    [{ "m.safetensors": weights, "a/config.json": config, "b/config.json": config }, /two models/],
  ])) {
    await assert.rejects(chosen(texts), { message: words });
  }
});

test("parts of a GGUF file are put in order, whatever their names became", async () => {
  const files = filesOf({ "m-00002-of-00003.gguf": gguf, "M-00001-of-00003 (1).GGUF": gguf, "m-00003-of-00003.gguf": gguf, ".DS_Store": "" });
  const items = await itemsOf(files);
  assert.deepEqual(ordered(await byName(items)).map(({ name }) => name), ["M-00001-of-00003 (1).GGUF", "m-00002-of-00003.gguf", "m-00003-of-00003.gguf"]);
  assert.deepEqual((await itemsOf(filesOf({ "model.safetensors": gguf, "model.gguf": weights }))).map(({ kind }) => kind), ["gguf", "safetensors"]);
});
