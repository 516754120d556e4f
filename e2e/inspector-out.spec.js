// The views of the inspector behind attention, in the page: their numbers beside those of another run of the same
// prompt, asked through the API.
import { expect, fits, generate, openPage, test, violations } from "./fixtures.js";
import { exact } from "./inspector/fixtures.js";

const PROMPT = "Once upon a time there was";
const OPTIONS = { maxTokens: 4, temperature: 0.9, topK: 12, topP: 0.8, seed: 5 };
const panel = (page) => page.locator("#inspector");
const title = (page) => panel(page).getByRole("heading", { level: 2 });

/** @param {import("@playwright/test").Page} page */
async function run(page, options = OPTIONS) {
  await openPage(page, { settings: Object.fromEntries(Object.entries(options).map(([name, value]) => [name, String(value)])) });
  await page.locator("#prompt").fill(PROMPT);
  await generate(page);
  await page.evaluate(
    async ([prompt, options]) => {
      const { createEngine } = await import(new URL("vitrine.js", location.href).href);
      const engine = await createEngine();
      const run = engine.generate(prompt, options);
      await run.result;
      Object.assign(globalThis, { engine, beside: run });
    },
    /** @type {const} */ ([PROMPT, options]),
  );
}

/** @param {import("@playwright/test").Page} page @param {string} stage @param {Record<string, number>} [where] */
async function open(page, stage, where = {}) {
  await page.evaluate(([stage, where]) => document.body.dispatchEvent(new CustomEvent("inspect", { detail: { stage, ...where } })), /** @type {const} */ ([stage, where]));
  await expect(panel(page).locator(".inspector-values")).not.toHaveClass(/stale/);
}

const titles = (locator) => locator.evaluateAll((all) => all.map((one) => one.title));

test("the distribution: entropy, the most probable tokens, all others, and any token that is searched for", async ({ page }) => {
  await run(page);
  const { all, dog, probs } = await page.evaluate(async () => {
    const position = (await beside.result).promptIds.length - 1;
    const [softmax] = await beside.inspect("softmax", { position });
    return { all: await beside.candidates({ position }), dog: await beside.candidates({ position, search: "dog" }), probs: [...softmax.data], position };
  });
  const first = all.rows[0];
  await open(page, "distribution", { position: 0 });
  const rows = panel(page).locator(".ranking-table tbody tr");
  await expect(rows).toHaveCount(21);
  expect(await titles(rows.locator("td:nth-child(5)"))).toEqual([...all.rows.map(({ probability }) => exact(probability)), exact(all.sum - all.rows.reduce((sum, { probability }) => sum + probability, 0))]);
  const entropy = probs.reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0);
  expect(Math.abs(entropy - all.entropy)).toBeLessThan(1e-9);
  await expect(panel(page)).toContainText(`${entropy.toFixed(3)} nats, ${(entropy / Math.LN2).toFixed(3)} bits`);
  await expect(panel(page)).toContainText(`${Math.exp(entropy).toFixed(2)}: as open as`);
  await expect(rows.first()).toContainText(String(first.id));

  await panel(page).getByRole("searchbox", { name: "Search for a token" }).fill("DOG");
  await expect(panel(page).getByRole("status").filter({ hasText: "this text" })).toContainText(`${dog.total} tokens have this text`);
  expect((await titles(rows.locator("td:nth-child(5)"))).slice(0, dog.rows.length)).toEqual(dog.rows.map(({ probability }) => exact(probability)));
  await panel(page).getByRole("searchbox").fill("");
  await panel(page).getByRole("button", { name: "Show more" }).click();
  await expect(rows).toHaveCount(41);
});

