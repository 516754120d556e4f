// The reading of the residual stream in the inspector, beside a run that takes its time. See e2e/inspector/.
import { asked as askedOf, expect, openPage, test } from "./inspector/fixtures.js";

const asked = async (page) => (await askedOf(page)).length;

/** Opens the stream, whose every answer takes a while. @param {import("@playwright/test").Page} page */
async function open(page) {
  await openPage(page, { prompt: 20 });
  await page.evaluate(() => {
    fake.control.delay = 60;
    reach("generation");
    view.open({ stage: "residual1" });
  });
  await expect.poll(() => asked(page)).toBeGreaterThan(4);
}

for (const [how, does] of /** @type {const} */ ([
  ["the inspector closes", (page) => page.getByRole("button", { name: "Close the inspector" }).click()],
  ["another stage is shown", (page) => page.evaluate(() => view.open({ stage: "generation" }))],
  ["the machine goes on", (page) => page.evaluate(() => (state.add({ type: "resumed" }), view.show(state)))],
  ["somebody stops it", (page) => page.getByRole("button", { name: "Stop reading" }).click()],
])) {
  test(`ends where ${how}`, async ({ page }) => {
    await open(page);
    await does(page);
    await page.waitForTimeout(100);
    const before = await asked(page);
    expect(before).toBeLessThan(1 + 12 + 13); // the tensors, the lens of 12 tokens, the norms of input and 6 layers
    await page.waitForTimeout(400);
    expect(await asked(page)).toBe(before);
  });
}

test("goes on after a stop, says how far it is, and asks for what is shown alone", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "Stop reading" }).click();
  await expect(page.locator(".stream-progress")).toContainText(/Read from the engine: \d+ of 25/);
  await page.getByRole("button", { name: "Go on reading" }).click();
  await expect(page.locator(".stream-progress")).toBeHidden({ timeout: 10_000 });
  const all = await page.evaluate(() => fake.asked.map(({ time, ...rest }) => rest));
  expect(all.length).toBe(26);
  for (const { stage, position, rows } of all.slice(1)) {
    expect(position).toBeGreaterThanOrEqual(8);
    if (stage !== "lens") expect(rows).toEqual([8, 20]);
  }
});
