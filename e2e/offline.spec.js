// The page on the device: without a network, at a host that sends no headers, in two versions, and where a file stalls.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findChromium } from "./chromium.js";
import { expect, generate, openPage, pass, serve, test } from "./fixtures.js";

const model = "models/vitrine-tiny-q8_0.gguf"; // the default one

test.use({ serviceWorkers: "allow", reuseContext: false });

/** @param {import("@playwright/test").Page} page */
const kept = (page) => expect(page.locator("#hosting-kept")).toContainText("works without a network", { timeout: 40_000 });
const isolated = (/** @type {import("@playwright/test").Page} */ page) => page.evaluate(() => crossOriginIsolated);

/** A copy of the site in a folder, served without the headers of isolation. @param {string} root @param {string} [path] */
async function host(root, path = "") {
  const dir = join(root, path);
  cpSync("dist", dir, { recursive: true });
  const { url, stop } = await serve(root, "-isolate=false");
  return { dir, url: url + (path && `${path}/`), stop };
}

/** Takes a file out of the cache. @param {import("@playwright/test").Page} page @param {string} name */
const lose = (page, name) => page.evaluate(async (name) => {
  const [cache] = await Promise.all((await caches.keys()).filter((key) => key.startsWith("vitrine-site")).map((key) => caches.open(key)));
  if (!(await cache.delete(new URL(name, location.href)))) throw new Error(`${name} is not in the cache`);
}, name);