test("decoding: each step's own probabilities, what it removes, and what the number chooses", async ({ page }) => {
  await run(page);
  const want = await page.evaluate(async () => {
    const { promptIds, ids } = await beside.result;
    const position = promptIds.length + 2;
    const { rows } = await beside.candidates({ position, count: 16 });
    const steps = [];
    for (const stage of ["decode.temperature", "decode.top_k", "decode.top_p"]) {
      const [ids, probabilities] = await beside.inspect(stage, { position });
      steps.push({ ids: [...ids.data], probabilities: [...probabilities.data] });
    }
    return { position, ids, steps, rows };
  });
  await open(page, "decode.sample", { position: want.position });
  const rows = panel(page).locator(".decision-table tbody tr");
  await expect(rows).toHaveCount(17);
  const [warm, k, p] = want.steps.map(({ ids, probabilities }) => new Map(ids.map((id, i) => [id, probabilities[i]])));
  for (const [i, { id, logit, probability }] of want.rows.entries()) {
    const cells = await rows.nth(i).locator("td").evaluateAll((all) => all.map((td) => ({ title: td.title || td.querySelector("s")?.title || "", out: td.classList.contains("removed") })));
    const expected = [exact(logit), exact(warm.get(id)), exact(k.get(id) ?? warm.get(id)), k.has(id) ? exact(k.get(id)) : "", p.has(id) ? exact(p.get(id)) : ""];
    expect(cells.map(({ title }) => title), `row ${i}`).toEqual(expected);
    expect(cells.map(({ out }) => out), `row ${i}`).toEqual([false, false, !k.has(id), !p.has(id), !p.has(id)]);
    expect(probability).toBeGreaterThan(0);
  }
  const others = await titles(rows.last().locator("td"));
  const shown = new Set(want.rows.map(({ id }) => id));
  const rest = [...warm].reduce((sum, [id, x]) => (shown.has(id) ? sum : sum + x), 0);
  expect(Number(others[1])).toBeCloseTo(rest, 8);

  // The number of the seed falls on the token that the run took; the slider goes through the line.
  const dart = panel(page).locator(".dart");
  await expect(dart).toContainText(`The seed gave 0.`);
  await expect(dart.locator("dd").nth(1)).toHaveText(String(want.ids[3]));
  const slider = dart.getByRole("slider", { name: "Random number" });
  await slider.focus();
  await page.keyboard.press("Home");
  await expect(dart.locator("dd").nth(1)).toHaveText(String(want.steps[2].ids[0]));
  await page.keyboard.press("End");
  const last = want.steps[2].ids.at(-1);
  await expect(dart.locator("dd").nth(1)).toHaveText(String(last));
  const before = await page.locator("#chips").textContent();
  await dart.getByRole("button", { name: "Back to the seeded number" }).click();
  await expect(dart.locator("dd").nth(1)).toHaveText(String(want.ids[3]));
  await slider.press("End");
  expect(await page.locator("#chips").textContent()).toBe(before); // not before it is asked for
  const id = Number(await dart.locator("dd").nth(1).textContent());
  await page.evaluate(() => document.body.addEventListener("choose", ({ detail }) => (globalThis.chosen = detail)));
  await dart.getByRole("button", { name: "Take this token" }).click();
  expect(await page.evaluate(() => globalThis.chosen)).toEqual({ position: want.position + 1, id });
  await expect(dart).toContainText("Another token was chosen by hand");
});

test("what ends the run is said rule by rule", async ({ page }) => {
  await run(page);
  await open(page, "decode.stop");
  const fired = panel(page).locator(".rules-table tr.chosen");
  await expect(fired).toHaveText("4 tokens are generated; this is number 4ends the run");
  await panel(page).getByRole("combobox", { name: "Token" }).selectOption("6");
  await expect(fired).toHaveCount(0);
});

test("the residual stream: the norms are those of the rows, the last layer's lens is the model's own answer", async ({ page }) => {
  await run(page);
  const want = await page.evaluate(async () => {
    const position = (await beside.result).promptIds.length + 1;
    const from = Math.max(0, position - 11);
    const norms = [];
    for (const [stage, layer] of [["position"], ...Array.from({ length: 6 }, (_, layer) => [["residual1", layer], ["residual2", layer]]).flat()]) {
      const sum = (await beside.inspect(stage, { position, rows: [from, position + 1], ...(layer !== undefined && { layer }) })).find(({ name }) => name === "sum");
      const [count, width] = sum.shape;
      norms.push(Array.from({ length: count }, (_, i) => Math.sqrt(sum.data.subarray(i * width, (i + 1) * width).reduce((all, x) => all + x * x, 0))));
    }
    const lens = await beside.lens({ position });
    const { rows } = await beside.candidates({ position, count: 1 });
    return { position, norms, lens, best: rows[0] };
  });
  await open(page, "residual2", { position: want.position, layer: 5 });
  await expect(panel(page).locator(".stream-progress")).toBeHidden({ timeout: 30_000 });
  const [norms, lens] = [panel(page).getByRole("grid", { name: "Length of the residual stream" }), panel(page).getByRole("grid", { name: /Logit lens/ })];
  const readout = panel(page).locator(".cell-value");
  await expect(norms.locator("thead th.chosen")).toBeInViewport(); // the token that is looked at, though it is the last column
  await norms.locator('[tabindex="0"]').focus();
  for (const [row, norm] of want.norms.entries()) {
    const value = Number(await readout.textContent());
    expect(Math.abs(value / norm.at(-1) - 1), `norm ${row}`).toBeLessThan(1e-6);
    await page.keyboard.press("ArrowDown");
  }
  await lens.locator('[tabindex="0"]').focus();
  for (const { layer, top, rank, probability } of want.lens) {
    await expect(readout).toContainText(exact(top[0].probability));
    await expect(panel(page).locator(".cell-where")).toContainText(`after layer ${layer + 1}, token ${want.position}`);
    await expect(panel(page).locator(".cell-where")).toContainText(`rank ${rank + 1} and probability ${exact(probability)}`);
    if (layer < 5) await page.keyboard.press("ArrowDown");
  }
  expect(want.lens[5].top[0].id).toBe(want.best.id);
  await expect(readout).toContainText(exact(want.best.probability));
  await page.evaluate(() => document.body.addEventListener("goto", ({ detail }) => (globalThis.gone = detail)));
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => globalThis.gone)).toEqual({ position: want.position, layer: 5, stage: "residual2" });
});

