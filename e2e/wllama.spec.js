// An independent reader of the files that we publish and write: llama.cpp, as wllama
// brings it.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { whole } from "./checkpoint.js";
import { expect, serve, test } from "./fixtures.js";

const read = (/** @type {string} */ path) => JSON.parse(readFileSync(path, "utf8"));
const [golden] = read("e2e/golden-ids.json");
// llama.cpp bans the end of text where it ignores it, and ours does so in these
// runs. It rounds activations to 8 bits, ours to 16: that moves logits by about
// 0.01, so every choice in these runs is one with a margin of at least 0.06.
const runs = golden.runs.filter(({ options }) => options.temperature === 0 && options.banned);
const someRuns = runs.slice(0, 2); // where many files do them

/** What the runs must give. @param {typeof runs} runs */
const outcomes = (runs) => runs.map(({ promptIds, ids, text }) => ({ promptTokens: promptIds.length, ids, text }));

const folder = "build/wllama"; // what the tests write

/** Runs tools/quantize. @param {...string} args */
const quantize = (...args) => execFileSync("build/quantize", args, { stdio: ["ignore", "ignore", "inherit"] });

/** Returns the default model in float32, which has the same choices. */
function full() {
  const file = `${folder}/full.gguf`;
  if (!existsSync(file)) quantize("-in", `models/${golden.model}`, "-out", file, "-type", "f32");
  return file;
}

/** @type {Awaited<ReturnType<typeof serve>>} */
let server;
/** @type {import("@playwright/test").Page} */
let page; // a document of the same origin without a script

test.beforeAll(async ({ browser }) => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  server = await serve("."); // wllama from node_modules, models from models/ and build/, our engine from dist/
  page = await browser.newPage();
  await page.goto(`${server.url}package.json`);
});

test.afterAll(async () => {
  await page?.close();
  await server?.stop();
});

/**
 * Lets llama.cpp complete texts greedily.
 *
 * @param {string[]} files the model's, relative to the root of the repository
 * @param {{ prompt: string, maxTokens: number, ignoreEos: boolean, best: number }[]} runs best: how many candidates for
 *   each token to tell; it cannot tell those that are no whole characters
 */
const complete = (files, runs) =>
  page.evaluate(
    async ({ files, runs }) => {
      const folder = new URL("node_modules/@wllama/wllama/esm/", location.href);
      const { Wllama } = await import(new URL("index.js", folder).href);
      const quiet = { debug() {}, log() {}, warn() {}, error: console.error };
      const llama = new Wllama({ default: new URL("wasm/wllama.wasm", folder).href }, { logger: quiet, suppressNativeLog: true });
      const parts = await Promise.all(files.map(async (file) => new File([await (await fetch(file)).blob()], file)));
      try {
        await llama.loadModel(parts, { n_threads: 1, n_ctx: 256, n_gpu_layers: 0, n_parallel: 1, warmup: false });
        const outcomes = [];
        for (const { prompt, maxTokens, ignoreEos, best } of runs) {
          const { choices, usage } = await llama.createCompletion({
            prompt,
            max_tokens: maxTokens,
            temperature: 0,
            top_k: 1,
            ignore_eos: ignoreEos,
            cache_prompt: false,
            logprobs: best,
          });
          const { text, logprobs } = choices[0];
          const ids = logprobs.content.map(({ id }) => id);
          /** @type {{ id: number, logprob: number }[]} for the first token */
          const candidates = logprobs.content[0].top_logprobs.map(({ id, logprob }) => ({ id, logprob }));
          outcomes.push({ promptTokens: usage.prompt_tokens, ids, text, candidates });
        }
        return outcomes;
      } finally {
        await llama.exit();
      }
    },
    { files, runs },
  );

/**
 * Does golden runs in llama.cpp.
 *
 * @param {typeof runs} runs
 * @param {...string} files
 */
async function completeGolden(runs, ...files) {
  const got = await complete(files, runs.map(({ prompt, options }) => ({ prompt, maxTokens: options.maxTokens, ignoreEos: true, best: 1 })));
  return got.map(({ promptTokens, ids, text }) => ({ promptTokens, ids, text }));
}

/**
 * Does golden runs in our engine.
 *
 * @param {typeof runs} runs
 * @param {string} file
 */
const completeOurs = (runs, file) =>
  page.evaluate(
    async ({ runs, file }) => {
      const { createEngine } = await import(new URL("dist/vitrine.js", location.href).href);
      const engine = await createEngine({ model: new URL(file, location.href) });
      const outcomes = [];
      for (const { prompt, options } of runs) {
        const { promptIds, ids, text } = await engine.generate(prompt, options).result;
        outcomes.push({ promptTokens: promptIds.length, ids, text });
      }
      engine.close();
      return outcomes;
    },
    { runs, file },
  );

test("llama.cpp gives the same greedy ids", async () => {
  expect(runs.filter(({ ids }) => ids.length === 20).length).toBeGreaterThan(2);
  expect(await completeGolden(runs, `models/${golden.model}`)).toEqual(outcomes(runs));
});

for (const type of ["f32", "f16", "q8_0"]) {
  test(`llama.cpp and our engine agree on what quantize writes as ${type}`, async () => {
    const file = `${folder}/${type}.gguf`;
    quantize("-in", full(), "-out", file, "-type", type);
    expect(await completeGolden(someRuns, file), "llama.cpp").toEqual(outcomes(someRuns));
    expect(await completeOurs(someRuns, file), "our engine").toEqual(outcomes(someRuns));
  });
}

