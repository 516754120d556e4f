// How a model comes: what stalls is said, and what came is kept on the device.
import { expect, pass, test } from "./fixtures.js";

test.describe("what stalls while the page loads", () => {
  test.use({ expectedErrors: [/Failed to load resource/] });
  for (const [what, pattern] of [["the list of models", "**/models/manifest.json"], ["the model", "**/*.gguf"], ["the engine", "**/vitrine-s*.wasm"], ["the engine's script", "**/worker-*.js"]]) {
    test(`${what} is said to, can be cancelled, and comes when it is asked for again`, async ({ page, context }) => {
      await context.route(pattern, () => {}); // which never answers
      await page.clock.install();
      await page.goto("./");
      await expect(page.locator("#loading")).toBeVisible();
      await expect(page.locator("#loading").getByRole("button")).toHaveCount(0);
      await pass(page, 12);
      await expect(page.locator("#loading")).toContainText(new RegExp(`Nothing has come for \\d+ s. The page waits for ${what}.`));
      await page.locator("#loading").screenshot({ path: test.info().outputPath("stalled.png") });
      await page.locator("#loading").getByRole("button", { name: "Cancel" }).click();
      await expect(page.locator("#loading")).toBeHidden();
      await expect(page.locator("#status")).toContainText("No model loaded");
      await page.locator(".model-button").click();
      await page.getByRole("button", { name: "Default model" }).click();
      await pass(page, 12);
      await context.unroute(pattern);
      await page.locator("#loading").getByRole("button", { name: "Try again" }).click();
      await expect(page.locator(".model-state")).toContainText("on this device");
    });
  }
});