test("the activation: the curve of the model goes through the units of the engine", async ({ page }) => {
  await run(page);
  const { hidden, activated, position } = await page.evaluate(async () => {
    const position = (await beside.result).promptIds.length - 1;
    const tensors = await beside.inspect("mlp", { position, layer: 3, rows: [position, position + 1] });
    const of = (name) => [...tensors.find((one) => one.name === name).data];
    return { hidden: of("hidden"), activated: of("activated"), position };
  });
  await open(page, "mlp", { position, layer: 3 });
  const plot = panel(page).getByRole("slider", { name: /Hidden units/ });
  await expect(plot).toBeVisible();
  const order = hidden.map((x, unit) => ({ x, unit })).sort((a, b) => a.x - b.x || a.unit - b.unit);
  await plot.focus();
  await page.keyboard.press("Home");
  await expect(plot).toHaveAttribute("aria-valuetext", `Hidden unit ${order[0].unit}: ${exact(order[0].x)} → ${exact(activated[order[0].unit])}`);
  await page.keyboard.press("End");
  await expect(panel(page).locator(".cell-readout")).toContainText(`Hidden unit ${order.at(-1).unit}`);
  const off = await page.evaluate(async ([hidden, activated]) => {
    const gelu = (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
    return Math.max(...hidden.map((x, i) => Math.abs(gelu(x) - activated[i])));
  }, /** @type {const} */ ([hidden, activated]));
  expect(off).toBeLessThan(1e-5); // the points lie on it
  const largest = [...activated.keys()].sort((a, b) => Math.abs(activated[b]) - Math.abs(activated[a]))[0];
  await expect(panel(page).locator(".curve-table tbody th").first()).toHaveText(String(largest));
});

test("the steps of the run go to where their token is chosen", async ({ page }) => {
  await run(page);
  await open(page, "generation");
  const steps = panel(page).locator(".step");
  await expect(steps).toHaveCount(4);
  const { promptIds } = await page.evaluate(() => beside.result);
  await expect(steps.first()).toContainText(PROMPT);
  await steps.nth(2).focus();
  await page.keyboard.press("Enter");
  await expect(steps.nth(2)).toHaveAttribute("aria-current", "step");
  await expect(steps.nth(2)).toBeFocused();
  await expect(steps.nth(3)).toContainText("not computed again yet");
  expect(await steps.nth(2).getAttribute("data-position")).toBe(String(promptIds.length + 1));
});

test("the architecture counts the model that is loaded, and the shapes of others", async ({ page }) => {
  await openPage(page);
  await open(page, "layers");
  await panel(page).locator(".architecture summary").click();
  const info = await page.evaluate(async () => {
    const { createEngine } = await import(new URL("vitrine.js", location.href).href);
    const engine = await createEngine();
    const { info } = engine;
    engine.close();
    return info;
  });
  const total = panel(page).locator(".architecture tr.total td");
  await expect(total.first()).toHaveText(info.parameters.toLocaleString("en"));
  expect(Number((await total.nth(1).textContent()).replaceAll(",", ""))).toBeLessThan(info.bytes);
  for (const [name, parameters] of [["GPT-2 small", "124,439,808"], ["GPT-2 medium", "354,823,168"], ["GPT-2 large", "774,030,080"], ["GPT-2 XL", "1,557,611,200"]]) {
    await expect(panel(page).getByRole("row", { name: new RegExp(`^${name} `) })).toContainText(parameters);
  }
  await expect(panel(page)).toContainText("Shapes only");
  await expect(panel(page)).toContainText("link to the token table");
});

test("axe finds nothing in any of them, and nothing is wider than the screen", async ({ page }) => {
  test.slow(); // six views
  await run(page);
  for (const stage of ["mlp", "residual2", "distribution", "decode.top_p", "generation", "layers"]) {
    await page.setViewportSize({ width: 1440, height: 900 });
    await open(page, stage);
    await expect(panel(page).locator(":is(.curve, .stream, .ranking, .decision, .steps, .architecture)"), stage).toBeVisible();
    if (stage === "residual2") await expect(panel(page).locator(".stream-progress")).toBeHidden({ timeout: 30_000 });
    if (stage === "layers") await panel(page).locator(".architecture summary").click();
    expect(await violations(page, "#inspector"), stage).toEqual([]);
    await fits(page, stage);
    await page.setViewportSize({ width: 360, height: 900 });
    await expect(panel(page)).toBeVisible();
    await fits(page, `${stage}, 360 px`);
    if (!["distribution", "layers"].includes(stage)) continue; // these have the most colours, and the widest table
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await violations(page, "#inspector"), `${stage}, 360 px, dark`).toEqual([]);
    await page.emulateMedia({ colorScheme: "light" });
  }
});
