// A second run beside the page's own, in the drawer and in the inspector.
import { converted } from "./checkpoint.js";
import { expect, generate, openPage, setting, test, violations } from "./fixtures.js";

const [first, second] = ["The little dog ran to a tree", "The little cat ran to a tree"];
/** @param {import("@playwright/test").Page} page @param {string} name */
const button = (page, name) => page.getByRole("button", { name, exact: true });
/** @param {import("@playwright/test").Page} page */
const said = (page) => page.locator(".second-result .second-said");

test("another prompt goes beside the run, by keyboard, and the page goes where they part", async ({ page }) => {
  await openPage(page);
  await page.locator("#prompt").fill(first);
  await setting(page, { maxTokens: 4 });
  await button(page, "Compare").click();
  await button(page, "Run side by side").click();
  await expect(page.getByText("Generate first")).toBeVisible();
  await generate(page);

  const area = page.getByLabel("Second prompt");
  await expect(area).toHaveValue(first);
  await area.fill(second);
  await area.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.locator(".second-stands")).toHaveText("Both runs have ended.");
  await expect(page.locator("#second-title")).toBeFocused();
  await page.getByLabel("Relative difference above").fill("-1");
  await button(page, "Where do they part?").click();
  await expect(said(page)).toContainText("not a number");
  await page.getByLabel("Relative difference above").fill("0.05");
  await button(page, "Where do they part?").focus();
  await page.keyboard.press("Enter");
  await expect(said(page)).toContainText("They part at");

  /** The same, asked through the API. */
  const asked = await page.evaluate(async (prompts) => {
    const { createEngine, pairRuns } = await import(new URL("vitrine.js", location.href).href);
    const engine = await createEngine();
    const runs = prompts.map((prompt) => engine.generate(prompt, { maxTokens: 4, temperature: 0 }));
    const texts = (await Promise.all(runs.map(({ result }) => result))).map(({ text }) => text);
    const pair = pairRuns(...runs);
    const parting = await pair.part({ bound: 0.05 });
    const ln2 = await pair.difference("ln2", { step: parting.step, layer: 0 });
    engine.close();
    return { texts, parting, ln2 };
  }, [first, second]);
  expect(asked.parting).toMatchObject({ step: 0, layer: 0 });
  await expect(page.locator(`g[data-stage="${asked.parting.stage}"][aria-current]`).first()).toBeAttached();
  await expect(page.locator(".second-stands")).toContainText("Both are paused at");
  await expect(page.locator(".second-stands")).toContainText("layer 1 of 6, token 1.");
  const figures = page.locator("#inspector .beside dd");
  const titles = (/** @type {import("../web/vitrine.d.ts").Difference} */ { max, relative }) => [max, relative].map((x) => String(Number(x.toPrecision(9))));
  await expect.poll(() => figures.evaluateAll((all) => all.map(({ title }) => title))).toEqual(titles(asked.parting.difference));
  expect(await page.locator(".second-texts .flow").allTextContents()).toEqual(asked.texts);
  expect(await violations(page, "#drawer", "#inspector")).toEqual([]);

  await button(page, "Compare their logit lenses").click();
  await expect(said(page), "in the middle of a step").toContainText("Press Run, then compare them.");

  // One clock: the second follows the first, and the inspector says how far they are apart there.
  while (!(await page.locator('g[data-stage="ln2"][aria-current]').count())) {
    const before = await page.locator(".second-stands").textContent();
    await page.keyboard.press("F10");
    await expect(page.locator(".second-stands")).not.toHaveText(before);
    await expect(page.locator(".second-stands")).toContainText("Both are paused at");
  }
  await page.locator('g[data-stage="ln2"]').first().press("Enter");
  await expect.poll(() => figures.evaluateAll((all) => all.map(({ title }) => title))).toEqual(titles(asked.ln2));

  // Also the diagram says it, on the nodes that have run at this place and on no other: ours, and an author's.
  const signs = page.locator("#diagram-place .differs");
  const short = (/** @type {number} */ x) => `Δ ${String(Number(x.toPrecision(2))).replaceAll("-", "−")}`;
  const ours = page.locator('g.node[data-stage="ln2"]');
  await expect(ours.locator(".differs")).toHaveText(short(asked.ln2.relative));
  await expect(ours).toHaveAttribute("aria-description", `relative difference to the second run ${short(asked.ln2.relative).slice(2)}`);
  await expect(page.locator(".picture-caption")).toContainText("KL the divergence in nats");
  await expect(page.locator('g.stage:is([data-stage="mlp"], [data-stage="softmax"]) .differs'), "not run yet").toHaveCount(0);
  expect(await violations(page, 'g.node[data-stage="ln2"]')).toEqual([]);
  await page.evaluate(() => document.body.dispatchEvent(new CustomEvent("diagramtext", { detail: { text: "graph TD\n%% vitrine: X=ln2, Y=mlp\nX[Norm] --> Y" } })));
  await expect(page.locator("#diagram-place .own .differs")).toHaveText([short(asked.ln2.relative)]);
  await page.evaluate(() => document.body.dispatchEvent(new CustomEvent("diagramtext", { detail: { text: "" } })));
  await expect(ours.locator(".differs")).toBeAttached();

  await button(page, "End the comparison").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Compare with", { exact: true })).toBeFocused();
  await expect(signs).toHaveCount(0);
  await expect(page.locator(".picture-caption")).toBeHidden();
  await expect(page.locator("#inspector .beside")).toBeHidden();
});

