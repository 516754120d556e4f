// What a first visit costs: bytes over the wire, and time to the first token.
import { get } from "node:http";
import { gunzipSync, brotliDecompressSync } from "node:zlib";
import { expect, generate, openPage, test } from "./fixtures.js";

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
  expect(names.filter((name) => /^vitrine-simd-\w{8}\.wasm$/.test(name))).toHaveLength(1);

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

test("cold load to first token", async ({ browser, site }) => {
  const times = [];
  for (let i = 0; i < 3; i++) {
    const context = await browser.newContext({ baseURL: site }); // an empty cache
    const page = await context.newPage();
    await page.goto("./");
    await page.getByRole("button", { name: "Generate" }).click(); // starts when the model is loaded
    // The page's clock begins with the navigation.
    const shown = await page.waitForFunction(() => document.querySelector(".chip:not([data-prompt])[data-index]") && performance.now());
    times.push(await shown.jsonValue());
    await context.close();
  }
  times.sort((a, b) => a - b);
  console.log(`cold load to first token: ${times.map((ms) => `${Math.round(ms)} ms`).join(", ")}`);
  // The aim is 2 s on two idle cores. The limit is twice that, since on shared
  // machines other work has been seen to double it; a slow path costs far more.
  expect(times[1]).toBeLessThan(4000);
});
