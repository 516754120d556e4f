// What the inspector has the engine do beside a run, on the page itself: every number is what the API says of the same run.
import { expect, generate, openPage, setting, test, violations } from "./fixtures.js";

const PROMPT = "What is the capital of France?";
const OWN = 'flowchart TB\n  subgraph layers["Layers {layer}"]\n    attention["Attention"] --> mlp["MLP {value}"]\n  end\n  prompt --> layers';

test("a sweep leads to a head, which goes off in the run, in diagrams and status; and what that costs", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await openPage(page);
  await page.locator("#prompt").fill(PROMPT);
  await setting(page, { maxTokens: 3, temperature: 0 });
  await generate(page);
  const panel = page.locator("#inspector");
  await page.locator('g[data-id="O3"]').focus();
  await page.keyboard.press("Enter");

  // The view of the sweep is its single comparisons.
  const sweep = panel.locator(".sweep");
  await sweep.getByRole("button", { name: "Begin" }).click();
  await expect(sweep.locator("progress")).toBeHidden({ timeout: 40_000 });
  const map = sweep.locator(".tensor").first();
  await map.getByRole("button", { name: "Copy as table" }).click();
  await expect(map).toContainText("Copied");
  const shown = (await page.evaluate(() => navigator.clipboard.readText())).split("\n").slice(1).map((line) => line.split("\t").slice(1).map(Number));
  const told = await page.evaluate(async (prompt) => {
    const { createEngine } = await import(new URL("vitrine.js", location.href).href);
    const engine = await createEngine();
    const { layers, heads } = engine.info;
    const run = engine.generate(prompt, { maxTokens: 3, temperature: 0 });
    await run.result;
    const kl = [];
    for (let layer = 0; layer < layers; layer++) {
      kl.push([]);
      for (let head = 0; head < heads; head++) kl[layer].push((await run.compare({ switches: [{ off: "head", layer, head }], position: 8 })).kl);
    }
    const whole = engine.generate(prompt, { maxTokens: 3, temperature: 0, cache: false });
    await whole.result;
    const counted = ({ multiplyAdds, weightBytes, cacheBytes, stages }) => ({ multiplyAdds, weightBytes, cacheBytes, stages: stages.map(({ ms, ...rest }) => rest) });
    const costs = [];
    for (const position of [6, 7, 8]) costs.push({ cached: counted(await run.cost({ position })), uncached: counted(await whole.cost({ position })) });
    engine.close();
    return { kl, costs };
  }, PROMPT);
  expect(shown).toEqual(told.kl.map((line) => line.map((kl) => Number(kl.toPrecision(9)))));
  await sweep.locator("summary").click();
  await expect(sweep.locator("tbody tr")).toHaveCount(told.kl.flat().length);
  expect(await sweep.locator(".stage-scroll").evaluate((list) => list.scrollWidth - list.clientWidth), "the list is as wide as the inspector").toBe(0);
  expect(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight), "the page itself does not scroll").toBe(0);

  // Off in the run: each node that does it says so, with a pattern, and so does the status.
  const [layer, head] = [1, 3];
  await panel.getByRole("combobox", { name: "Layer" }).selectOption(String(layer));
  await panel.getByRole("combobox", { name: "Head" }).selectOption(String(head));
  await panel.getByRole("button", { name: "Head 4 of layer 2 off" }).click();
  const plain = await page.locator('g[data-id="O3"] .card').evaluate((card) => getComputedStyle(card).backgroundImage);
  await panel.getByRole("button", { name: "Switch in the run" }).click();
  for (const id of ["O3", "G1"]) {
    await expect(page.locator(`g[data-id="${id}"] .off`)).toHaveText("Head 4 of layer 2 off");
    await expect(page.locator(`g[data-id="${id}"]`)).toHaveAttribute("aria-description", "Head 4 of layer 2 off");
  }
  await expect(page.locator('g[data-id="G4"] .off')).toHaveCount(0);
  expect(await page.locator('g[data-id="O3"] .card').evaluate((card) => getComputedStyle(card).backgroundImage)).not.toBe(plain);
  await expect(page.locator(".status-switched")).toHaveText("Head 4 of layer 2 off");
  expect(await violations(page, "#diagram-place", "#status")).toEqual([]);
  await page.evaluate((text) => document.body.dispatchEvent(new CustomEvent("diagramtext", { detail: { text } })), OWN);
  for (const id of ["attention", "layers"]) await expect(page.locator(`svg.own g[data-id="${id}"] .off`)).toHaveText("Head 4 of layer 2 off");
  await expect(page.locator('svg.own g[data-id="mlp"] .off')).toHaveCount(0);
  await panel.getByRole("button", { name: "Head 4 of layer 2 off" }).click();
  await panel.getByRole("button", { name: "Switch all back on in the run" }).click();
  await expect(page.locator(".off")).toHaveCount(0);
  await expect(page.locator(".status-switched")).toHaveText("");

  // What the step costs, and how that grows with and without the cache.
  const cost = panel.locator(".cost");
  await cost.locator("summary").click();
  await cost.getByRole("button", { name: "Measure this step" }).click();
  const total = cost.locator("tr.total td");
  await expect(total).toHaveCount(4);
  const { cached } = told.costs[2];
  expect(await total.evaluateAll((cells) => cells.slice(0, 3).map((cell) => Number(cell.title)))).toEqual([cached.multiplyAdds, cached.weightBytes, cached.cacheBytes]);
  expect(Number(await total.last().getAttribute("title"))).toBeGreaterThan(0);
  await expect(cost.locator("tr.chosen th")).toHaveText("Attention: weights times values");
  await cost.getByRole("button", { name: "Measure the steps" }).click();
  await expect(cost.locator(".growth progress")).toBeHidden({ timeout: 40_000 });
  const sums = (kind) => told.costs.map((step) => step[kind].stages.filter(({ stage }) => stage === "attention.mix").reduce((sum, one) => sum + one.multiplyAdds, 0));
  const points = (series) => cost.locator(`.chart g.${series} title`).evaluateAll((titles) => titles.map(({ textContent }) => Number(textContent.split(": ").pop())));
  await expect.poll(() => points("chart-first")).toEqual(sums("cached"));
  expect(await points("chart-second")).toEqual(sums("uncached"));
  expect(sums("uncached")[2]).toBeGreaterThan(5 * sums("cached")[2]);
  await cost.locator(".cells td[tabindex='0']").focus();
  await expect(panel.locator(".cell-readout")).toContainText(`${sums("cached")[2]}How it grows, as the run is, 9 tokens`);
  expect(await violations(page, "#inspector")).toEqual([]);
});
