// The page of controls: the sources of web/ as they are, with page.js in the place of app.js.
import { readFileSync } from "node:fs";
import { expect, siteOf, test as base } from "../fixtures.js";

export { expect };

export const test = base.extend({ site: siteOf("web") });

/** @param {import("@playwright/test").Page} page */
export async function openControls(page) {
  const html = readFileSync("web/index.html", "utf8")
    .replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, "")
    .replace(/<script src="\.\/unstarted\.js"[^>]*><\/script>/, "")
    .replace(/src="\.\/app\.js"[^>]*>/, 'src="./control/page.js">');
  await page.route("**/control.html", (route) => route.fulfill({ body: html, contentType: "text/html" }));
  for (const name of ["page.js", "fake-run.js"]) {
    await page.route(`**/control/${name}`, (route) => route.fulfill({ path: `e2e/control/${name}`, contentType: "text/javascript" }));
  }
  await page.goto("control.html");
  await page.waitForFunction("globalThis.ready", null, { timeout: 10_000 });
}

/** Where the machine stands, as "stage layer step". @param {import("@playwright/test").Page} page */
export const stands = (page) => page.evaluate(() => (state.at ? `${state.at.stage} ${state.at.layer} ${state.at.step}` : state.phase));

/** What the views have sent, of one type, since the last question. @param {import("@playwright/test").Page} page @param {string} type */
export const sent = (page, type) => page.evaluate((type) => sent.splice(0).filter(([name]) => name === type).map(([, detail]) => detail), type);