test("other settings and a branch go beside the run, and another run ends the comparison", async ({ page }) => {
  await openPage(page);
  await page.locator("#prompt").fill(first);
  await setting(page, { maxTokens: 4 });
  await generate(page);
  await button(page, "Compare").click();
  const kind = page.getByLabel("Compare with", { exact: true });
  await kind.selectOption("branch");
  await button(page, "Run side by side").click();
  await expect(page.getByText("There is no other branch.")).toBeVisible();
  await kind.selectOption("settings");
  await page.locator("#second-temperature").fill("much");
  await button(page, "Run side by side").click();
  await expect(page.locator("#second-temperature")).toHaveAttribute("aria-invalid", "true");
  await page.locator("#second-temperature").fill("5");
  await page.locator("#second-topK").fill("0");
  await page.locator("#second-topP").fill("1");
  await button(page, "Run side by side").click();
  await expect(page.locator(".second-stands")).toHaveText("Both runs have ended.");
  await button(page, "Where do they part?").click();
  await expect(said(page)).toContainText("they choose different tokens");
  await expect(page.locator("#status")).toContainText("Paused");
  await expect(page.locator(".second-stands")).toContainText("Both are paused at");
  await button(page, "End the comparison").click();

  await page.evaluate(() => document.body.dispatchEvent(new CustomEvent("choose", { detail: { position: 7, id: 11 } }))); // as the menu of tokens does
  await expect(button(page, "Branches 2")).toBeVisible();
  await button(page, "Run").click();
  await expect(page.locator("#generate")).toHaveAttribute("data-running", "false");
  await kind.selectOption("branch");
  await button(page, "Run side by side").click();
  await expect(page.locator(".second-stands")).toHaveText("Both runs have ended.");
  await expect(page.locator(".second-texts mark")).toHaveCount(2);
  await page.getByRole("button", { name: "Generate" }).click();
  await expect(page.getByText("The comparison has ended")).toBeVisible();
});

test("another model goes beside the run, and their lenses are compared", async ({ page }) => {
  const [q8, f32] = converted("q8_0", "f32");
  await page.route("**/q8.gguf", (route) => route.fulfill({ body: q8, contentType: "application/octet-stream" }));
  await openPage(page, { address: "./?model=q8.gguf" });
  await page.locator("#prompt").fill("ab ab ba");
  await setting(page, { maxTokens: 3 });
  await generate(page);
  await button(page, "Compare").click();
  await page.getByLabel("Compare with", { exact: true }).selectOption("model");
  await button(page, "Run side by side").click();
  await expect(page.getByText("Choose a model file.")).toBeVisible();
  await page.locator("#second-model").setInputFiles({ name: "notes.gguf", mimeType: "", buffer: Buffer.from("no model") });
  await button(page, "Run side by side").click();
  await expect(page.locator(".second-form .second-said")).toContainText("GGUF");
  await page.locator("#second-model").setInputFiles({ name: "f32.gguf", mimeType: "", buffer: f32 });
  await button(page, "Run side by side").click();
  await expect(page.locator(".second-texts")).toContainText("weights in F32");
  await button(page, "Compare their logit lenses").click();
  const table = page.locator(".second-table");
  await expect(table.locator("tbody tr")).toHaveCount(2);
  const agreement = await page.evaluate(async (bytes) => {
    const { createEngine, pairRuns } = await import(new URL("vitrine.js", location.href).href);
    const engines = [await createEngine({ model: "q8.gguf" }), await createEngine({ model: Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0)).buffer })];
    const runs = engines.map((engine) => engine.generate("ab ab ba", { temperature: 0, maxTokens: 3 }));
    await Promise.all(runs.map(({ result }) => result));
    const agreement = await pairRuns(...runs).agreement();
    for (const engine of engines) engine.close();
    return agreement;
  }, f32.toString("base64"));
  await expect(table.locator("caption")).toContainText(` ${agreement.positions} positions`);
  const shares = await table.locator("td").evaluateAll((cells) => cells.map((cell) => Number(cell.title)));
  for (const [i, { same }] of agreement.layers.entries()) expect(shares[i]).toBeCloseTo(same, 8);
  await page.getByLabel("Relative difference above").fill("0");
  await button(page, "Where do they part?").click();
  await expect(said(page)).toContainText("They part at Token embedding, token 1");
});
