// An independent reader of the same file: llama.cpp, as wllama brings it.
import { readFileSync } from "node:fs";
import { expect, serve, test } from "./fixtures.js";

const golden = JSON.parse(readFileSync(new URL("golden-ids.json", import.meta.url), "utf8"));
const [run] = golden.runs; // greedy, 20 tokens, past the end of text

test("llama.cpp gives the same greedy ids", async ({ browser }) => {
  const root = await serve("."); // wllama from node_modules, the model from models/
  const page = await browser.newPage();
  try {
    await page.goto(`${root.url}package.json`); // a document of this origin without a script
    const outcome = await page.evaluate(
      async ({ model, prompt, count }) => {
        const folder = new URL("node_modules/@wllama/wllama/esm/", location.href);
        const { Wllama } = await import(new URL("index.js", folder).href);
        const quiet = { debug() {}, log() {}, warn() {}, error: console.error };
        const llama = new Wllama({ default: new URL("wasm/wllama.wasm", folder).href }, { logger: quiet, suppressNativeLog: true });
        const file = await (await fetch(`models/${model}`)).blob();
        await llama.loadModel([file], { n_threads: 1, n_ctx: 256, n_gpu_layers: 0, n_parallel: 1, warmup: false });
        const promptIds = await llama.tokenize(prompt);
        const ids = [];
        let text = "";
        await llama.createCompletion({
          prompt,
          max_tokens: count,
          temperature: 0,
          top_k: 1,
          ignore_eos: true,
          cache_prompt: false,
          return_tokens: true,
          stream: true,
          onData: (chunk) => {
            ids.push(chunk);
            text += chunk.choices?.[0]?.text ?? "";
          },
        });
        return { promptIds: [...promptIds], chunks: ids, text };
      },
      { model: golden.model, prompt: run.prompt, count: run.ids.length },
    );
    console.log(JSON.stringify(outcome).slice(0, 3000));
    expect(outcome.promptIds).toEqual(run.promptIds);
  } finally {
    await page.close();
    await root.stop();
  }
});
