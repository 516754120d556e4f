// An independent reader of the same file: llama.cpp, as wllama brings it.
import { readFileSync } from "node:fs";
import { expect, serve, test } from "./fixtures.js";

const golden = JSON.parse(readFileSync(new URL("golden-ids.json", import.meta.url), "utf8"));
// llama.cpp bans the end of text where it ignores it, and ours does so in these
// runs. It rounds activations to 8 bits, ours to 16: that moves logits by about
// 0.01, so every choice in these runs is one with a margin of at least 0.06.
const runs = golden.runs.filter(({ options }) => options.temperature === 0 && options.banned);

test("llama.cpp gives the same greedy ids", async ({ browser }) => {
  const { url, stop } = await serve("."); // wllama from node_modules, the model from models/
  const page = await browser.newPage();
  try {
    await page.goto(`${url}package.json`); // a document of this origin without a script
    const outcomes = await page.evaluate(
      async ({ model, runs }) => {
        const folder = new URL("node_modules/@wllama/wllama/esm/", location.href);
        const { Wllama } = await import(new URL("index.js", folder).href);
        const quiet = { debug() {}, log() {}, warn() {}, error: console.error };
        const llama = new Wllama({ default: new URL("wasm/wllama.wasm", folder).href }, { logger: quiet, suppressNativeLog: true });
        const file = await (await fetch(`models/${model}`)).blob();
        await llama.loadModel([file], { n_threads: 1, n_ctx: 256, n_gpu_layers: 0, n_parallel: 1, warmup: false });
        const outcomes = [];
        for (const { prompt, options } of runs) {
          const { choices, usage } = await llama.createCompletion({
            prompt,
            max_tokens: options.maxTokens,
            temperature: 0,
            top_k: 1,
            ignore_eos: true,
            cache_prompt: false,
            logprobs: 1,
          });
          const ids = choices[0].logprobs.content.map(({ id }) => id);
          outcomes.push({ promptTokens: usage.prompt_tokens, ids, text: choices[0].text });
        }
        return outcomes;
      },
      { model: golden.model, runs },
    );
    expect(runs.filter(({ ids }) => ids.length === 20).length).toBeGreaterThan(2);
    expect(outcomes).toEqual(runs.map(({ promptIds, ids, text }) => ({ promptTokens: promptIds.length, ids, text })));
  } finally {
    await page.close();
    await stop();
  }
});
