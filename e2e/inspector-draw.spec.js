// What the inspector draws, and when, on a page of its own beside a run whose every number the test knows.
import { drawn } from "./fixtures.js";
import { expect, openPage, test } from "./inspector/fixtures.js";

test("a picture is painted where it is in sight, and painted again there after the colours have changed", async ({ page }) => {
  await openPage(page, { prompt: 64 });
  await page.evaluate(() => {
    window.painted = [];
    const put = CanvasRenderingContext2D.prototype.drawImage;
    CanvasRenderingContext2D.prototype.drawImage = function (...args) {
      const title = this.canvas.closest(".tensor")?.querySelector("h3").textContent;
      if (title) window.painted.push(title);
      return put.apply(this, args);
    };
    reach("generation");
    view.open({ stage: "mlp" });
  });
  const painted = () => page.evaluate(() => window.painted);
  const tensor = (name) => page.locator(".tensor", { has: page.getByRole("heading", { name, exact: true }) });
  const output = tensor("Output");
  await tensor("Hidden units before the activation").scrollIntoViewIfNeeded();
  await expect.poll(painted).toContain("Hidden units before the activation");
  await expect(output.locator("canvas")).toHaveAttribute("style", /height: [1-9]/); // its place is there
  await drawn(page);
  expect(await painted()).not.toContain("Output");
  await output.scrollIntoViewIfNeeded();
  await expect.poll(painted).toContain("Output");
  await page.evaluate(() => {
    window.painted = [];
    document.documentElement.dataset.theme = "dark";
  });
  await expect.poll(painted).toContain("Output");
  expect(await painted()).not.toContain("Hidden units before the activation");
});
