// What the tests of the inspector have on a page of its own, beside a run that they make up.
import { siteOf, test as base } from "../fixtures.js";

export { expect } from "../fixtures.js";

export const test = base.extend({ site: siteOf(".") });

/** @param {import("@playwright/test").Page} page @param {{ prompt?: number }} [options] */
export async function openPage(page, { prompt = 8 } = {}) {
  await page.goto(`e2e/inspector/?prompt=${prompt}`);
  await page.waitForFunction(() => globalThis.view);
}

/** What the run was asked, in order. @param {import("@playwright/test").Page} page */
export const asked = (page) => page.evaluate(() => fake.asked);

/** As the page writes a float32. @param {number} x */
export const exact = (x) => String(Number(x.toPrecision(9)));
