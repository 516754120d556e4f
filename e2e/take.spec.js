// Every view of the inspector can be taken away: as lines of exact values, as a drawing. See e2e/inspector/.
import { readFile } from "node:fs/promises";
import { exact, expect, openPage, test } from "./inspector/fixtures.js";
import { info, valueOf } from "./inspector/fake-run.js";

/** By stage: some numbers that its lines have, exactly. */
const expected = {
  layers: Array.from({ length: info.layers }, (_, layer) => (layer + 1) / 7),
  residual1: Array.from({ length: info.layers }, (_, layer) => (layer + 1) / 7),
  mlp: [Math.max(...Array.from({ length: info.feedForward }, (_, column) => valueOf("mlp", "activated", { layer: 2, row: 7, column })))],
  head: [0, 1, 2].map((rank) => Math.fround(9 - rank / 7)),
  "decode.top_k": [0, 1, 2].map((rank) => Math.fround(9 - rank / 7)),
  generation: [0.9, 0.45, 0.3],
  ln1: [valueOf("ln1", "variance", { layer: 2, row: 0, column: 7 })],
  "attention.mix": [],
};

test("as exact lines and as drawings", { tag: "@alone" }, async ({ page }) => {
  await page.addInitScript(() => (navigator.clipboard.writeText = async (text) => void (globalThis.taken = text))); // the system's own may keep one waiting
  await openPage(page);
  await page.evaluate(() => reach("generation"));
  let pictures = 0;
  for (const [stage, numbers] of Object.entries(expected)) {
    await page.evaluate((stage) => view.open({ stage }), stage);
    await expect(page.locator(".inspector-values .take:visible").first(), stage).toBeVisible();
    await expect(page.locator(".stream-progress:visible")).toHaveCount(0);
    await page.waitForFunction((stage) => { // parts come one after another: all are there
      const shown = [stage, ...[...document.querySelectorAll(".take")].filter((one) => one.getClientRects().length > 0).map((one) => one.textContent)].join();
      const same = shown === globalThis.before;
      globalThis.before = shown;
      return same;
    }, stage, { polling: 400 });
    const heads = page.locator(".take:visible").filter({ has: page.getByRole("button", { name: "Copy as table" }) });
    const all = [];
    for (let i = 0; i < (await heads.count()); i++) {
      const head = heads.nth(i);
      await head.getByRole("button", { name: "Copy as table" }).click();
      await expect(head).toContainText("Copied");
      all.push(await page.evaluate(() => globalThis.taken));
      const saved = page.waitForEvent("download");
      await head.getByRole("button", { name: "Save as SVG" }).click();
      const svg = await readFile(await (await saved).path(), "utf8");
      const said = await page.evaluate((svg) => {
        const parsed = new DOMParser().parseFromString(svg, "image/svg+xml");
        return { root: parsed.documentElement.localName, wrong: parsed.querySelector("parsererror") !== null, texts: [...parsed.querySelectorAll("text")].map(({ textContent }) => textContent), foreign: /(href|src)="(?!data:)|var\(|light-dark|oklab/.test(svg) };
      }, svg);
      expect(said, stage).toMatchObject({ root: "svg", wrong: false, foreign: false });
      expect(said.texts[0], stage).toBe(await head.getByRole("heading").textContent().catch(() => said.texts[0]));
      if (pictures++ > 0) continue;
      const png = page.waitForEvent("download");
      await head.getByRole("button", { name: "Save as PNG" }).click();
      expect([...(await readFile(await (await png).path())).subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    }
    const cells = new Set(all.join("\n").split(/[\t\n ]/));
    for (const number of numbers) expect([...cells], `${stage}: ${number}`).toContain(exact(number));
  }
  expect(pictures).toBeGreaterThan(12);
});
