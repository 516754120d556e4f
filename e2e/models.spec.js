// How a model comes: what stalls is said, and what came is kept on the device.
import { whole } from "./checkpoint.js";
import { expect, openAPI, openPage, pass, test } from "./fixtures.js";

test.describe("what stalls while the page loads", () => {
  test.use({ expectedErrors: [/Failed to load resource/] });
  for (const [what, pattern] of [["the list of models", "**/models/manifest.json"], ["the model", "**/*.gguf"], ["the engine", "**/vitrine-s*.wasm"], ["the engine's script", "**/worker-*.js"]]) {
    test(`${what} is said to, can be cancelled, and comes when it is asked for again`, async ({ page, context }) => {
      await context.route(pattern, () => {}); // which never answers
      await page.clock.install();
      await page.goto("./");
      await expect(page.locator("#loading")).toBeVisible();
      await expect(page.locator("#loading").getByRole("button")).toHaveCount(0);
      await pass(page, 12);
      await expect(page.locator("#loading")).toContainText(new RegExp(`Nothing has come for \\d+ s. The page waits for ${what}.`));
      await page.locator("#loading").screenshot({ path: test.info().outputPath("stalled.png") });
      await page.locator("#loading").getByRole("button", { name: "Cancel" }).click();
      await expect(page.locator("#loading")).toBeHidden();
      await expect(page.locator("#status")).toContainText("No model loaded");
      await page.locator(".model-button").click();
      await page.getByRole("button", { name: "Default model" }).click();
      await pass(page, 12);
      await context.unroute(pattern);
      await page.locator("#loading").getByRole("button", { name: "Try again" }).click();
      await expect(page.locator(".model-state")).toContainText("on this device");
    });
  }
});

test("a model is kept for the next visit, listed with its size, and can be deleted", async ({ page, requests }) => {
  const ofModel = () => requests.filter((url) => url.endsWith(".gguf")).length;
  await openPage(page);
  await expect(page.locator(".model-state")).toHaveText("5.0 MB, on this device");
  await openPage(page);
  await expect(page.locator(".model-state")).toHaveText("5.0 MB, from this device");
  expect(ofModel()).toBe(1);
  await page.locator(".model-button").click();
  const list = page.getByRole("list", { name: "Stored on this device" });
  await expect(list.getByRole("listitem")).toHaveCount(1);
  await expect(list).toContainText("tiny5.0 MB, localhost");
  await page.locator("#model-menu").screenshot({ path: test.info().outputPath("stored.png") });
  await list.getByRole("button", { name: /^tiny/ }).click();
  await expect(page.locator(".model-state")).toHaveText("5.0 MB, on this device");
  expect(ofModel()).toBe(1);
  await page.locator(".model-button").click();
  await page.getByRole("button", { name: "Delete tiny from this device" }).click();
  await expect(list).toBeHidden();
  await openPage(page);
  await expect(page.locator(".model-state")).toHaveText("5.0 MB, on this device");
  expect(ofModel()).toBe(2);
});

test("a stored copy that was changed is refused and dropped, and comes again", async ({ page }) => {
  await openAPI(page);
  const got = await page.evaluate(async () => {
    const { createEngine, storedModels } = globalThis.vitrine;
    const load = () => createEngine().then(({ info, close }) => info.from, ({ code, message }) => `${code} ${/SHA-256/.test(message)}`);
    const said = [await load()];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const key of await cache.keys()) {
        const answer = await cache.match(key);
        const bytes = new Uint8Array(await answer.arrayBuffer());
        bytes[bytes.length - 1000] ^= 1;
        await cache.put(key, new Response(bytes, { headers: answer.headers }));
      }
    }
    said.push(await load(), (await storedModels()).length, await load(), await load());
    return said;
  });
  expect(got).toEqual(["network", "model.format true", 0, "network", "stored"]);
});

test("storage that is full or forbidden leaves the model running", async ({ page, context }) => {
  await openAPI(page);
  const devtools = await context.newCDPSession(page);
  await devtools.send("Storage.overrideQuotaForOrigin", { origin: new URL(page.url()).origin, quotaSize: 1e6 });
  const load = () => page.evaluate(async () => {
    const engine = await globalThis.vitrine.createEngine();
    const { ids } = await engine.generate("Once", { temperature: 0, maxTokens: 2 }).result;
    engine.close();
    return { stored: engine.info.stored, notes: engine.info.notes, ids: ids.length };
  });
  expect(await load()).toEqual({ stored: false, notes: [expect.stringContaining("storage for this site is full")], ids: 2 });
});

test("a checkpoint of a server is quantized once, and kept while it is the same", async ({ page }) => {
  let tag = '"1"';
  const asked = [];
  await page.context().route("**/m/*", (route) => {
    const name = new URL(route.request().url()).pathname.split("/").at(-1);
    asked.push(`${route.request().method()} ${name}`);
    const body = whole[name];
    return route.fulfill(body ? { status: 200, headers: { ETag: tag }, body: route.request().method() === "HEAD" ? "" : body } : { status: 404 });
  });
  await openAPI(page);
  const load = () => page.evaluate(async () => {
    const engine = await globalThis.vitrine.createEngine({ model: "m/model.safetensors" });
    const { ids } = await engine.generate("ab a", { temperature: 0, maxTokens: 4, ignoreEos: true }).result;
    engine.close();
    return { from: engine.info.from, stored: engine.info.stored, file: engine.quantized.file.name, ids };
  });
  const first = await load();
  expect(first).toMatchObject({ from: "network", stored: true, file: "m-q8_0.gguf" });
  asked.length = 0;
  expect(await load()).toEqual({ ...first, from: "stored" });
  expect(asked).toEqual(["HEAD model.safetensors"]);
  tag = '"2"';
  expect(await load()).toEqual(first);
  await page.context().route("**/m/*", (route) => route.abort("internetdisconnected"));
  expect(await load()).toEqual({ ...first, from: "stored" });
});
