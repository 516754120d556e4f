// The controls of the page: what its fields take, and what it says of a run.
import { readFileSync } from "node:fs";
import { expect, generate, openAPI, openPage, setting, speed, test } from "./fixtures.js";

const { models } = JSON.parse(readFileSync("models/manifest.json", "utf8"));

test("the speed is the machine's, without the pauses", { tag: "@alone" }, async ({ page }) => {
  await openAPI(page);
  const { tokensPerSecond, promptMs, seconds } = await page.evaluate(async () => {
    const engine = await vitrine.createEngine();
    const start = performance.now();
    const result = await engine.generate("Once upon a time", { temperature: 0, maxTokens: 3, pace: 20 }).result;
    return { ...result, seconds: (performance.now() - start) / 1000 };
  });
  // A token has more than 70 stages, and so pauses of more than 1.4 s.
  expect(seconds).toBeGreaterThan(3 * 1.4);
  expect(promptMs).toBeLessThan(700);
  expect(tokensPerSecond).toBeGreaterThan(2 / 1.4);
});

test("samples with a new seed for each run, which is shown and can be kept", async ({ page }) => {
  await openPage(page, { settings: {} });
  const seed = page.locator("#meter").getByRole("button", { name: /^Seed \d+$/ });
  const text = async () => (await page.locator("#chips .chip").allTextContents()).join("");
  await expect(seed).toBeHidden();
  await page.locator("#prompt").fill("Once upon a time");
  const seen = new Set();
  for (let i = 0; i < 3; i++) {
    await generate(page);
    seen.add(await seed.textContent());
  }
  expect(seen.size).toBe(3);
  await expect(page.locator("#setting-seed")).toHaveValue("");

  // Kept: the same seed gives the same text.
  const first = { seed: await seed.textContent(), text: await text() };
  await seed.click();
  await expect(seed).toHaveAttribute("aria-pressed", "true");
  await expect(page.locator("#setting-seed")).toHaveValue(first.seed.match(/\d+/)[0]);
  await generate(page);
  expect({ seed: await seed.textContent(), text: await text() }).toEqual(first);
  await expect(seed).toHaveAttribute("aria-pressed", "true");
  await page.reload();
  await expect(page.locator("#setting-seed"), "remembered").toHaveValue(first.seed.match(/\d+/)[0]);
  await generate(page);
  expect({ seed: await seed.textContent(), text: await text() }).toEqual(first);
  await expect(seed).toHaveAttribute("aria-pressed", "true");

  // Let go: a new one again.
  await seed.click();
  await expect(seed).toHaveAttribute("aria-pressed", "false");
  await generate(page);
  expect(await seed.textContent()).not.toBe(first.seed);
});

test("is greedy by one press, and samples as before by another", async ({ page }) => {
  await openPage(page, { settings: {} });
  await setting(page, { temperature: 1.3 });
  const greedy = page.locator("#sampling-view").getByRole("button", { name: "Greedy" });
  await expect(greedy).toHaveAttribute("aria-pressed", "false");
  await greedy.click();
  await expect(greedy).toHaveAttribute("aria-pressed", "true");
  await expect(page.locator("#setting-temperature")).toHaveValue("0");
  await expect(page.locator("#note-seed")).toHaveText("not used");
  await page.locator("#prompt").fill("What is the capital of France?");
  await generate(page);
  await expect(page.locator("#chips")).toContainText("Paris");
  await expect(page.locator("#meter").getByRole("button", { name: /Seed/ })).toBeHidden();
  await greedy.click();
  await expect(page.locator("#setting-temperature")).toHaveValue("1.3");
});

test("a number field reads what was typed, or says that it cannot", async ({ page }) => {
  await openPage(page);
  const field = (name) => page.locator(`#setting-${name}`);
  /** Types as a keyboard does, and leaves the field. */
  const type = async (name, text) => {
    await field(name).press("Control+a");
    await field(name).press("Delete");
    await page.keyboard.type(text);
    await page.keyboard.press("Tab");
  };
  await type("temperature", "0,8");
  await expect(field("temperature")).toHaveValue("0.8");
  await type("temperature", "０．７");
  await expect(field("temperature")).toHaveValue("0.7");
  for (const [name, text] of [["temperature", "1.000,5"], ["topK", "1,000"], ["seed", "0x10"], ["maxTokens", "1 0"]]) {
    const before = await field(name).inputValue();
    await type(name, text);
    await expect(field(name)).toHaveValue(text);
    await expect(field(name)).toHaveAttribute("aria-invalid", "true");
    await page.getByRole("button", { name: "Generate" }).click();
    await expect(field(name)).toBeFocused();
    await expect(page.locator("#chips .chip")).toHaveCount(0);
    await type(name, before);
    await expect(field(name)).toHaveAttribute("aria-invalid", "false");
  }
  await field("temperature").press("ArrowDown");
  await expect(field("temperature")).toHaveValue("0.6");
  await field("topK").press("ArrowUp");
  await expect(field("topK")).toHaveValue("41");
});

