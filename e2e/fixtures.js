// What every browser test has: the built site on a free port, a page that may
// not talk to anybody else, and no error that nobody expected.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { AxeBuilder } from "@axe-core/playwright";
import { test as base, expect } from "@playwright/test";

export { expect };

/** What Playwright says where it lets no service worker work. */
const BLOCKED = "Service Worker registration blocked by Playwright";

/**
 * Starts build/serve on a free port.
 *
 * @param {string} dir
 * @param {...string} flags more of them
 * @returns {Promise<{ url: string, stop: () => Promise<unknown> }>}
 */
export async function serve(dir, ...flags) {
  const args = ["-dir", dir, "-addr", "localhost:0", ...flags];
  const server = spawn("build/serve", args, { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await Promise.race([
    once(createInterface(server.stdout), "line"),
    once(server, "error").then(([error]) => Promise.reject(error)),
    once(server, "exit").then(([code]) => Promise.reject(new Error(`build/serve ended with ${code}`))),
  ]);
  const url = line.match(/http:\S+/)[0];
  const stop = () => {
    server.kill();
    return once(server, "exit");
  };
  return { url, stop };
}

/**
 * The fixture `site`: the address of a folder that is served, with its slash at the end.
 *
 * @param {Parameters<typeof serve>} how
 */
export const siteOf = (...how) => [
  async ({}, use) => {
    const { url, stop } = await serve(...how);
    await use(url);
    await stop();
  },
  { scope: "worker" },
];

/** Tests share a context, which playwright.config.js says, but nothing that a page keeps on the device. */
const empty = base.extend({
  page: async ({ page, site, reuseContext }, use) => {
    if (reuseContext) {
      const session = await page.context().newCDPSession(page);
      await session.send("Storage.clearDataForOrigin", { origin: new URL(site).origin, storageTypes: "all" });
      await session.detach();
    }
    await use(page);
  },
});

/** For pages of other origins: the built site lets them read. */
export const elsewhere = empty.extend({ site: siteOf("dist", "-cors") });

export const test = empty.extend({
  site: siteOf("dist"),

  baseURL: async ({ site }, use) => use(site),

  /** Parts of messages that a test expects on the console. @type {RegExp[]} */
  expectedErrors: async ({}, use) => use([]),

  /** URLs that the test's pages and their workers have asked for. @type {string[]} */
  requests: async ({ context }, use) => {
    /** @type {string[]} */
    const urls = [];
    context.on("request", (request) => urls.push(request.url()));
    await use(urls);
  },

  page: async ({ page, site, requests, expectedErrors }, use) => {
    /** @type {string[]} */
    const errors = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type()) && message.text() !== BLOCKED) errors.push(message.text());
    });
    await use(page);
    const origin = new URL(site).origin;
    const foreign = requests.filter((url) => !/^(data|blob):/.test(url) && new URL(url).origin !== origin);
    expect(foreign, "requests to other origins").toEqual([]);
    const surprising = errors.filter((text) => !expectedErrors.some((pattern) => pattern.test(text)));
    expect(surprising, "errors and warnings on the console").toEqual([]);
  },
});

/**
 * A page of the site beside this one without the page's policy, which lets a test parse markup and run what is of others.
 *
 * @param {import("@playwright/test").Page} page
 */
