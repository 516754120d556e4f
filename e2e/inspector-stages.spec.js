// What the first half of the stages shows in the inspector: tokens, rows, norms, attention; held against the engine's own
// numbers, of another run of the same prompt.
import { readFile } from "node:fs/promises";
import { expect, fits, generate, openBare, openPage, setting, test, violations } from "./fixtures.js";

const prompt = "The cat sat on the mat. The cat saw the dog.";
/** The last position that the run reads: 13 tokens of the prompt, and two of the three that follow. */
const newest = 14;
const panel = (page) => page.locator("#inspector");
const nodes = { tokenize: "B", embed: "D", position: "E", ln1: "G0", attention: "G1", qkv: "O1", scores: "O2", scale: "O6", mask: "O4", mix: "O3", ln2: "G3", final: "F6" };

/** @param {import("@playwright/test").Page} page */
async function run(page) {
  await openPage(page);
  await page.locator("#prompt").fill(prompt);
  await setting(page, { maxTokens: 3, temperature: 0 });
  await generate(page);
}

/** @param {import("@playwright/test").Page} page @param {keyof typeof nodes} stage */
async function inspect(page, stage) {
  if (await panel(page).isVisible()) await page.getByRole("button", { name: "Close the inspector" }).click();
  await page.locator(`g[data-id="${nodes[stage]}"]`).focus();
  await page.keyboard.press("Enter");
  await expect(panel(page).locator(".inspector-wait")).toHaveText("");
}

/** What the API gives: `does` gets the engine, and a run of the prompt that has ended. */
const asked = (page, does, argument) =>
  page.evaluate(
    async ([prompt, does, argument]) => {
      const { createEngine } = await import(new URL("vitrine.js", location.href).href);
      const engine = await createEngine();
      const run = engine.generate(prompt, { maxTokens: 3, temperature: 0 });
      await run.result;
      // The page's policy lets no text become code: what is asked is named.
      const answers = {
        inspect: async ([stage, options]) => (await run.inspect(stage, options)).map((tensor) => ({ ...tensor, data: [...tensor.data] })),
        merges: async (text) => (await engine.merges(text)).map((piece) => ({ ...piece, bytes: [...piece.bytes] })),
        ids: async (text) => (await engine.tokenize(text)).map(({ id, bytes }) => ({ id, bytes: [...bytes] })),
        positions: async ([from, to]) => engine.positions(from, to).then((tensor) => ({ ...tensor, data: [...tensor.data] })),
      };
      const answer = await answers[does](argument);
      engine.close();
      return answer;
    },
    /** @type {const} */ ([prompt, does, argument]),
  );

const fact = async (page, name) => Number((await panel(page).locator("dt", { hasText: name }).first().locator("xpath=following-sibling::dd[1]").textContent()).replace("−", "-"));