test("after one visit the page works without its server", async ({ context }) => {
  const { url, stop } = await serve("dist");
  const page = await context.newPage();
  await openPage(page, { address: url });
  await kept(page);
  await lose(page, "app.js");
  await page.reload(); // which fetches it again
  await expect(page.locator('g[data-id="L"]')).toBeAttached();
  await stop();
  await context.setOffline(true);
  await page.reload();
  await expect(page.locator('g[data-id="L"]')).toBeAttached();
  await generate(page);
  await expect(page.locator("#chips .chip:not([data-prompt])").first()).toBeAttached();
  expect(await isolated(page)).toBe(true);

  // A file of this device, and all that the site has but for the other models.
  await page.locator('#model-menu input[type="file"]').setInputFiles(model);
  await expect(page.locator(".recent")).toContainText("from files");
  await generate(page);
  await expect(page.locator("#notice")).toBeEmpty();
  const names = readdirSync("dist", { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice("dist/".length)).filter((name) => name !== "service-worker.js" && !(name.endsWith(".gguf") && name !== model));
  expect(names.length).toBeGreaterThan(30);
  const absent = await page.evaluate(async (names) => {
    const got = await Promise.all(names.map((name) => fetch(name).then(({ ok }) => ok, () => false)));
    return names.filter((_, i) => !got[i]);
  }, names);
  expect(absent).toEqual([]);
  // Parts of files are the server's to answer.
  const part = await page.evaluate((model) => fetch(model, { headers: { Range: "bytes=0-3" } }).then(({ status }) => status, () => "none"), model);
  expect(part).toBe("none");
});

test.describe("a host that sends no headers", () => {
  test("has the page isolated from the second visit on, at any path", async ({ context }, info) => {
    const { url, stop } = await host(info.outputPath("root"), "some/where");
    const page = await context.newPage();
    let visits = 0;
    page.on("framenavigated", () => visits++);
    await openPage(page, { address: url });
    await kept(page);
    expect(await isolated(page)).toBe(false);
    await expect(page.locator("#hosting-threads")).toContainText("Reload the page");
    expect(visits).toBe(1); // a small model gains nothing
    await page.reload();
    expect(await isolated(page)).toBe(true);
    await expect(page.locator("#hosting-threads")).toContainText("threads here");
    await page.getByRole("button", { name: "Help and keyboard shortcuts" }).click();
    await page.locator("#hosting-threads").scrollIntoViewIfNeeded();
    await page.screenshot({ path: info.outputPath("help.png") });
    await page.keyboard.press("Escape");
    await generate(page);
    await page.goto(`${url}?isolate=0`);
    expect(await isolated(page)).toBe(false);
    await expect(page.locator("#hosting-threads")).toContainText("isolate=0");
    await stop();
  });

  for (const [what, header, visits] of /** @type {const} */ ([["has it isolated", "require-corp", true], ["does not loop where that is in vain", "unsafe-none", false]])) {
    test(`reloads the page once for a model that is named, and ${what}`, async ({ context }, info) => {
      const { dir, url, stop } = await host(info.outputPath("root"));
      const script = join(dir, "service-worker.js");
      writeFileSync(script, readFileSync(script, "utf8").replace("require-corp", header));
      await context.route("**/*.gguf", async (route) => (await new Promise((resolve) => setTimeout(resolve, 3000)), route.continue().catch(() => {})), { times: 1 });
      const page = await context.newPage();
      let loads = 0;
      page.on("load", () => loads++);
      await page.goto(`${url}?model=${model}`);
      await expect.poll(() => loads).toBe(2);
      await kept(page);
      expect(await isolated(page)).toBe(visits);
      expect(loads).toBe(2);
      await page.reload();
      await kept(page);
      expect(loads).toBe(3);
      await stop();
    });
  }
});

test.describe("a new version", () => {
  /** Puts another app.js on the server, and the script that lists it. @param {string} dir */
  function nextVersion(dir) {
    const hash = (/** @type {Buffer} */ bytes) => createHash("sha256").update(bytes).digest("hex");
    const before = readFileSync(join(dir, "app.js"));
    const after = Buffer.concat([before, Buffer.from("\nglobalThis.second = true;\n")]);
    const worker = readFileSync(join(dir, "service-worker.js"), "utf8");
    const next = worker.replace(hash(before), hash(after)).replace(/version:"\w{8}/, 'version:"ffffffff');
    expect(next).not.toBe(worker);
    return { script: () => writeFileSync(join(dir, "service-worker.js"), next), app: () => writeFileSync(join(dir, "app.js"), after) };
  }
  /** A page that has kept its version, and the next one. @param {import("@playwright/test").BrowserContext} context @param {import("@playwright/test").TestInfo} info */
  async function visited(context, info) {
    const { dir, url, stop } = await host(info.outputPath("root"));
    const page = await context.newPage();
    await openPage(page, { address: url });
    await kept(page);
    return { page, dir, next: nextVersion(dir), url, stop };
  }
  const second = (/** @type {import("@playwright/test").Page} */ page) => page.evaluate(() => globalThis.second === true);

  test("of which half is there changes nothing", async ({ context }, info) => {
    const { page, next, stop } = await visited(context, info);

    // Half of it is on the server: nothing is mixed, and nothing is offered.
    next.script();
    await page.reload();
    await kept(page);
    const states = await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration();
      await registration.update().catch(() => {});
      while (registration.installing) await new Promise((resolve) => setTimeout(resolve, 50));
      return { waiting: registration.waiting !== null };
    });
    expect(states).toEqual({ waiting: false });
    await expect(page.locator("#offer")).toBeHidden();
    expect(await second(page)).toBe(false);

    next.app();
    await lose(page, "app.js"); // the server's is of the other version: the page of this one does not take it
    await page.reload();
    await expect(page.getByText("Vitrine did not start")).toBeVisible();
    await page.reload(); // all is the server's
    await expect.poll(() => second(page)).toBe(true);
    await stop();
  });

  test("may have another file of a model that is not the default one", async ({ context }, info) => {
    const { page, dir, stop } = await visited(context, info);
    const list = JSON.parse(readFileSync(join(dir, "models/manifest.json"), "utf8"));
    const [single, original] = ["single", "original"].map((name) => list.models.find((/** @type {{ name: string }} */ model) => model.name === name));
    writeFileSync(join(dir, "models", single.url), readFileSync(join(dir, "models", original.url)));
    writeFileSync(join(dir, "models/manifest.json"), JSON.stringify({ models: list.models.map((/** @type {object} */ model) => (model === single ? { ...original, name: "single", url: single.url } : model)) }));
    await page.locator(".model-button").click();
    await page.getByRole("list", { name: "Models", exact: true }).getByRole("button", { name: "single" }).click();
    await expect(page.locator(".model-button")).toContainText("single");
    await generate(page);
    await expect(page.locator("#notice")).toBeEmpty();
    await stop();
  });

  test("waits for the word, and for other tabs", async ({ context }, info) => {
    const { page, next, url, stop } = await visited(context, info);
    next.script();
    next.app();
    await page.reload();
    const offer = page.getByRole("button", { name: "Use the new version" });
    await expect(offer).toBeVisible({ timeout: 40_000 });
    expect(await second(page)).toBe(false);
    await generate(page); // with all of the version before
    await page.locator("#text-panel").screenshot({ path: info.outputPath("offer.png") });

    const other = await context.newPage();
    await other.goto(url);
    await page.bringToFront();
    await offer.click();
    await expect(page.locator("#offer")).toContainText("open in another tab");
    expect(await second(page)).toBe(false);
    await other.close();

    await Promise.all([page.waitForEvent("load"), offer.click()]);
    await expect.poll(() => second(page)).toBe(true);
    await expect(page.locator("#offer")).toBeHidden();
    expect(await page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith("vitrine-site")).length)).toBe(1);
    await stop();
  });
});

