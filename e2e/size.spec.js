// What a first visit costs: bytes over the wire, and time to the first token.
import { get } from "node:http";
import { gunzipSync, brotliDecompressSync } from "node:zlib";
import { expect, generate, openPage, test } from "./fixtures.js";

test.use({ reuseContext: false });

const limitBytes = 2_000_000;

/**
 * The body as it comes over the wire.
 *
 * @param {string} url
 * @param {string} coding
 * @returns {Promise<Buffer>}
 */
function fetchRaw(url, coding) {
  return new Promise((resolve, reject) => {
    get(url, { headers: { "Accept-Encoding": coding } }, async (response) => {
      const chunks = [];
      for await (const chunk of response) chunks.push(chunk);
      if (response.statusCode === 200) resolve(Buffer.concat(chunks));
      else reject(new Error(`${url}: ${response.statusCode}`));
    }).on("error", reject);
  });
}

test("JavaScript and wasm over the wire", async ({ page, requests, site }) => {
  await openPage(page);
  await generate(page);
  const urls = [...new Set(requests)].filter((url) => /\.(js|wasm)$/.test(url)).sort();
  const names = urls.map((url) => url.slice(site.length));
  expect(names).toContain("app.js");
  expect(names.filter((name) => /^worker-\w{8}\.js$/.test(name))).toHaveLength(1);
  expect(names.filter((name) => /^vitrine-shared-\w{8}\.wasm$/.test(name))).toHaveLength(1);

  const rows = [];
  const sum = { file: "in all", raw: 0, brotli: 0, gzip: 0 };
  for (const [i, url] of urls.entries()) {
    const raw = await fetchRaw(url, "identity");
    const brotli = await fetchRaw(url, "br");
    const gzip = await fetchRaw(url, "gzip");
    expect(brotliDecompressSync(brotli).equals(raw) && gunzipSync(gzip).equals(raw), names[i]).toBe(true);
    if (names[i].endsWith(".wasm")) expect(raw.includes("net/http.("), `${names[i]} has methods of net/http`).toBe(false);
    rows.push({ file: names[i], raw: raw.length, brotli: brotli.length, gzip: gzip.length });
    for (const kind of ["raw", "brotli", "gzip"]) sum[kind] += rows[i][kind];
  }
  rows.sort((a, b) => b.brotli - a.brotli);
  for (const { file, raw, brotli, gzip } of [{ file: "bytes", raw: "raw", brotli: "brotli", gzip: "gzip" }, ...rows, sum]) {
    console.log(file.padEnd(40), ...[raw, brotli, gzip].map((n) => n.toLocaleString("en").padStart(10)));
  }
  expect(sum.brotli).toBeLessThan(limitBytes);
  expect(sum.gzip).toBeLessThan(limitBytes);
});

// From an empty cache; the aim is 2 s on two idle cores. The limit is twice that, since other work on a shared machine
// has been seen to double it; a slow path (a second download, no streaming, no SIMD) costs far more.
for (const [what, visit] of Object.entries({ "of the API": visitAPI, "of the page": visitPage })) {
  test(`cold load to first token ${what}`, { tag: "@alone" }, async ({ browser, site }) => {
    const times = [];
    for (let i = 0; i < 3; i++) {
      const context = await browser.newContext({ baseURL: site });
      times.push(await visit(await context.newPage()));
      await context.close();
    }
    times.sort((a, b) => a - b);
    console.log(`cold load to first token ${what}: ${times.map((ms) => `${Math.round(ms)} ms`).join(", ")}`);
    expect(times[1]).toBeLessThan(4000);
  });
}

/** @param {import("@playwright/test").Page} page */
async function visitAPI(page) {
  await page.goto("vitrine.d.ts"); // a document without a script
  return page.evaluate(async () => {
    const start = performance.now();
    const { createEngine } = await import(new URL("vitrine.js", location.href).href);
    const engine = await createEngine();
    for await (const { type } of engine.generate("What is the capital of France?", { temperature: 0 })) {
      if (type === "token") return performance.now() - start;
    }
  });
}

/** @param {import("@playwright/test").Page} page */
async function visitPage(page) {
  await page.addInitScript(() => localStorage.setItem("vitrine.pace", "0"));
  await page.goto("./", { waitUntil: "commit" });
  await page.getByRole("button", { name: "Generate" }).click(); // starts when the model is loaded
  // The page's clock begins with the navigation.
  const shown = await page.waitForFunction(() => document.querySelector(".chip[data-index]:not([data-prompt])") && performance.now());
  return shown.jsonValue();
}
