// What somebody chooses of what is shared, and what becomes of it on the page and on other people's.
import { decode, encode } from "../web/run/link.js";
import { expect, generate, openPage, test, violations } from "./fixtures.js";

test("the share dialog's forms follow its choices; a link without the stop opens with no run, and the frame is as chosen", async ({ page, site }) => {
  await openPage(page, { settings: { seed: "4", maxTokens: "2" } });
  await generate(page);
  await page.getByRole("button", { name: "Share", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Share" });
  const code = (name) => dialog.locator(".share-form", { has: page.getByText(name, { exact: true }) }).locator("pre").textContent();
  const link = async () => (await decode((await code("Link")).split("#")[1])).state;
  expect((await link()).stands).toEqual({ tokens: 2, ended: true });

  await dialog.locator(".share-form summary").filter({ hasText: "Frame" }).click();
  await dialog.getByText("How an embed looks").click();
  await dialog.getByRole("checkbox", { name: "Prompt" }).press("Space");
  await expect.poll(async () => (await link()).hide).toEqual(["prompt"]);
  await dialog.getByLabel("Height of the diagram").fill("30");
  await expect(dialog.getByText("Write a whole number from 100 to 10,000")).toBeVisible();
  expect(await code("Frame")).not.toContain("&#38;height=");
  await dialog.getByLabel("Height of the diagram").fill("300");
  await dialog.getByLabel("Theme").selectOption("dark");
  await expect.poll(() => code("Frame")).toContain("&#38;height=300&#38;theme=dark");
  await expect(dialog.getByRole("region", { name: "Frame" }), "the form that was open stays open").toBeVisible();
  expect(await code("Element")).toContain(' hide="prompt" height="300" theme="dark"');
  expect(await violations(page, ".share-dialog")).toEqual([]);
  await dialog.getByRole("checkbox", { name: "Open the run where it stands" }).uncheck();
  await expect.poll(async () => (await link()).stands).toBeUndefined();
  await expect(dialog).toContainText("opens the prompt and the settings");
  const [, src] = (await code("Frame")).match(/ src="([^"]*)"/);
  await dialog.getByRole("button", { name: "Close" }).click();

  // Opened where another run's output stands, a link with no run leaves none of it there.
  await expect(page.locator("#chips .chip")).not.toHaveCount(0);
  await page.evaluate((fragment) => (location.hash = fragment), await encode({ model: "tiny", prompt: "Another text", hide: ["output"] }));
  await expect(page.locator("#prompt")).toHaveValue("Another text");
  await expect(page.locator("#chips .chip")).toHaveCount(0);
  await expect(page.locator("#diagram-place g.stage[data-state='']").first()).toBeVisible();
  await expect(page.locator("#status .status-line")).toHaveText("Ready");
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await expect(dialog.getByRole("checkbox", { name: "Output" }), "as the link says").toBeChecked();
  await expect(dialog.getByRole("checkbox", { name: "Open the run where it stands" })).toBeHidden();

  await page.goto(src.replaceAll("&#38;", "&"));
  const element = page.locator("vitrine-pipeline");
  await expect(element.locator(".picture-place")).toHaveCSS("height", "300px");
  await expect(element).toHaveAttribute("data-theme", "dark");
  await expect(element.locator("textarea")).toBeHidden();
  await expect(element.getByRole("button", { name: /^Run/ })).toBeVisible();
  expect(src.startsWith(`${site}v1/embed.html#v1.`)).toBe(true);
});

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
