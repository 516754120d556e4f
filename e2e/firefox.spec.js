// The page in Firefox: what it computes, and one journey through it.
import { readFileSync, writeFileSync } from "node:fs";
import { findFirefox, openFirefox } from "./firefox.js";
import { expect, test as base } from "./fixtures.js";

const [golden] = JSON.parse(readFileSync("e2e/golden-ids.json", "utf8"));
const own = `flowchart LR
  ids["{tokens} tokens"] --> mlp["MLP of layer {layer}"] --> select["{token}"]`;

const test = base.extend({
  firefox: async ({}, use) => {
    const page = await openFirefox(findFirefox());
    await use(page);
    await page.close(); // whatever the test is waiting for
  },
});

test.skip(!findFirefox(), 'there is no Firefox here: install the package "firefox-esr", or set FIREFOX to its path');
test.setTimeout(180_000);

test("loads, generates, pauses, is looked into, and shows a diagram of one's own", async ({ site, firefox: page }) => {
  await page.goto(`${site}vitrine.d.ts`); // no page yet, but its storage
  await page.evaluate(() => {
    localStorage.setItem("vitrine.pace", "20");
    localStorage.setItem("vitrine.settings", '{"temperature":"0","maxTokens":"3"}');
  });
  await page.goto(site);
  await page.waitFor(() => document.querySelector('g[data-id="L"]') !== null);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);

  // The same ids as everywhere, of two workers.
  const runs = golden.runs.slice(0, 2);
  const got = await page.evaluate(async (runs) => {
    const engine = await (await import(new URL("vitrine.js", location.href).href)).createEngine({ threads: 2 });
    const ids = [];
    for (const { prompt, options } of runs) ids.push((await engine.generate(prompt, options).result).ids);
    engine.close();
    return { ids, threads: engine.info.threads, simd: engine.info.simd };
  }, runs);
  expect(got).toEqual({ ids: runs.map(({ ids }) => ids), threads: 2, simd: true });

  // It stands still, and goes on by a token.
  const title = (/** @type {string} */ before) => document.title.startsWith("Paused at ") && document.title !== before && document.title;
  const run = '[data-command="run"]';
  await page.click("#generate");
  await page.waitFor(() => document.querySelector("#transport").dataset.phase === "running");
  await page.click(run);
  const first = await page.waitFor(title, "");
  await page.click('[name="grain"][value="token"] + span');
  await page.click('[data-command="next"]');
  await page.waitFor(title, first);
  expect(await page.evaluate(() => document.querySelectorAll("#chips .chip:not([data-prompt])").length)).toBe(1);
  writeFileSync(test.info().outputPath("paused.png"), await page.screenshot());

  // The inspector shows the engine's numbers: here of the rows of the token table.
  await page.evaluate(() => document.querySelector('g[data-id="D"]').focus());
  await page.press("Enter");
  await page.waitFor(() => document.querySelector("#inspector [role=grid]"));
  await page.evaluate(() => document.querySelector("#inspector [role=grid]").focus());
  const shown = await page.waitFor(() => document.querySelector("#inspector [role=gridcell]").textContent);
  const numbers = await page.evaluate(async () => {
    const engine = await (await import(new URL("vitrine.js", location.href).href)).createEngine();
    const run = engine.generate(document.querySelector("#prompt").value, { temperature: 0, maxTokens: 3 });
    const { promptIds } = await run.result;
    const [{ data }] = await run.inspect("embed", { position: promptIds.length, rows: [0, promptIds.length + 1] });
    engine.close();
    return [...data].map((value) => String(Number(value.toPrecision(9))));
  });
  expect(numbers).toContain(shown.split(",")[0]);
  writeFileSync(test.info().outputPath("inspector.png"), await page.screenshot());
  await page.press("Escape");

  // It goes on to its end.
  await page.evaluate(() => {
    const range = document.querySelector("#speed-range");
    range.value = range.max;
    range.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await page.click(run);
  await page.waitFor(() => document.querySelectorAll("#chips .chip:not([data-prompt])").length === 3);
  await page.waitFor(() => document.querySelector("#transport").dataset.phase === "ended");

  // An own diagram shows that run.
  await page.click('[aria-controls="diagram-editor"]');
  await page.evaluate((text) => {
    const area = document.querySelector("#diagram-editor textarea");
    area.value = text;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }, own);
  const label = (id) => document.querySelector(`.own g.stage[data-id="${id}"]`)?.textContent.trim();
  await page.waitFor(label, "mlp");
  const last = await page.evaluate(() => [...document.querySelectorAll("#chips .chip")].at(-1).textContent.trim());
  expect(await page.evaluate(label, "select")).toContain(last);
  expect(await page.evaluate(label, "mlp")).toContain("MLP of layer 6");
  expect(await page.evaluate(label, "ids")).toMatch(/\d+ tokens/);
  writeFileSync(test.info().outputPath("own.png"), await page.screenshot());
  expect(page.errors).toEqual([]);
});
