// What the inspector has the engine do beside a run, beside one that the test makes up. See e2e/inspector/.
import { violations } from "./fixtures.js";
import { asked, exact, expect, openPage, test } from "./inspector/fixtures.js";
import { significant } from "../web/kit/numbers.js";
import { effectAfter, effectKL, info } from "./inspector/fake-run.js";

const heads = Array.from({ length: info.layers }, (_, layer) => Array.from({ length: info.heads }, (_, head) => [layer, head]));
const readout = (page) => page.locator(".cell-readout");

test("sweeps all heads: maps, exact values, a table, Stop, and a way to each", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await openPage(page);
  await page.evaluate(() => {
    reach("generation");
    view.open({ stage: "layers" });
    fake.control.hold = true;
  });
  const sweep = page.locator(".sweep");
  await sweep.getByRole("button", { name: "Begin" }).click();
  const sweeps = async () => (await asked(page)).filter(({ stage }) => stage === "sweep").length;
  const answer = (count) => page.evaluate((count) => new Promise((done) => {
    const next = () => (fake.asked.filter(({ stage }) => stage === "sweep").length > count ? done() : (fake.control.held.splice(0).forEach((go) => go()), setTimeout(next)));
    next();
  }), count);
  await answer(9); // of heads: two layers and one head
  await expect(sweep.getByRole("progressbar")).toBeVisible();
  await expect(sweep.getByRole("grid", { name: "KL divergence, nats" })).toHaveAttribute("aria-rowcount", "2"); // it fills as it goes
  await sweep.getByRole("button", { name: "Stop" }).click();
  await page.evaluate(() => (fake.control.held.splice(0).forEach((go) => go()), (fake.control.hold = false)));
  await expect(sweep).toContainText("Stopped after 9 of 24.");
  expect(await sweeps()).toBe(10);

  await sweep.getByRole("button", { name: "Begin" }).click();
  await expect(sweep.getByRole("progressbar")).toBeHidden();
  for (const [name, valueOf] of [["KL divergence, nats", effectKL], ['Change of the probability of " word1"', (layer, head) => effectAfter(layer, head) - 0.5]]) {
    const box = sweep.locator(".tensor", { has: page.getByRole("heading", { name, exact: true }) });
    await box.getByRole("button", { name: "Copy as table" }).click();
    await expect(box).toContainText("Copied");
    const [first, ...lines] = (await page.evaluate(() => navigator.clipboard.readText())).split("\n").map((line) => line.split("\t"));
    expect(first).toEqual(["", "1", "2", "3", "4"]);
    expect(lines).toEqual(heads.map((line, layer) => [`layer ${layer + 1}`, ...line.map(([layer, head]) => exact(valueOf(layer, head)))]));
  }
  await sweep.locator("summary").click();
  await expect(sweep.locator("details tbody tr")).toHaveCount(24);
  await expect(sweep.locator("details tbody tr").first()).toContainText(`64${significant(effectKL(5, 3), 4)}`); // layer 6, head 4
  expect(await violations(page, ".sweep")).toEqual([]);

  // By keyboard to a cell, which says what it is, and from there to the head.
  const grid = sweep.getByRole("grid", { name: "KL divergence, nats" });
  await grid.focus();
  for (const key of ["ArrowDown", "ArrowRight"]) await page.keyboard.press(key);
  await expect(readout(page)).toContainText(`${exact(effectKL(1, 1))}KL divergence, nats, layer 2, head 2, switched off`);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 2 })).toHaveText("Attention: causal mask, softmax");
  await expect(page.getByRole("combobox", { name: "Layer" })).toHaveValue("1");
  await expect(page.getByRole("combobox", { name: "Head" })).toHaveValue("1");

  // What was found holds for these ids alone.
  await expect(grid).toBeVisible();
  await page.evaluate(() => (state.tokens.splice(1), state.add({ ...state.last, type: "stage" }), view.show(state)));
  await expect(grid).toBeVisible(); // the ids up to there are the same
  await page.getByRole("combobox", { name: "Token" }).selectOption("3");
  await expect(grid).toBeVisible(); // as they are for a row of the same pass
  await page.evaluate(() => ((fake.run.switches = [{ off: "mlp", layer: 0 }]), view.show(state)));
  await expect(grid).toBeHidden();
});