test("where the storage fails, the server answers for the page", async ({ context }, info) => {
  const { dir, url, stop } = await host(info.outputPath("root"));
  const script = join(dir, "service-worker.js");
  writeFileSync(script, `caches.has = () => Promise.reject(new DOMException("Unexpected internal error.", "UnknownError"));${readFileSync(script, "utf8")}`);
  const page = await context.newPage();
  for (const visit of [1, 2]) {
    await openPage(page, { address: url });
    await generate(page);
    await expect(page.locator("#chips .chip:not([data-prompt])").first(), `visit ${visit}`).toBeAttached();
    await page.evaluate(() => navigator.serviceWorker.ready);
  }
  expect(await page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  await stop();
});

test("inside a page of another site nothing is kept", async ({ context, site }, info) => {
  const dir = info.outputPath("outer");
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "index.html"), `<!doctype html><iframe src="${site}" title="Vitrine" width="900" height="700"></iframe>`);
  const { url, stop } = await serve(dir, "-addr", "127.0.0.1:0", "-isolate=false");
  const page = await context.newPage();
  await page.addInitScript(() => void (ServiceWorkerContainer.prototype.register = async () => (globalThis.registered = true)));
  await page.goto(url);
  const frame = page.frameLocator("iframe");
  await expect(frame.locator("#hosting-kept")).toContainText("inside a page of another site");
  await expect(frame.locator("#status")).toContainText("Ready");
  expect(await page.frames()[1].evaluate(() => globalThis.registered)).toBe(undefined);
  await stop();
});

test("at an address without https, as in a classroom, the page works and says what it lacks", async ({ playwright, site }) => {
  const args = ["--host-resolver-rules=MAP classroom.test 127.0.0.1", "--no-proxy-server"];
  const browser = await playwright.chromium.launch({ executablePath: findChromium(), args });
  const page = await browser.newPage();
  await openPage(page, { address: site.replace("localhost", "classroom.test") });
  expect(await page.evaluate(() => isSecureContext)).toBe(false);
  await expect(page.locator("#hosting-kept")).toContainText("only pages of https");
  await expect(page.locator("#hosting-threads")).toContainText("at https or localhost");
  await generate(page);
  await expect(page.locator("#notice")).toBeEmpty();
  await browser.close();
});

test("the page can be installed", async ({ page }) => {
  await page.goto("./");
  const client = await page.context().newCDPSession(page);
  const { errors, manifest } = await client.send("Page.getAppManifest");
  expect(errors).toEqual([]);
  expect(manifest?.name ?? manifest).toBeTruthy();
  const { installabilityErrors } = await client.send("Page.getInstallabilityErrors");
  expect(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito")).toEqual([]);
  await kept(page);
});

test.describe("a file that stalls", () => {
  test.use({ serviceWorkers: "block", expectedErrors: [/Failed to load resource|preload/] });

  /** Opens the page with a file that does not come before it is let go. @param {import("@playwright/test").Page} page @param {string} file @param {string} [path] */
  async function openWithout(page, file, path = "./") {
    let release = () => {};
    const gate = new Promise((resolve) => (release = () => resolve(undefined)));
    await page.context().route(`**/${file}`, async (route) => (await gate, route.continue().catch(() => {})));
    await page.clock.install();
    await page.goto(path, { waitUntil: "commit" });
    return release;
  }

  test("app.js: the page says so within 10 s, and starts when it comes", async ({ page }) => {
    const release = await openWithout(page, "app.js");
    await page.waitForTimeout(500); // unstarted.js comes
    await page.clock.fastForward(10_000);
    await expect(page.locator("#unstarted-wait")).toBeVisible();
    await expect(page.locator("#unstarted-wait")).toContainText("waits for ./app.js.");
    await page.screenshot({ path: test.info().outputPath("unstarted.png") }); // a page that the browser may not paint yet gives none
    release();
    await expect(page.locator("#app")).toBeVisible();
    await expect(page.locator("#unstarted")).toBeHidden();
  });

  test("styles/app.css: the page starts without it after 10 s, and takes it when it comes", async ({ page }) => {
    const release = await openWithout(page, "styles/app.css");
    await page.waitForTimeout(500);
    await expect(page.locator("#app")).toBeHidden();
    await page.clock.fastForward(10_000);
    await expect(page.locator("#app")).toBeVisible();
    await expect(page.locator("#app")).toHaveCSS("display", "block");
    await page.screenshot();
    release();
    await expect(page.locator("#app")).toHaveCSS("display", "grid");
  });

  test("app.js that is not there is said", async ({ page }) => {
    await page.route("**/app.js", (route) => route.fulfill({ status: 404 }));
    await page.goto("./");
    await expect(page.getByText("Vitrine did not start")).toBeVisible();
  });

  /** Beside what models.spec.js has. @type {Record<string, [file: string, what: string]>} */
  const later = {
    "the list of models": ["models/manifest.json", "waits for the list of models"],
    "the engine": ["vitrine-*.wasm", "waits for the engine."],
    "the model": ["models/*.gguf", "waits for the model."],
  };
  for (const [name, [file, what]] of Object.entries(later)) {
    test(`${name}: the page says so within 10 s, and goes on when it comes`, async ({ page }) => {
      const release = await openWithout(page, file);
      await expect(page.locator("#loading")).toBeVisible();
      await page.waitForTimeout(2000); // all else comes
      await pass(page, 12);
      await expect(page.locator("#loading")).toContainText(what);
      await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
      await page.locator("#loading").screenshot({ path: test.info().outputPath("loading.png") });
      release();
      await expect(page.locator("#status")).toContainText("Ready");
      await expect(page.locator("#loading")).toBeHidden();
    });
  }
});