test("the parts of a cell of attention add up to the engine's number, within the rounding that is stated", async ({ page }) => {
  await run(page);
  for (const [stage, title, name] of /** @type {const} */ ([["scores", "Scores", "attention.scores"], ["scale", "Scaled scores", "attention.scale"], ["mask", "Weights", "attention.mask"], ["mix", "Mix of the values", "attention.mix"], ["mix", "Output", "attention.mix"]])) {
    await inspect(page, stage);
    await panel(page).getByRole("combobox", { name: "Layer" }).selectOption("2");
    await panel(page).getByRole("combobox", { name: "Head" }).selectOption("3");
    const grid = panel(page).getByRole("grid", { name: title, exact: true });
    await expect(grid.getByRole("gridcell")).toContainText(title === "Output" ? "layer 3" : "layer 3, head 4");
    await grid.focus();
    for (const key of ["Home", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
    await expect(panel(page).locator(".explain-formula")).toBeVisible();
    const tensors = await asked(page, "inspect", [name, { layer: 2, head: 3, position: newest, rows: [newest, newest + 1] }]);
    const tensor = tensors.find((one) => one.name === "output" && title === "Output") ?? tensors[0];
    const engine = await fact(page, "The engine's cell");
    expect(Math.fround(engine), title).toBe(tensor.data[2]);
    const [counted, bound] = [await fact(page, { scores: /^Sum of/, scale: /^Score \//, mask: /^The first divided/, mix: /^Sum of/ }[stage]), await fact(page, "Rounding allows")];
    expect(Math.abs(counted - engine), title).toBeLessThanOrEqual(bound + 1e-8 * Math.abs(engine));
    expect(bound, title).toBeLessThan(0.01 * Math.max(1, Math.abs(engine)));
    if (stage === "scale") continue;
    await panel(page).locator(".explain summary").click();
    const terms = (await panel(page).locator(".explain tbody td:last-child").allTextContents()).map(Number);
    const sum = terms.reduce((a, b) => a + b, 0);
    const whole = title === "Output" ? counted - (await fact(page, "Bias of the projection")) : stage === "mask" ? await fact(page, "Sum over") : counted;
    expect(Math.abs(sum - whole), `${title}: the terms`).toBeLessThan(1e-6 * terms.length * Math.max(1, ...terms.map(Math.abs)));
  }
});

test("all heads are maps of the engine's weights, whose rows sum to 1; one is chosen by keys", async ({ page }) => {
  await run(page);
  await inspect(page, "mask");
  const maps = panel(page).locator(".head-map");
  await expect(maps).toHaveCount(6);
  const [{ shape, data }] = await asked(page, "inspect", ["attention.mask", { layer: 5, position: newest, rows: [0, newest + 1] }]);
  for (let row = 0; row < shape[0] * shape[1]; row++) {
    expect(Math.abs(data.slice(row * shape[2], (row + 1) * shape[2]).reduce((a, b) => a + b, 0) - 1)).toBeLessThan(1e-5);
  }
  /** How dark each cell of a map is, by its weight. */
  const dark = await maps.nth(4).locator("canvas").evaluate((canvas) => {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    return Array.from({ length: width * height }, (_, i) => ({ row: Math.floor(i / width), column: i % width, alpha: data[4 * i + 3], light: data[4 * i] + data[4 * i + 1] + data[4 * i + 2] }));
  });
  for (const { row, column, alpha } of dark) expect(alpha > 0, `${row}, ${column}`).toBe(column <= row);
  const seen = dark.filter(({ alpha }) => alpha > 0).map((cell) => ({ ...cell, weight: data[(4 * shape[1] + cell.row) * shape[2] + cell.column] })).sort((a, b) => a.weight - b.weight);
  seen.slice(1).forEach(({ light, weight }, i) => expect(light, `${seen[i].weight} and ${weight}`).toBeLessThanOrEqual(seen[i].light + 3));
  expect(seen[0].light - seen.at(-1).light).toBeGreaterThan(100);

  const chosen = panel(page).locator('.head-map[aria-pressed="true"]');
  await chosen.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(panel(page).getByRole("combobox", { name: "Head" })).toHaveValue("2");
  await expect(chosen).toHaveAttribute("data-head", "2");
  await expect(chosen).toBeFocused();
});

test("what a token looked at is drawn over the text, with the engine's weights", async ({ page }) => {
  await run(page);
  await inspect(page, "mask");
  await panel(page).getByRole("combobox", { name: "Token" }).selectOption(String(newest));
  await expect(panel(page).locator(".look-chip")).toHaveCount(newest + 1);
  const [{ data }] = await asked(page, "inspect", ["attention.mask", { layer: 5, head: 0, position: newest, rows: [newest, newest + 1] }]);
  const titles = await panel(page).locator(".look-chip").evaluateAll((chips) => chips.map(({ title }) => Number(title.split(": ").at(-1))));
  expect(titles.map(Math.fround)).toEqual(data);
  await expect(panel(page).locator(".look-share")).toHaveCount(3);
});

test("the steps go from stage to stage, and the mask says what it hides", async ({ page }) => {
  await run(page);
  await inspect(page, "scores");
  const step = (name) => panel(page).locator(`[data-step="${name}"]`);
  await expect(step("scores")).toHaveAttribute("aria-pressed", "true");
  for (const [name, title] of [["scale", "Scaled scores"], ["mask", "Scaled scores"], ["softmax", "Weights"], ["mix", "Mix of the values"]]) {
    await step(name).click();
    await expect(step(name)).toHaveAttribute("aria-pressed", "true");
    await expect(panel(page).getByRole("grid", { name: title, exact: true })).toBeVisible();
  }
  await step("mask").click();
  const grid = panel(page).getByRole("grid", { name: "Scaled scores" });
  await panel(page).getByRole("combobox", { name: "Token" }).selectOption("3");
  await grid.focus();
  await page.keyboard.press("End");
  await expect(panel(page).locator(".explain")).toContainText("−∞");
});

test("the layers' heads are called by what they do, and the threshold is stated", async ({ page }) => {
  await run(page);
  await inspect(page, "attention");
  await expect(panel(page).locator(".head-map")).toHaveCount(36);
  await expect(panel(page).locator(".heads-view .note")).toContainText("30.0 % of its weight");
  const kinds = await panel(page).locator(".head-map").evaluateAll((maps) => maps.map((map) => [Number(map.dataset.layer), Number(map.dataset.head), map.dataset.kind ?? ""]));
  let named = 0;
  for (const layer of [0, 3]) {
    const [{ data, shape: [heads, rows, columns] }] = await asked(page, "inspect", ["attention.mask", { layer, position: newest, rows: [0, newest + 1] }]);
    for (let head = 0; head < heads; head++) {
      const at = (row, column) => data[(head * rows + row) * columns + column];
      const later = Array.from({ length: rows - 2 }, (_, i) => i + 2);
      const mean = (place) => later.reduce((sum, row) => sum + at(row, place(row)), 0) / later.length;
      const kind = kinds.find(([l, h]) => l === layer && h === head)[2];
      if (kind === "previous") expect(mean((row) => row - 1)).toBeGreaterThanOrEqual(0.3);
      if (kind === "first") expect(mean(() => 0)).toBeGreaterThanOrEqual(0.3);
      if (kind === "") expect(Math.max(mean((row) => row - 1), mean(() => 0))).toBeLessThan(0.3);
      if (kind) named++;
    }
  }
  expect(named).toBeGreaterThan(0);
});

test("merges are told in their order, and make the ids", async ({ page }) => {
  await run(page);
  await inspect(page, "tokenize");
  const pieces = await asked(page, "merges", prompt);
  const ids = await asked(page, "ids", prompt);
  expect(pieces.flatMap((piece) => piece.ids)).toEqual(ids.map(({ id }) => id));
  await expect(panel(page).locator(".piece")).toHaveCount(pieces.length);
  const first = panel(page).getByRole("radio").first();
  await panel(page).getByRole("radio", { checked: true }).focus();
  for (let i = 0; i < pieces.length; i++) await page.keyboard.press("ArrowLeft");
  await expect(first).toBeFocused();
  const rows = panel(page).locator(".merges tbody tr");
  await expect(rows).toHaveCount(pieces[0].merges.length + 1);
  const ranks = (await rows.locator("td:nth-child(2)").allTextContents()).slice(1).map((text) => Number(text.replaceAll(",", "")));
  expect(ranks).toEqual(pieces[0].merges.map(({ rank }) => rank));
  await expect(rows.last().locator(".merge-token")).toHaveCount(pieces[0].ids.length);
});

test("the cosines are those of the engine's rows, and the table is the model's own", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await run(page);
  await inspect(page, "position");
  const copied = async (title) => {
    await panel(page).locator(".tensor", { has: page.getByRole("heading", { name: title, exact: true }) }).getByRole("button", { name: "Copy as table" }).click();
    return (await page.evaluate(() => navigator.clipboard.readText())).split("\n").slice(1).map((line) => line.split("\t").slice(1).map(Number));
  };
  await expect(panel(page).getByRole("grid", { name: "The learned position table" })).toHaveAttribute("aria-rowcount", "256"); // positions of the context
  const [, sum] = await asked(page, "inspect", ["position", { position: newest, rows: [0, newest + 1] }]);
  const [count, width] = sum.shape;
  const row = (i) => sum.data.slice(i * width, (i + 1) * width);
  const dot = (a, b) => a.reduce((all, x, i) => all + x * b[i], 0);
  const cosines = await copied("Cosine similarity between the tokens");
  expect(cosines.length).toBe(count);
  for (const [i, j] of [[0, 0], [3, 1], [1, 3], [14, 9]]) expect(cosines[i][j]).toBeCloseTo(dot(row(i), row(j)) / Math.sqrt(dot(row(i), row(i)) * dot(row(j), row(j))), 6);
  const table = await asked(page, "positions", [0, 64]);
  expect((await copied("The learned position table")).flat().map(Math.fround)).toEqual(table.data);
  const [its] = await asked(page, "inspect", ["position", { position: newest, rows: [0, newest + 1] }]);
  expect(its.data).toEqual(table.data.slice(0, its.data.length));
});

test("a norm's number is made of what stands beside it", async ({ page }) => {
  await run(page);
  for (const [stage, name, before] of /** @type {const} */ ([["ln1", "ln1", "residual2"], ["ln2", "ln2", "residual1"], ["final", "final", "residual2"]])) {
    await inspect(page, stage);
    const strip = panel(page).getByRole("grid", { name: "Before: x" });
    await strip.focus();
    await expect(strip.getByRole("gridcell"), "its numbers have come").toContainText("column 0");
    await page.keyboard.press("ArrowRight");
    const layer = { ln1: 4, ln2: 5, final: 5 }[name];
    const [sum] = await asked(page, "inspect", [before, { layer, position: newest, rows: [newest, newest + 1] }]);
    await expect(strip.getByRole("gridcell")).toContainText(String(Number(sum.data[1].toPrecision(9))));
    const result = (await asked(page, "inspect", [name, { layer: 5, position: newest, rows: [newest, newest + 1] }])).find((one) => one.name === "result");
    expect(Math.fround(await fact(page, "The engine's number"))).toBe(result.data[1]);
    expect(await fact(page, /^Column 1, computed/)).toBeCloseTo(result.data[1], 4);
  }
});

test("a view is taken away as a drawing", async ({ page }) => {
  await run(page);
  await inspect(page, "mask");
  const box = panel(page).locator(".tensor").first();
  const saved = async (name) => {
    const [download] = await Promise.all([page.waitForEvent("download"), box.getByRole("button", { name }).click()]);
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  };
  const svg = await saved("Save as SVG");
  expect(svg.name).toMatch(/^Weights.*\.svg$/);
  const text = String(svg.bytes);
  const cells = await (await openBare(page)).evaluate((text) => {
    const document = new DOMParser().parseFromString(text, "image/svg+xml");
    return { wrong: document.querySelector("parsererror")?.textContent ?? "", rects: document.querySelectorAll("rect").length, texts: [...document.querySelectorAll("text")].map(({ textContent }) => textContent) };
  }, text);
  expect(cells.wrong).toBe("");
  expect(cells.rects).toBe(1 + ((newest + 1) * (newest + 2)) / 2 + 48); // the paper, the cells that are not hidden, and the scale
  expect(cells.texts).toContain("Weights");
  expect(text).not.toContain("oklch");
  const png = await saved("Save as PNG");
  expect([...png.bytes.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  expect(png.bytes.length).toBeGreaterThan(2000);
});

test("axe finds nothing, and nothing is wider than the screen", async ({ page }) => {
  test.slow(); // seven views
  await run(page);
  for (const stage of /** @type {(keyof typeof nodes)[]} */ (["tokenize", "embed", "position", "ln1", "attention", "scores", "mask"])) {
    await page.setViewportSize({ width: 1440, height: 800 });
    await inspect(page, stage);
    await expect(panel(page).locator(".stage-view").first()).toBeAttached();
    const grid = panel(page).getByRole("grid").first();
    if (await grid.count()) await grid.focus();
    expect(await violations(page, "#inspector"), stage).toEqual([]);
    await fits(page, stage);
    await page.setViewportSize({ width: 360, height: 800 });
    await expect(panel(page)).toBeVisible();
    await fits(page, `${stage}, 360 px`);
    if (!["tokenize", "mask"].includes(stage)) continue; // these have the most colours
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await violations(page, "#inspector"), `${stage}, 360 px, dark`).toEqual([]);
    await page.emulateMedia({ colorScheme: "light" });
  }
});