test("llama.cpp reads what quantize -split writes", async () => {
  quantize("-in", full(), "-out", `${folder}/split.gguf`, "-split", "2MB");
  const parts = readdirSync(folder).filter((name) => name.startsWith("split-")).sort();
  expect(parts).toEqual([1, 2, 3].map((part) => `split-0000${part}-of-00003.gguf`));
  expect(await completeGolden(someRuns, ...parts.map((name) => `${folder}/${name}`))).toEqual(outcomes(someRuns));
});

test("llama.cpp gives what PyTorch gives, from each layout of checkpoint", async () => {
  const checkpoints = "tools/quantize/testdata/golden";
  const { config, ids, cases } = read(`${checkpoints}/golden.json`);
  // One letter a token, so that the prompt is ids. llama.cpp wants room for one token
  // more, which is why it gets them without the last.
  const letters = [..."abcdefg"];
  const prompt = ids.slice(0, -1).map((id) => letters[id]).join("");
  const from = `${folder}/checkpoint`;
  mkdirSync(from);
  writeFileSync(`${from}/config.json`, JSON.stringify({ model_type: "gpt2", ...config }));
  writeFileSync(`${from}/vocab.json`, JSON.stringify(Object.fromEntries(letters.map((letter, id) => [letter, id]))));
  writeFileSync(`${from}/merges.txt`, "#version: 0.2\n");
  // Tied and not, with more rows than tokens, and nanoGPT's, without biases.
  for (const [name, ...flags] of [["f32.safetensors"], ["untied.safetensors"], ["padded.safetensors"], ["nanogpt.pt"], ["mingpt.pt", "-heads", "2"]]) {
    copyFileSync(`${checkpoints}/${name}`, `${from}/${name}`);
    const file = `${folder}/${name}.gguf`;
    quantize("-in", `${from}/${name}`, "-out", file, "-type", "f32", ...flags);
    const { logits } = cases[name]; // [T, V]
    const size = logits.length / ids.length;
    const [{ promptTokens, candidates }] = await complete([file], [{ prompt, maxTokens: 1, ignoreEos: false, best: size }]);
    expect(promptTokens).toBe(ids.length - 1);
    const last = logits.slice(-2 * size, -size);
    const sum = Math.log(last.reduce((sum, logit) => sum + Math.exp(logit), 0));
    expect(candidates.map(({ id }) => id).sort((a, b) => a - b), name).toEqual([...last.keys()]);
    // llama.cpp keeps keys and values in 16 bits: its figures are 0.001 off. nanoGPT's
    // GELU is the exact one, for which it has none.
    for (const { id, logprob } of candidates) expect(Math.abs(logprob - (last[id] - sum)), `${name}, token ${id}`).toBeLessThan(0.005);
  }
});

test("llama.cpp finds the added tokens of a text that we find, and puts the same tokens around it", async () => {
  const vocab = JSON.parse(String(whole["vocab.json"]));
  const bytes = Object.fromEntries(Object.entries(vocab).filter(([, id]) => id < 256));
  const added = ["<user>", "<bot>", "zed", "<|endoftext|>"].map((content, i) =>
    ({ id: 256 + i, content, special: i % 2 === 1, normalized: i % 2 === 0, lstrip: false, rstrip: false, single_word: false }));
  const byteLevel = { type: "ByteLevel", add_prefix_space: false };
  const [bot, end] = ["<bot>", "<|endoftext|>"].map((id) => ({ SpecialToken: { id, type_id: 0 } }));
  const around = { type: "TemplateProcessing", single: [bot, { Sequence: { id: "A", type_id: 0 } }, end], special_tokens: { "<bot>": { ids: [257] }, "<|endoftext|>": { ids: [259] } } };
  const kinds = {
    plain: {},
    around: { post_processor: around },
    digits: { pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "Digits", individual_digits: true }, byteLevel] } },
  };
  for (const [kind, change] of Object.entries(kinds)) {
    const from = `${folder}/added-${kind}`;
    mkdirSync(from);
    const tokenizer = { added_tokens: added, pre_tokenizer: byteLevel, model: { type: "BPE", vocab: bytes, merges: [] }, ...change };
    for (const name of ["config.json", "model.safetensors"]) writeFileSync(`${from}/${name}`, whole[name]);
    writeFileSync(`${from}/tokenizer.json`, JSON.stringify(tokenizer));
    const file = `${from}.gguf`;
    quantize("-in", from, "-out", file, "-type", "f32");
    // llama.cpp can tell a token that is a whole character only: the first text after which that is the best.
    const ours = await page.evaluate(
      async (file) => {
        const { createEngine } = await import(new URL("dist/vitrine.js", location.href).href);
        const engine = await createEngine({ model: new URL(file, location.href) });
        for (let n = 0; n < 40; n++) {
          const text = `${"c".repeat(n)}a <user>b 12<|endoftext|> zed<bot>`;
          const [tokens, logits] = [await engine.tokenize(text), await engine.logits(text)];
          const best = logits.indexOf(Math.max(...logits));
          if (best < 33 || best > 126) continue;
          engine.close();
          return { text, n, best, tokens: tokens.map(({ id, special }) => (special ? id : String.fromCharCode(id))), logits: [...logits] };
        }
      },
      file,
    );
    const [{ promptTokens, ids: [id], candidates: [{ logprob }] }] = await complete([file], [{ prompt: ours.text, maxTokens: 1, ignoreEos: false, best: 1 }]);
    const inside = [..."c".repeat(ours.n), "a", " ", 256, "b", " ", "1", "2", 259, " ", 258, 257];
    expect(ours.tokens, kind).toEqual(kind === "around" ? [257, ...inside, 259] : inside);
    expect(promptTokens, kind).toBe(ours.tokens.length);
    expect(id, kind).toBe(ours.best);
    const sum = Math.log(ours.logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    expect(Math.abs(logprob - (ours.logits[id] - sum)), kind).toBeLessThan(0.005); // as in the test before
  }
});
