// Several workers share the rows of every matrix: faster for a large model, with the same result.
import { cpSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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

test("a page of another origin loads the engine from ours, however long its model takes", async ({ browser, site }) => {
  const { url, stop } = await serve("dist");
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    // Our server allows no other site; one that is there to be used by others does.
    await context.route(`${site}**`, async (route) => {
      const response = await route.fetch();
      const headers = { ...response.headers(), "access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin" };
      await route.fulfill({ response, headers });
    });
    await page.clock.install();
    await page.goto(`${url}vitrine.d.ts`);
    let arrive = () => {};
    const arrived = new Promise((resolve) => (arrive = () => resolve(undefined)));
    await context.route("**/manifest.json", async (route) => {
      await arrived;
      await route.fallback();
    });
    const asked = page.waitForRequest("**/manifest.json");
    const engine = page.evaluate(async (site) => {
      const { createEngine } = await import(`${site}vitrine.js`);
      const engine = await createEngine({ threads: 3 });
      const { ids } = await engine.generate("Once", { temperature: 0, maxTokens: 3 }).result;
      return { threads: engine.info.threads, ids: ids.length };
    }, site);
    await asked;
    await page.clock.fastForward("10:00");
    arrive();
    expect(await engine).toEqual({ threads: 3, ids: 3 });
  } finally {
    await context.close();
    await stop();
  }
});

test("closing an engine ends all of its workers, and no others", async ({ page }) => {
  await openAPI(page);
  const workers = () => page.workers().length;
  await page.evaluate(async () => {
    globalThis.engines = [await vitrine.createEngine({ threads: 3 }), await vitrine.createEngine({ threads: 2 })];
  });
  expect(workers()).toBe(5);
  await page.evaluate(() => globalThis.engines[0].close());
  await expect.poll(workers).toBe(2);
  expect((await page.evaluate(() => globalThis.engines[1].generate("Once", { maxTokens: 3, ignoreEos: true }).result)).ids).toHaveLength(3);
  await page.evaluate(() => globalThis.engines[1].close());
  await expect.poll(workers).toBe(0);

  // So does giving up half-way through a file that is large enough to have a reader.
  const reason = await page.evaluate(async () => {
    const bytes = await (await fetch(model)).arrayBuffer();
    const file = new File([bytes, new Uint8Array(64e6)], "long.gguf");
    const controller = new AbortController();
    const onProgress = ({ phase, loaded }) => phase === "model" && loaded > 2e6 && controller.abort(new Error("enough"));
    return vitrine.createEngine({ model: file, threads: 3, signal: controller.signal, onProgress }).catch(({ message }) => message);
  });
  expect(reason).toBe("enough");
  await expect.poll(workers).toBe(0);
});

test("an engine that is closed during a run leaves another one alone", async ({ page }) => {
  await openAPI(page);
  const { code, ids } = await page.evaluate(async () => {
    const [first, second] = [await vitrine.createEngine({ threads: 2 }), await vitrine.createEngine({ threads: 2 })];
    const options = { temperature: 0, maxTokens: 200, ignoreEos: true };
    const other = second.generate("Once upon a time", options).result;
    const run = first.generate("Once upon a time", options);
    const code = await (async () => {
      for await (const event of run) if (event.type === "token") first.close();
    })().catch((error) => error.code);
    return { code, ids: (await other).ids };
  });
  expect(code).toBe("closed");
  expect(ids).toHaveLength(200);
});

test.describe("a member that dies", () => {
  /** Put before the worker's script: the leader keeps its members at hand; `deadly` is told to each member. */
  const before = (/** @type {boolean} */ deadly) => `
    self.members = [];
    self.Worker = class extends self.Worker { constructor(...args) { super(...args); self.members.push(this); } };
    self.addEventListener("message", ({ data: { member } }) => {
      if (!member || !${deadly}) return;
      const { instantiate } = WebAssembly;
      WebAssembly.instantiate = async (...args) => {
        const { exports } = await instantiate(...args);
        const dies = () => { throw new Error("a member dies here"); };
        return { exports: Object.fromEntries(Object.entries(exports).map(([name, value]) => [name, typeof value === "function" ? dies : value])) };
      };
    });
  `;

  /**
   * Opens the API of a site whose worker begins so, with an engine.
   *
   * @param {import("@playwright/test").Page} page
   * @param {import("@playwright/test").TestInfo} info
   * @param {boolean} deadly
   */
  async function open(page, info, deadly) {
    const dir = info.outputPath("site");
    cpSync("dist", dir, { recursive: true });
    const script = join(dir, readdirSync(dir).find((name) => /^worker-.*\.js$/.test(name)));
    writeFileSync(script, before(deadly) + readFileSync(script, "utf8"));
    const { url, stop } = await serve(dir);
    ends.push(stop);
    await page.goto(`${url}vitrine.d.ts`);
    await page.evaluate(async () => {
      const { createEngine } = await import(new URL("vitrine.js", location.href).href);
      globalThis.engine = await createEngine({ threads: 3 });
    });
  }
  /** @type {(() => Promise<unknown>)[]} */
  const ends = [];
  test.afterEach(() => Promise.all(ends.splice(0).map((stop) => stop())));

  test("while it is idle is not missed", async ({ context }, info) => {
    const page = await context.newPage();
    await open(page, info, false);
    const run = () => page.evaluate(async () => (await globalThis.engine.generate("Once", { temperature: 0, maxTokens: 12, ignoreEos: true }).result).ids);
    const ids = await run();
    const terminate = () => self.members.splice(0).map((member) => member.terminate()).length;
    const ended = page.workers().map((worker) => worker.evaluate(terminate).catch(() => 0)); // a member may end before it answers
    expect((await Promise.all(ended)).sort()).toEqual([0, 0, 2]);
    await expect.poll(() => page.workers().length).toBe(1);
    expect(await run()).toEqual(ids);
  });

  test("in the middle of a frame ends the run, with an error that says so", async ({ context }, info) => {
    const page = await context.newPage();
    await open(page, info, true);
    const { code, message, seconds } = await page.evaluate(async () => {
      const start = performance.now();
      const { code, message } = await globalThis.engine.generate("Once", { maxTokens: 12 }).result.catch((error) => error);
      return { code, message, seconds: (performance.now() - start) / 1000 };
    });
    expect({ code, message }).toEqual({ code: "engine.silent", message: expect.stringContaining("stopped answering") });
    expect(seconds).toBeLessThan(10); // the leader waits for 5
  });
});
