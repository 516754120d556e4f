// Several workers share the rows of every matrix: faster for a large model, with the same result.
import { expect, openAPI, serve, test } from "./fixtures.js";

/** Runs in the page: what an engine with so many threads says and generates. */
async function answer(threads) {
  const engine = await globalThis.vitrine.createEngine({ threads });
  const { ids } = await engine.generate("Once upon a time", { temperature: 0.9, topK: 40, seed: 11, maxTokens: 24 }).result;
  const logits = await engine.logits("What is the capital of Japan?");
  engine.close();
  return { threads: engine.info.threads, ids, logits: [...logits] };
}

test("any number of threads gives the same bits", async ({ page }) => {
  await openAPI(page);
  const one = await page.evaluate(answer, 1);
  expect(one.threads).toBe(1);
  for (const threads of [2, 3]) {
    expect(await page.evaluate(answer, threads)).toEqual({ ...one, threads });
  }
  // The default model is too small to gain from a second one.
  expect(await page.evaluate(answer, "auto")).toEqual(one);
});

test("a page that is not isolated computes with one", async ({ browser }) => {
  const { url, stop } = await serve("dist", "-isolate=false");
  const page = await browser.newPage();
  try {
    await page.goto(`${url}vitrine.d.ts`);
    const { threads, ids } = await page.evaluate(async () => {
      const { createEngine } = await import(new URL("vitrine.js", location.href).href);
      const engine = await createEngine({ threads: 4 });
      const { ids } = await engine.generate("Once", { temperature: 0, maxTokens: 3 }).result;
      return { threads: engine.info.threads, ids };
    });
    expect(threads).toBe(1);
    expect(ids).toHaveLength(3);
  } finally {
    await page.close();
    await stop();
  }
});
