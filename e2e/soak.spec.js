// What much use leaves behind: memory, nodes, listeners and workers, as the browser counts them after it, beside those
// after a little. `make soak` does all of it, `make test` a part: SOAK is the share, 1 for all.
import { readFileSync } from "node:fs";
import { env } from "node:process";
import { findChromium } from "./chromium.js";
import { expect, openEngine, openPage, setting, test } from "./fixtures.js";

const share = Number(env.SOAK ?? 0.01);
const part = (/** @type {number} */ all) => Math.max(4, Math.ceil(share * all));

/** How much more there may be, in MB: what the collectors of JavaScript and Go leave for later. None of it grows with use. */
const SLACK = { heapMB: 3, pageMB: 16, processMB: 60 };

test.use({
  reuseContext: false,
  // With it the browser measures a page at once, where it would wait for its next collection.
  launchOptions: { executablePath: findChromium(), args: ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--enable-blink-features=ForceEagerMeasureMemory"] },
});
test.setTimeout(60_000 + 3_600_000 * share);

/**
 * What there is now: the page's own counts; `heapMB` of its JavaScript, `pageMB` of it with its workers, where all is done,
 * `processMB` as the system sees it.
 *
 * @param {import("@playwright/test").Page} page
 */
async function measure(page) {
  const [client, all] = [await page.context().newCDPSession(page), await page.context().browser().newBrowserCDPSession()];
  await client.send("HeapProfiler.enable");
  for (let i = 0; i < 3; i++) { // what one collection lets go of, the next one takes
    await client.send("HeapProfiler.collectGarbage");
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  }
  const counts = await client.send("Memory.getDOMCounters");
  const { usedSize } = await client.send("Runtime.getHeapUsage");
  const bytes = share < 1 ? 0 : await page.evaluate(async () => (await performance.measureUserAgentSpecificMemory()).bytes); // it may take a minute
  const { processInfo } = await all.send("SystemInfo.getProcessInfo");
  const resident = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, "utf8"))[1]);
  await Promise.all([client.detach(), all.detach()]);
  return {
    documents: counts.documents, nodes: counts.nodes, listeners: counts.jsEventListeners, workers: page.workers().length,
    heapMB: usedSize / 1e6, pageMB: bytes / 1e6, processMB: resident.reduce((sum, kB) => sum + Number(kB), 0) / 1e3,
  };
}

/**
 * Does something so often, and compares what is there after it with what was there after a fifth of it, at least twice.
 *
 * @param {import("@playwright/test").Page} page @param {string} what @param {number} n @param {(from: number, to: number) => Promise<void>} does
 */
async function soak(page, what, n, does) {
  const warm = Math.max(2, Math.floor(n / 5));
  await does(0, warm);
  const before = await measure(page);
  await does(warm, n);
  const after = await measure(page);
  const words = (/** @type {Awaited<ReturnType<typeof measure>>} */ all) => Object.entries(all).map(([name, value]) => `${name} ${Number(value.toFixed(1))}`).join(", ");
  console.log(`${what}:\n  after ${warm}: ${words(before)}\n  after ${n}: ${words(after)}`);
  const { documents, listeners, workers, nodes } = after;
  expect({ documents, listeners, workers }, what).toEqual({ documents: before.documents, listeners: before.listeners, workers: before.workers });
  expect(nodes, what).toBeLessThanOrEqual(before.nodes + 20);
  for (const [name, slack] of Object.entries(SLACK)) expect(after[name], `${what}: ${name}`).toBeLessThan(before[name] + slack);
}

test("tokens in one page", async ({ page }) => {
  await openPage(page, { settings: { temperature: "1" } });
  await setting(page, { maxTokens: 200 });
  let [tokens, runs] = [0, 0];
  /** @param {string} prompt another one each time: runs of the same one are kept beside each other, as branches @param {number} seed */
  async function run(prompt, seed) {
    await page.evaluate((typed) => {
      for (const [id, value] of Object.entries(typed)) { // not by keys: what they undo, the browser keeps
        const field = document.getElementById(id);
        field.value = value;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }, { prompt, "setting-seed": String(seed) });
    await page.getByRole("button", { name: "Generate" }).click();
    await expect(page.locator("#generate")).toHaveAttribute("data-running", "false", { timeout: 120_000 });
    tokens += await page.locator("#chips .chip:not([data-prompt])").count();
  }
  await soak(page, "tokens in one page", part(20_000), async (_, to) => {
    while (tokens < to) await run(++runs % 2 ? "The little dog" : "One day, a girl", runs); // a text may end early: so many runs as it takes
    await run("Once upon a time", 0); // the same is shown whenever it is measured
  });
  expect(tokens).toBeGreaterThanOrEqual(part(20_000));
  await expect(page.locator("#notice")).toBeEmpty();
});

test("runs that are aborted, pauses and looks, engines", async ({ page }) => {
  await openEngine(page);
  await page.evaluate(() => {
    let state = 7; // Numerical Recipes' generator: the same places each time
    globalThis.random = (/** @type {number} */ n) => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) % n;
  });

  await soak(page, "runs aborted at random stages", part(200), (from, to) => page.evaluate(async (n) => {
    for (; n > 0; n--) {
      const controller = new AbortController();
      let left = random(500);
      const run = engine.generate(prompt, { ...sampled, maxTokens: 8, signal: controller.signal });
      for await (const { type } of run) if (type === "stage" && left-- === 0) controller.abort();
      const { finishReason } = await run.result;
      if (finishReason !== "length" && !(finishReason === "aborted" && left < 0)) throw new Error(finishReason); // one may end first
    }
  }, to - from));

  await soak(page, "pauses and looks", part(1000), (from, to) => page.evaluate(async (n) => {
    while (n > 0) {
      const run = engine.generate(prompt, { ...sampled, paused: true, maxTokens: 4 });
      for (let at = await run.pause(); at && n > 0; n--) {
        at = await run.step({ direction: "into" });
        if (!at) break;
        const { stage, layer, position } = at;
        if (/^(embed|ln|mlp|residual)/.test(stage) && (await run.inspect(stage)).length === 0) throw new Error(`nothing of ${stage} ${layer} ${position}`);
        if (random(10) === 0) await run.lens().catch(({ code }) => code === "argument" || Promise.reject(code));
      }
      run.close();
    }
  }, to - from));

  await soak(page, "engines opened and closed", part(100), async (from, to) => {
    await page.evaluate(async (n) => {
      for (; n > 0; n--) {
        const another = await vitrine.createEngine({ threads: 1 + (n % 2) });
        const run = another.generate(prompt, { ...sampled, pace: 1 });
        if (n % 3 === 0) for await (const { type } of run) if (type === "token") break;
        another.close();
        await run.result.catch(({ code }) => code === "closed" || Promise.reject(code));
      }
    }, to - from);
    await expect.poll(() => page.workers().length, "that of the first engine").toBe(1);
  });
});
