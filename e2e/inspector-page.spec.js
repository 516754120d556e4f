// The inspector in the page: opened from a node of the diagram, beside it, over it, or in its place.
import { expect, generate, openPage, setting, test } from "./fixtures.js";

const title = (page, name) => page.locator("#inspector").getByRole("heading", { level: 2, name });

test("opens from a node by keyboard, shows what the engine reported, and gives the focus back", async ({ page }) => {
  await openPage(page);
  await setting(page, { maxTokens: 2, temperature: 0 });
  await generate(page);
  await page.locator(".diagram").press("Home");
  const node = page.locator('g[data-id="I"]');
  await node.focus();
  await page.keyboard.press("Enter");
  await expect(title(page, "Softmax: probabilities")).toBeFocused();
  const shown = await page.locator("#inspector dd").first().textContent();
  expect(Number(shown).toFixed(7)).toBe((await node.locator(".value").textContent()).match(/sum ([\d.]+)/)[1]);
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