test("says at once how many tokens the context has room for", async ({ page }) => {
  await openPage(page);
  const note = page.locator("#note-maxTokens");
  await page.locator("#prompt").fill("Once upon a time");
  await expect(page.locator("#prompt-count")).toHaveText("4 of 256 tokens");
  const room = 256 + 1 - 4; // a full context predicts one token more
  await setting(page, { maxTokens: 5000 });
  await expect(note).toHaveText(`The context has room for ${room}`);
  await setting(page, { maxTokens: room });
  await expect(note).not.toContainText("room");
  await page.locator("#prompt").fill("Once upon a time there was");
  await expect(note).toContainText("room"); // a longer prompt leaves less
  await setting(page, { maxTokens: 300 });
  await generate(page);
  await expect(page.locator("#status")).toContainText("Done.");
});

test("a run that was stopped says so once, in one sentence", async ({ page }) => {
  await openPage(page, { at: speed.visible });
  await setting(page, { maxTokens: 200 });
  await page.getByRole("button", { name: "Generate" }).click();
  await expect(page.locator("#chips .chip:not([data-prompt])")).not.toHaveCount(0);
  await page.locator("#generate").click();
  const said = page.getByText(/Stopped|Done|Ended/).and(page.locator(":visible:not(.visually-hidden, .visually-hidden *)"));
  await expect(said).toHaveCount(1);
  await expect(said).toHaveText(/^Stopped after \d+ tokens?\.$/);
  await expect(page.locator("#status [role=status]")).toHaveText(/^Stopped after \d+ tokens?\. [^S]*$/);
});

test("says what it is and what can be done with it, wide and on a phone", async ({ page }) => {
  await openPage(page);
  const about = page.locator("#about");
  const help = page.getByRole("dialog", { name: "What you can do here" });
  for (const viewport of [{ width: 1440, height: 900 }, { width: 360, height: 740 }]) {
    await page.setViewportSize(viewport);
    await expect(about).toBeInViewport({ ratio: 1 });
    await expect(about).toContainText("A language model runs inside this page");
    await about.getByRole("button", { name: "What you can do here" }).click();
    await expect(help).toContainText("press Generate");
    await expect(help).toContainText("Keyboard shortcuts");
    await page.keyboard.press("Escape");
    await expect(help).toBeHidden();
    await expect(about.getByRole("button")).toBeFocused();
  }
});

test("lists the models that were used, and leads back to the default one", async ({ page }) => {
  const bytes = readFileSync(`models/${models[0].url}`);
  await page.route("**/other/*.gguf", (route) => route.fulfill({ body: bytes, contentType: "application/octet-stream" }));
  await openPage(page);
  const menu = page.locator("#model-menu");
  const list = menu.getByRole("list", { name: "Models", exact: true });
  const current = list.locator("[aria-current]");
  const ready = () => expect(page.locator("#status")).toContainText("Ready");
  await page.locator(".model-button").click();
  await expect(list.getByRole("button")).toHaveCount(models.length);
  await expect(current).toContainText("Default model");
  await page.getByLabel("Model URL").fill("other/a.gguf");
  await page.getByLabel("Model URL").press("Enter");
  await expect(menu).toBeHidden();
  await ready();

  await page.reload();
  await ready();
  await page.locator(".model-button").click();
  await expect(current).toContainText("Default model");
  const used = list.getByRole("button", { name: /other\/a\.gguf/ });
  await used.click();
  await expect(menu).toBeHidden();
  await ready();
  await page.locator(".model-button").click();
  await expect(current).toContainText("other/a.gguf");
  await list.getByRole("button", { name: "Default model" }).click();
  await ready();
  await page.locator(".model-button").click();
  await expect(current).toContainText("Default model");
  await menu.getByRole("button", { name: "Clear the list" }).click();
  await expect(list.getByRole("button")).toHaveCount(models.length);
  expect(await page.evaluate(() => localStorage.getItem("vitrine.models"))).toBe("[]");
});

test("a stored list of models is text, and leads only to http addresses", async ({ page }) => {
  await page.addInitScript(() => {
    const stored = [{ name: "<img src=x onerror=alert(1)>", address: "javascript:alert(1)" }, { name: "<b>bold</b>", address: "" }, 7];
    localStorage.setItem("vitrine.models", JSON.stringify(stored));
  });
  await openPage(page);
  await page.locator(".model-button").click();
  const entries = page.getByRole("list", { name: "Models", exact: true }).getByRole("button");
  await expect(entries).toHaveCount(models.length + 1);
  await expect(entries.last()).toContainText("<b>bold</b>");
});