export async function openBare(page) {
  const bare = await page.context().newPage();
  await bare.route("**/bare.html", (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Bare</title>" }));
  await bare.goto("bare.html");
  return bare;
}

/**
 * Opens a document of the site that runs no script of its own, for tests that
 * call the API directly: `vitrine` is then the module, and `model` the address
 * of the default model.
 *
 * @param {import("@playwright/test").Page} page
 */
export async function openAPI(page) {
  await page.route("**/favicon.ico", (route) => route.fulfill({ status: 204 })); // a text names no icon of its own
  await page.goto("vitrine.d.ts");
  await page.evaluate(async () => {
    const base = new URL(".", location.href).href;
    const { models } = await (await fetch(`${base}models/manifest.json`)).json();
    Object.assign(globalThis, {
      vitrine: await import(`${base}vitrine.js`),
      model: new URL(models[0].url, `${base}models/`).href,
    });
  });
}

/**
 * Opens a page with the API as `vitrine`, an engine of the default model as `engine`, and a run for it: `prompt` and the
 * options `sampled`.
 *
 * @param {import("@playwright/test").Page} page
 */
export async function openEngine(page) {
  await openAPI(page);
  await page.evaluate(async () => {
    globalThis.engine = await vitrine.createEngine();
    globalThis.prompt = "Once upon a time";
    globalThis.sampled = { temperature: 0.8, topK: 40, topP: 0.95, seed: 3, maxTokens: 6, ignoreEos: true };
  });
}

/**
 * What axe finds wrong with the page, or parts of it, in words. It looks for violations alone: to list what is right too
 * takes it twice as long.
 *
 * @param {import("@playwright/test").Page} page
 * @param {...string} parts selectors
 */
export async function violations(page, ...parts) {
  const axe = new AxeBuilder({ page }).options({ resultTypes: ["violations"] });
  const framed = page.frames().length > 1;
  if (!framed) axe.setLegacyMode(); // for frames it has a page of its own, which takes a second
  for (const part of parts) axe.include(part);
  const { violations } = await axe.analyze();
  if (framed) await page.bringToFront();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join("; ")}`);
}

/**
 * Waits until the page is no wider than its screen.
 *
 * @param {import("@playwright/test").Page} page
 * @param {string} what is shown
 */
export const fits = (page, what) =>
  expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth), what).toBeLessThanOrEqual(0);

/** How often the page asks the engine's worker for a sign of life: see ASK_MS of link.js. */
const ASK_MS = 1500;

/**
 * Lets seconds pass on the page's clock, which the test has installed: question by question, so that a worker that lives
 * has time to answer each.
 *
 * @param {import("@playwright/test").Page} page
 * @param {number} seconds
 */
export async function pass(page, seconds) {
  for (let ms = 0; ms < 1000 * seconds; ms += ASK_MS) {
    await page.clock.fastForward(ASK_MS);
    await page.waitForTimeout(50);
  }
}

/** Places of the speed control. */
export const speed = { visible: 4, full: 6 };
const paces = [2000, 1000, 250, 60, 20, 5, 0]; // ms after each stage, by place

/**
 * Has the page remember speed and settings from an earlier visit: the controls themselves are out of sight on a phone.
 *
 * @param {import("@playwright/test").Page} page
 * @param {{ at?: number, settings?: Record<string, string> }} [how] at: a place of the speed control; settings: what was
 *   typed into the sampling fields, by default greedy, so that each run gives the same
 */
export async function remember(page, { at = speed.full, settings = { temperature: "0" } } = {}) {
  await page.addInitScript(
    ([pace, typed]) => {
      localStorage.setItem("vitrine.pace", pace);
      if (localStorage.getItem("vitrine.settings") === null) localStorage.setItem("vitrine.settings", typed);
    },
    [String(paces[at]), JSON.stringify(settings)],
  );
}

/**
 * Opens the page and waits for the model and its diagram.
 *
 * @param {import("@playwright/test").Page} page
 * @param {{ address?: string } & Parameters<typeof remember>[1]} [how]
 */
export async function openPage(page, { address = "./", ...remembered } = {}) {
  await remember(page, remembered);
  await page.goto(address);
  await expect(page.locator('g[data-id="L"]')).toBeAttached();
}

/**
 * Waits until what has happened is drawn.
 *
 * @param {import("@playwright/test").Page} page
 */
export const drawn = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

/**
 * Presses Generate and waits for the end of the run, and for the frame that draws it.
 *
 * @param {import("@playwright/test").Page} page
 */
export async function generate(page) {
  await page.getByRole("button", { name: "Generate" }).click();
  await expect(page.locator("#generate")).toHaveAttribute("data-running", "false", { timeout: 40_000 });
  await drawn(page);
}

/**
 * Fills in sampling settings by their names in the API.
 *
 * @param {import("@playwright/test").Page} page
 * @param {Record<string, number>} values
 */
export async function setting(page, values) {
  const fold = page.locator("#sampling-view details");
  if (!(await fold.evaluate((element) => element.open))) await fold.locator("summary").click();
  for (const [name, value] of Object.entries(values)) await page.locator(`#setting-${name}`).fill(String(value));
}
