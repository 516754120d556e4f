// "What if" in the inspector: it compares beside the run, and switches the run when it is asked.
import { expect, generate, openPage, setting, test, violations } from "./fixtures.js";

test("tries a switch beside the run, by keyboard, and then in it", async ({ page }) => {
  await openPage(page);
  await page.locator("#prompt").fill("What is the capital of France?");
  await setting(page, { maxTokens: 2, temperature: 0 });
  await generate(page);
  const text = await page.locator("#chips").textContent();
  const panel = page.locator("#inspector");
  await page.locator('g[data-id="O3"]').focus();
  await page.keyboard.press("Enter");
  await panel.getByRole("combobox", { name: "Layer" }).selectOption("1");
  await panel.getByRole("combobox", { name: "Token" }).selectOption("6");

  const section = panel.locator(".what-if");
  await expect(section.getByRole("button", { name: "Switch in the run" })).toHaveAttribute("aria-disabled", "true");
  await section.getByRole("button", { name: "Attention of layer 2 off" }).focus();
  await page.keyboard.press("Enter");
  await expect(section.getByRole("button", { name: "Attention of layer 2 off" })).toBeFocused();
  await expect(section.getByRole("button", { name: "Attention of layer 2 off" })).toHaveAttribute("aria-pressed", "true");
  await expect(section.locator("tbody tr")).toHaveCount(10);

  /** The same, asked through the API. */
  const compared = await page.evaluate(async () => {
    const { createEngine } = await import(new URL("vitrine.js", location.href).href);
    const engine = await createEngine();
    const run = engine.generate("What is the capital of France?", { maxTokens: 2, temperature: 0 });
    await run.result;
    const compared = await run.compare({ switches: [{ off: "attention", layer: 1 }], position: 6 });
    engine.close();
    return compared;
  });
  await expect(section.locator(".what-if-said")).toHaveAttribute("title", String(Number(compared.kl.toPrecision(9))));
  const shown = await section.locator("tbody .figure").evaluateAll((cells) => cells.map((cell) => Number(cell.title)));
  expect(shown.map(Math.fround)).toEqual(compared.before.flatMap(({ probability }, i) => [probability, compared.after[i].probability]));
  expect(await violations(page, "#inspector")).toEqual([]);

  // In the run: its numbers change, its text stays.
  const first = () => panel.locator(".tensor", { has: page.getByRole("heading", { name: "Output", exact: true }) });
  await section.getByRole("button", { name: "Switch in the run" }).click();
  await expect(section.getByRole("button", { name: "Switch in the run" })).toHaveAttribute("aria-disabled", "true");
  await expect(section.locator("table")).toBeHidden();
  await expect(first()).toContainText("0.000");
  const grid = panel.getByRole("grid", { name: "Output" });
  await grid.focus();
  await page.keyboard.press("ArrowRight");
  await expect(grid.getByRole("gridcell")).toContainText(/^0, layer 2/);
  expect(await page.locator("#chips").textContent()).toBe(text);

  await section.getByRole("button", { name: "Attention of layer 2 off" }).click();
  await section.getByRole("button", { name: "Switch all back on in the run" }).click();
  await expect(grid.getByRole("gridcell")).not.toContainText(/^0, layer 2/);
});

test("says why the mask stays on while the run generates", async ({ page }) => {
  await openPage(page);
  await setting(page, { maxTokens: 2, temperature: 0 });
  await generate(page);
  const section = page.locator("#inspector .what-if");
  await page.locator('g[data-id="O4"]').focus();
  await page.keyboard.press("Enter");
  await section.getByRole("button", { name: "Causal mask off" }).click();
  await expect(section.locator("tbody tr")).toHaveCount(10); // beside the run it can be off
  await section.getByRole("button", { name: "Switch in the run" }).click();
  await expect(section.locator(".what-if-said")).toContainText("cache: false");
});

test("a branch keeps what its run has switched, and one that lay ahead its text", async ({ page }) => {
  await openPage(page);
  await page.locator("#prompt").fill("What is the capital of France?");
  await setting(page, { maxTokens: 5, temperature: 2, topK: 0, topP: 1, seed: 7 });
  await generate(page);
  const chips = page.locator("#chips");
  const first = await chips.textContent();
  for (const step of [3, 2]) {
    await page.getByRole("button", { name: "Back one stage", exact: true }).click();
    await page.locator("#chips .chip:not([data-prompt])").nth(step).dblclick(); // stands where it is chosen
    await expect(page.getByRole("dialog").getByRole("option").first()).toBeVisible();
    await page.keyboard.press("Escape");
  }
  await page.locator('g[data-id="G4"]').focus();
  await page.keyboard.press("Enter");
  const section = page.locator("#inspector .what-if");
  await section.getByRole("button", { name: /^MLP of layer \d off$/ }).click();
  await section.getByRole("button", { name: "Switch in the run" }).click();
  const switched = page.locator(".status-switched");
  await expect(switched).toHaveText(/^MLP of layer \d off$/);
  const words = await switched.textContent();
  await page.keyboard.press("F8");
  await expect(chips).toHaveAttribute("data-state", "ended");
  const second = await chips.textContent();
  expect(second).not.toBe(first);

  await page.getByRole("button", { name: "Branches 2", exact: true }).click();
  for (const [name, text, said] of [["Branch 1", first, ""], ["Branch 2", second, words], ["Branch 1", first, ""]]) {
    await page.getByRole("button", { name, exact: true }).click();
    await expect.poll(() => chips.textContent()).toBe(text);
    await expect(switched).toHaveText(said);
    await expect(page.getByRole("button", { name: "Branches 2", exact: true })).toBeVisible();
  }
});
