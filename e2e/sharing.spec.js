// What somebody chooses of what is shared, and what becomes of it on other people's pages.
import { expect, test } from "./fixtures.js";

test("an element says what is wrong with its link, has no buttons on paper, and goes to another document and back", async ({ page }) => {
  await page.route("**/post.html", (route) => route.fulfill({
    contentType: "text/html",
    body: `<!doctype html><title>A post</title><link rel="icon" href="data:,"><iframe title="Another document" src="other.html"></iframe><div id="place"><vitrine-pipeline link="v1.AAAA"></vitrine-pipeline></div><script type="module" src="v1/embed.js"></script>`,
  }));
  await page.route("**/other.html", (route) => route.fulfill({ contentType: "text/html", body: `<!doctype html><title>Another</title><link rel="icon" href="data:,">` }));
  await page.goto("post.html");
  const here = page.locator("vitrine-pipeline");
  await expect(here.getByText("The link is cut off. Nothing of it can be read.")).toBeVisible();

  await page.emulateMedia({ media: "print" });
  await expect(here.locator(".chip").first()).toBeVisible();
  expect(await here.locator("button, .open").evaluateAll((all) => all.filter((one) => one.checkVisibility()).map((one) => one.outerHTML))).toEqual([]);
  await page.emulateMedia({ media: "screen" });

  const there = page.frameLocator("iframe").locator("vitrine-pipeline");
  await page.evaluate(() => document.querySelector("iframe").contentDocument.body.append(document.querySelector("vitrine-pipeline")));
  await expect(there.locator("g.stage").first()).toBeAttached();
  await expect(there.locator(".embed"), "styled").toHaveCSS("display", "grid");
  await page.evaluate(async () => {
    const element = document.querySelector("iframe").contentDocument.querySelector("vitrine-pipeline");
    element.remove();
    await new Promise((later) => setTimeout(later));
    document.querySelector("#place").append(element);
  });
  await expect(here.locator("g.stage").first()).toBeAttached();
  await expect(here.locator(".embed")).toHaveCSS("display", "grid");
  const { ids } = await here.evaluate((element) => element.run({ prompt: "Once", maxTokens: 1, pace: 0 }));
  expect(ids).toHaveLength(1);
});
