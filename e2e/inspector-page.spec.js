// The inspector in the page: opened from a node of the diagram, beside it, over it, or in its place.
import { expect, generate, openPage, setting, test } from "./fixtures.js";

const title = (page, name) => page.locator("#inspector").getByRole("heading", { level: 2, name });

test("opens from a node by keyboard, shows what the engine reported, and gives the focus back", async ({ page }) => {
  await openPage(page);
  await setting(page, { maxTokens: 2, temperature: 0 });
  await generate(page);
  const node = page.locator('g[data-id="I"]');
  await node.focus();
  await page.keyboard.press("Enter");
  await expect(title(page, "Softmax: probabilities")).toBeFocused();
  /** Of another run of the same prompt, asked through the API. */
  const { sum, largest } = await page.evaluate(async (prompt) => {
    const { createEngine } = await import(new URL("vitrine.js", location.href).href);
    const engine = await createEngine();
    let newest;
    for await (const event of engine.generate(prompt, { maxTokens: 2, temperature: 0 })) if (event.type === "stage" && event.stage === "softmax") newest = event;
    engine.close();
    return newest.detail;
  }, await page.locator("#prompt").inputValue());
  const reported = page.locator("#inspector .stage-facts[aria-label='What the stage reports'] dd");
  await expect(reported).toHaveText([sum, largest].map((value) => String(Number(value.toPrecision(9)))));
  const digits = (await node.locator(".value").textContent()).match(/sum ([\d.]+)/)[1];
  expect(sum.toFixed(digits.split(".")[1].length)).toBe(digits);
  await page.keyboard.press("Escape");
  await expect(page.locator("#inspector")).toBeHidden();
  await expect(node).toBeFocused();
});

test("stands beside the picture, over it, or in its place, as there is room", async ({ page }) => {
  await openPage(page);
  const [panel, picture, tab] = [page.locator("#inspector"), page.locator("#diagram-panel"), page.getByRole("button", { name: "Inspector", exact: true })];
  await expect(tab).toBeHidden();
  await page.locator('g[data-id="A"]').focus();
  await page.keyboard.press("Enter");
  await expect(title(page, "Prompt")).toBeVisible();
  const edges = async () => ({ panel: await panel.boundingBox(), picture: await picture.boundingBox() });
  for (const [width, place] of /** @type {const} */ ([[1440, "beside"], [1000, "over"], [360, "instead"]])) {
    await page.setViewportSize({ width, height: 800 });
    const at = await edges();
    expect(at.panel.x + at.panel.width, place).toBe(width);
    if (place === "beside") expect(at.picture.x + at.picture.width).toBeLessThanOrEqual(at.panel.x);
    if (place === "over") expect(at.picture.x + at.picture.width).toBe(width);
    if (place === "instead") expect(at.panel.width).toBe(width);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), place).toBeLessThanOrEqual(width);
  }
  await expect(tab).toHaveAttribute("aria-pressed", "true");
  await page.getByRole("button", { name: "Diagram", exact: true }).click();
  await expect(panel).toBeHidden();
  await tab.click();
  await page.getByRole("button", { name: "Close the inspector" }).click();
  await expect(panel).toBeHidden();
  await expect(picture).toBeVisible();
  await expect(tab).toBeHidden();
});

test("shows the numbers of the engine itself, of a run that has ended", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await openPage(page);
  await page.locator("#prompt").fill("What is the capital of France?");
  await setting(page, { maxTokens: 3, temperature: 0 });
  await generate(page);
  /** Another run of the same prompt, asked through the API. */
  const asked = (stage, options) =>
    page.evaluate(async ([stage, options]) => {
      const { createEngine } = await import(new URL("vitrine.js", location.href).href);
      const engine = await createEngine();
      const run = engine.generate("What is the capital of France?", { maxTokens: 3, temperature: 0 });
      await run.result;
      const tensors = await run.inspect(stage, options);
      engine.close();
      return tensors.map(({ name, shape, data }) => ({ name, shape, data: [...data] }));
    }, /** @type {const} */ ([stage, options]));
  const panel = page.locator("#inspector");
  const copied = async (title) => {
    await panel.locator(".tensor", { has: page.getByRole("heading", { name: title, exact: true }) }).getByRole("button", { name: "Copy as table" }).click();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    return text.split("\n").slice(1).map((line) => line.split("\t").slice(1));
  };
  const node = (id) => page.locator(`g[data-id="${id}"]`);

  await node("G2").focus();
  await page.keyboard.press("Enter");
  await panel.getByRole("combobox", { name: "Layer" }).selectOption("2");
  await panel.getByRole("combobox", { name: "Token" }).selectOption("0"); // the pass over the prompt
  const grid = panel.getByRole("grid", { name: "Sum: the residual stream" });
  await expect(grid).toHaveAttribute("aria-rowcount", "7");
  const [sum] = await asked("residual1", { layer: 2, position: 6 });
  const rows = await copied("Sum: the residual stream");
  expect(rows.flat().map((value) => Math.fround(Number(value)))).toEqual(sum.data);
  await grid.focus();
  await page.keyboard.press("ArrowRight");
  await expect(grid.getByRole("gridcell")).toHaveText(`${String(Number(sum.data[1].toPrecision(9)))}, layer 3, row 0 "What", column 1`);

  await panel.getByRole("button", { name: "Close the inspector" }).click();
  await expect(panel).toBeHidden();
  await node("O4").focus();
  await expect(node("O4")).toBeFocused();
  await page.keyboard.press("Enter");
  await panel.getByRole("combobox", { name: "Head" }).selectOption("1");
  await panel.getByRole("combobox", { name: "Token" }).selectOption("8"); // a generated one
  const weights = panel.getByRole("grid", { name: "Weights" });
  await expect(weights).toHaveAttribute("aria-colcount", "9");
  const [row] = await asked("attention.mask", { layer: 5, head: 1, position: 8 });
  await expect(weights).toHaveAttribute("aria-rowcount", "9"); // beside those of all tokens before it
  await expect.poll(async () => (await copied("Weights")).at(-1).map((value) => Math.fround(Number(value)))).toEqual(row.data);

  await panel.getByRole("button", { name: "Close the inspector" }).click();
  await node("DecoderStack").focus();
  await page.keyboard.press("Enter");
  await expect(panel.locator(".lens-table tbody tr")).toHaveCount(6);
});
