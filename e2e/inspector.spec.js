// The inspector on a page of its own, beside a run whose every number the test knows: what it shows, what it asks for,
// and when. See e2e/inspector/.
import { fits, violations } from "./fixtures.js";
import { asked, exact, expect, openPage, test } from "./inspector/fixtures.js";
import { info, valueOf } from "./inspector/fake-run.js";

/** @param {import("@playwright/test").Page} page @param {string} stage @param {Record<string, number>} [where] */
async function inspect(page, stage, where = {}) {
  await page.evaluate(([stage, where]) => {
    reach("generation");
    view.open({ stage, ...where });
  }, /** @type {const} */ ([stage, where]));
}

const tensor = (page, title) => page.locator(".tensor", { has: page.getByRole("heading", { name: title, exact: true }) });
const readout = (page) => page.locator(".cell-readout");
/** What was asked for the tensors of a stage; the maps of all heads beside them ask for no head. */
const askedOne = async (page) => (await asked(page)).filter(({ stage, head }) => stage !== "attention.mask" || head !== undefined);

const stages = {
  embed: [["Rows of the token table", "rows"]],
  position: [["What is added: rows of the position table", "table"], ["Sum: the residual stream", "sum"]],
  ln1: [["Mean", "mean"], ["Variance", "variance"], ["Scale γ", "scale"], ["Shift β", "shift"], ["Result", "result"]],
  "attention.qkv": [["Queries", "qkv", 0], ["Keys", "qkv", 1], ["Values", "qkv", 2]],
  "attention.scores": [["Scores", "scores"]],
  "attention.scale": [["Scaled scores", "scaled"]],
  "attention.mask": [["Weights", "weights"]],
  "attention.mix": [["Mix of the values", "mix"], ["Output", "output"]],
  residual1: [["Sum: the residual stream", "sum"]],
  mlp: [["Hidden units before the activation", "hidden"], ["Hidden units after the activation", "activated"], ["Output", "output"]],
  head: [["Logits", "logits"]],
  softmax: [["Probabilities", "probabilities"]],
};

test("every number of every tensor is the engine's, to the last bit", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await openPage(page);
  for (const [stage, tensors] of Object.entries(stages)) {
    await inspect(page, stage);
    for (const [title, name, part = 0] of tensors) {
      const box = tensor(page, title);
      await expect(box, `${stage}: ${title}`).toBeVisible();
      await box.getByRole("button", { name: "Copy as table" }).click();
      await expect(box).toContainText("Copied");
      const text = await page.evaluate(() => navigator.clipboard.readText());
      const [columns, ...rows] = text.split("\n").map((line) => line.split("\t").slice(1));
      const inLayer = /^(ln|attention|residual|mlp)/.test(stage);
      const at = { layer: inLayer ? 2 : -1, head: /^attention/.test(stage) ? 0 : -1, part };
      let seen = 0;
      rows.forEach((cells, row) =>
        cells.forEach((cell, i) => {
          const column = Number(columns[i]);
          const masked = /scor|scale|mask/.test(stage) && stage.startsWith("attention") && column > row;
          const value = masked ? "" : exact(valueOf(stage, name, { ...at, row, column }));
          const same = masked || Math.fround(Number(cell)) === valueOf(stage, name, { ...at, row, column });
          if (cell !== value || !same) throw new Error(`${stage} ${name} [${row}, ${column}]: ${cell}, not ${value}`);
          seen++;
        }),
      );
      expect(seen, `${stage}: ${title}`).toBeGreaterThanOrEqual(8);
    }
  }
});

test("the cell under the pointer and the one that the keys reach say their exact value and where it comes from", async ({ page }) => {
  await openPage(page);
  await inspect(page, "attention.mask", { layer: 2, head: 3 });
  const canvas = tensor(page, "Weights").locator("canvas");
  const { width, height } = await canvas.boundingBox();
  await canvas.hover({ position: { x: (2.5 / 8) * width, y: (4.5 / 8) * height } });
  const value = exact(valueOf("attention.mask", "weights", { layer: 2, head: 3, row: 4, column: 2 }));
  await expect(readout(page)).toHaveText(`${value}Weights, layer 3, head 4, row 4 " of", column 2 " the"`);
  await canvas.hover({ position: { x: (6.5 / 8) * width, y: (4.5 / 8) * height } });
  await expect(readout(page)).toContainText("hidden by the mask: not computed");

  const grid = page.getByRole("grid", { name: "Weights" });
  await grid.focus();
  const cell = grid.getByRole("gridcell");
  await expect(cell).toContainText('row 7 "\\n", column 0 "What"'); // the token that is looked at
  for (const key of ["ArrowRight", "ArrowRight", "ArrowUp"]) await page.keyboard.press(key);
  await expect(cell).toHaveText(`${exact(valueOf("attention.mask", "weights", { layer: 2, head: 3, row: 6, column: 2 }))}, layer 3, head 4, row 6 "?", column 2 " the"`);
  await expect(grid).toHaveAttribute("aria-activedescendant", await cell.getAttribute("id"));
  await expect(cell).toHaveAttribute("aria-colindex", "3");
  await expect(readout(page)).toContainText(await cell.textContent().then((text) => text.split(",")[0]));
  await expect(page.getByRole("combobox", { name: "Token" })).toHaveValue("6"); // what is looked at goes along
  await page.keyboard.press("End");
  await expect(cell).toContainText("hidden by the mask");
});

test("the keys go through a row that is broken into lines, and from page to page", async ({ page }) => {
  await openPage(page);
  await inspect(page, "head");
  const grid = page.getByRole("grid", { name: "Logits" });
  const cell = grid.getByRole("gridcell");
  await grid.focus();
  const at = (id) => `${exact(valueOf("head", "logits", { column: id }))}, id ${id}`;
  await expect(cell).toHaveText(at(0));
  await page.keyboard.press("ArrowDown");
  await expect(cell).toHaveText(at(32));
  await page.keyboard.press("End");
  await expect(cell).toHaveText(at(255));
  await page.keyboard.press("ArrowRight");
  await expect(cell).toHaveText(at(256));
  await page.keyboard.press("PageDown");
  await expect(cell).toHaveText(at(512));
  await expect(tensor(page, "Logits")).toContainText("512 to 767 of 3,000");
  await tensor(page, "Logits").getByLabel("Go to column").fill("2999");
  await page.keyboard.press("Enter");
  await expect(tensor(page, "Logits")).toContainText("2,816 to 2,999 of 3,000");
});

test("the colours follow the numbers, in the light and in the dark", async ({ page }) => {
  await openPage(page);
  await inspect(page, "attention.scores");
  const canvas = tensor(page, "Scores").locator("canvas");
  /** How far from blue to orange each cell is that the mask leaves. */
  const warmth = () =>
    canvas.evaluate((canvas) => {
      const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
      const context = copy.getContext("2d", { willReadFrequently: true });
      context.drawImage(canvas, 0, 0);
      return Array.from({ length: 64 }, (_, i) => {
        const [row, column] = [Math.floor(i / 8), i % 8];
        const [red, , blue] = context.getImageData(((column + 0.4) / 8) * canvas.width, ((row + 0.4) / 8) * canvas.height, 1, 1).data;
        return { row, column, warm: red - blue };
      }).filter(({ row, column }) => column <= row);
    });
  const themes = [];
  for (const theme of ["light", "dark"]) {
    await page.evaluate((theme) => (document.documentElement.dataset.theme = theme), theme);
    await expect.poll(async () => JSON.stringify(await warmth()) === themes[0]).toBe(false);
    const cells = await warmth();
    themes.push(JSON.stringify(cells));
    const byValue = cells.map((cell) => ({ ...cell, value: valueOf("attention.scores", "scores", { layer: 2, head: 0, ...cell }) })).sort((a, b) => a.value - b.value);
    byValue.slice(1).forEach(({ value, warm }, i) => expect(warm, `${theme}: ${byValue[i].value} and ${value}`).toBeGreaterThanOrEqual(byValue[i].warm - 2));
    expect(byValue[0].warm).toBeLessThan(-40);
    expect(byValue.at(-1).warm).toBeGreaterThan(40);
  }
});

test("asks for the window that is shown and for nothing else", async ({ page }) => {
  await openPage(page, { prompt: 150 });
  await inspect(page, "attention.scores", { position: 3 });
  const grid = page.getByRole("grid", { name: "Scores" });
  await expect(grid).toHaveAttribute("aria-rowcount", "150");
  expect((await askedOne(page)).map(({ time, ...rest }) => rest)).toEqual([{ stage: "attention.scores", position: 149, layer: 2, head: 0, rows: [0, 64] }]);
  await grid.focus();
  await page.keyboard.press("PageDown");
  await expect(tensor(page, "Scores")).toContainText("64 to 127 of 150");
  await page.getByRole("button", { name: "Rows after" }).click();
  await expect(tensor(page, "Scores")).toContainText("128 to 149 of 150");
  await page.getByRole("combobox", { name: "Head" }).selectOption("3");
  const askedOf = async (/** @type {string} */ its) => (await asked(page)).filter(({ stage }) => stage === its).map(({ head, rows }) => [head, rows]);
  await expect.poll(async () => (await askedOf("attention.scores")).length).toBe(4);
  expect((await askedOf("attention.scores")).slice(1)).toEqual([[0, [64, 128]], [0, [128, 150]], [3, [128, 150]]]);
  expect(await askedOf("attention.qkv"), "what made the cells that were read").toEqual([[0, [0, 64]], [0, [64, 128]]]);
  expect(await askedOf("attention.mask"), "the maps of all heads").toEqual([[undefined, [0, 64]], [undefined, [64, 128]], [undefined, [128, 150]]]);
  expect((await asked(page)).length).toBe(9);
  const value = exact(valueOf("attention.scores", "scores", { layer: 2, head: 3, row: 130, column: 2 }));
  await grid.focus();
  while (!(await grid.getByRole("gridcell").textContent()).includes("row 130 ")) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(grid.getByRole("gridcell")).toContainText(value);
  for (const one of await asked(page)) expect(one.rows[1] - one.rows[0]).toBeLessThanOrEqual(64);
});

test("an answer that comes too late is not shown, and one that takes its time says so", async ({ page }) => {
  await openPage(page);
  await page.evaluate(() => (fake.control.hold = true));
  await inspect(page, "residual1", { layer: 0 });
  const layers = async () => (await asked(page)).filter(({ stage }) => stage === "residual1").map(({ layer }) => layer);
  await expect.poll(layers).toEqual([0]);
  await expect(page.locator(".inspector-wait")).toHaveText(/Reading from the engine, \d+\.\d s/);
  await page.getByRole("combobox", { name: "Layer" }).selectOption("4");
  await page.evaluate(() => drawn()); // before that the answer is still wanted
  await page.evaluate(() => fake.control.held.shift()());
  await expect.poll(layers).toEqual([0, 4]);
  await expect(tensor(page, "Sum: the residual stream")).toHaveCount(0);
  await page.evaluate(() => fake.control.held.shift()());
  await expect(tensor(page, "Sum: the residual stream")).toBeVisible();
  await expect(page.locator(".inspector-wait")).toHaveText("");
  const grid = page.getByRole("grid", { name: "Sum: the residual stream" });
  await grid.focus();
  await expect(grid.getByRole("gridcell")).toContainText(`${exact(valueOf("residual1", "sum", { layer: 4, row: 7 }))}, layer 5, row 7`);
});

test("follows the run only where it is asked to, ten pulls a second at most, and reads again at each stop", async ({ page }) => {
  await openPage(page);
  await page.evaluate(() => (reach("mlp"), view.open({ stage: "mlp" })));
  await expect.poll(async () => (await asked(page)).length).toBe(1);
  const run = (ms) =>
    page.evaluate(async (ms) => {
      const names = ["ln1", "attention.qkv", "attention.scores", "residual1", "ln2", "mlp"];
      for (let n = 0, end = performance.now() + ms; performance.now() < end; n++) {
        reach(names[n % names.length], { phase: "running", layer: n % 6 });
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }, ms);
  await run(500);
  expect((await asked(page)).length).toBe(1);
  await expect(page.getByRole("status").filter({ hasText: "The machine is running" })).toBeVisible();
  await page.evaluate(() => reach("mlp", { layer: 4 }));
  await expect.poll(async () => (await asked(page)).length).toBe(2);
  expect((await asked(page)).at(-1)).toMatchObject({ stage: "mlp", layer: 4 });

  await page.getByRole("button", { name: /Follow/ }).click();
  await run(1500);
  const { length } = await asked(page);
  expect(length).toBeGreaterThan(4);
  expect(length).toBeLessThanOrEqual(2 + 16);
  await page.evaluate(() => reach("attention.scores", { layer: 5 }));
  await expect(page.getByRole("heading", { level: 2, name: "Attention: scores Q·Kᵀ" })).toBeVisible();
  await expect.poll(async () => (await askedOne(page)).at(-1)).toMatchObject({ stage: "attention.scores", layer: 5 });
  await page.getByRole("combobox", { name: "Layer" }).selectOption("0"); // a choice of one's own ends it
  await expect(page.getByRole("button", { name: /Follow/ })).toHaveAttribute("aria-pressed", "false");
});

test("a token that is chosen while the machine runs waits for its values: none of another token stand in for them", async ({ page }) => {
  await openPage(page);
  for (const stage of ["mlp", "attention.mask"]) {
    await inspect(page, stage, { layer: 2, position: 3 });
    await expect(page.locator(".tensor").first()).toBeVisible();
    await page.evaluate((stage) => reach(stage, { phase: "running", position: 8, step: 1 }), stage);
    await page.getByRole("combobox", { name: "Layer" }).selectOption("5");
    await page.getByRole("combobox", { name: "Token" }).selectOption("8");
    await page.evaluate(() => drawn());
    await expect(page.locator(".inspector-values")).toHaveClass(/stale/);
    await expect(page.locator(".tensor").first().getByRole("gridcell")).toContainText("layer 3, ");
    await page.evaluate((stage) => reach(stage, { layer: 5, position: 8, step: 1 }), stage);
    await expect(page.locator(".inspector-values")).not.toHaveClass(/stale/);
    await expect(page.locator(".tensor").first().getByRole("gridcell")).toContainText("layer 6, ");
  }
});

test("what if is compared again where the machine has moved, though it stands at the same position", async ({ page }) => {
  await openPage(page);
  await inspect(page, "mlp", { layer: 2, position: 7 });
  const compared = async () => (await asked(page)).filter(({ stage }) => stage === "compare").length;
  await page.getByRole("button", { name: "MLP of layer 3 off" }).click();
  await expect.poll(compared).toBe(1);
  await expect(page.locator(".what-if-table")).toBeVisible();
  await page.evaluate(() => (reach("mlp", { phase: "running" }), drawn()));
  await expect(page.getByRole("button", { name: "MLP of layer 3 off" })).toHaveAttribute("aria-disabled", "true");
  await page.evaluate(() => reach("mlp"));
  await expect.poll(compared).toBe(2);
});

test("opens from a node and gives the focus back to it", async ({ page }) => {
  await openPage(page);
  await page.evaluate(() => reach("generation"));
  const node = page.getByRole("button", { name: "A node" });
  await node.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 2, name: "Attention: causal mask, softmax" })).toBeFocused();
  await page.getByRole("grid", { name: "Weights" }).focus();
  await page.keyboard.press("Escape");
  await expect(page.locator("#inspector")).toBeHidden();
  await expect(node).toBeFocused();
});

test("its width is changed by keys, and kept", async ({ page }) => {
  await openPage(page);
  await inspect(page, "residual1");
  const bar = page.getByRole("separator", { name: "Width of the inspector" });
  const panel = page.locator("#inspector");
  const before = (await panel.boundingBox()).width;
  await bar.focus();
  for (let n = 0; n < 3; n++) await page.keyboard.press("ArrowLeft");
  await expect(bar).toHaveAttribute("aria-valuenow", "30");
  expect((await panel.boundingBox()).width).toBe(before + 48);
  await page.reload();
  await page.waitForFunction(() => globalThis.view);
  await inspect(page, "residual1");
  expect((await panel.boundingBox()).width).toBe(before + 48);
});

test("the layers say when the answer changed, and go there", async ({ page }) => {
  await openPage(page);
  await inspect(page, "layers");
  const rows = page.locator(".lens-table tbody tr");
  await expect(rows).toHaveCount(info.layers);
  await expect(rows.nth(2)).toHaveText('3" a"42.9 %39');
  await expect(rows.nth(3)).toHaveText('4" Paris"from here on the answer57.1 %1');
  expect(await asked(page)).toMatchObject([{ stage: "lens", position: 7 }]);
  await page.getByRole("button", { name: "When did the answer change?" }).click();
  await page.getByRole("button", { name: "Go to layer 2" }).click();
  await expect.poll(() => page.evaluate(() => sent.filter(([type]) => type === "goto"))).toEqual([
    ["goto", { layer: 3, position: 7, stage: "layers" }],
    ["goto", { position: 7, layer: 1, stage: "layers" }],
  ]);
});

test("stages without tensors show what they report", async ({ page }) => {
  await openPage(page);
  const panel = page.locator("#inspector");
  for (const [stage, texts] of Object.entries({
    prompt: ['"What is the capital of France?\\n"'],
    tokenize: ['" capital"', "103", "20 63 61 70 69 74 61 6C"],
    ids: ['" France"', "105"],
    distribution: ["0.2", "2,995", "1.500 nats, 2.164 bits", "all 2,980 others"],
    "decode.temperature": ["0.7", "2,960", "0.0123456789"],
    "decode.sample": ["0.337", '" Paris"', "12"],
    "decode.stop": ["no, it goes on"],
    select: ['" Paris"', "0.8", "1"],
    append: ["9", "900"],
    loop: ["no, it goes on", "8"],
    generation: ['" Paris"', '"\\u{202E}"', "30.0 %"],
  })) {
    await inspect(page, stage);
    for (const text of texts) await expect(panel, stage).toContainText(text);
  }
});

test("says why there are no values", async ({ page }) => {
  await openPage(page);
  await page.evaluate(() => view.open({ stage: "mlp" }));
  await expect(page.locator("#inspector")).toContainText("No run yet.");
  await page.evaluate(() => reach("ln1"));
  await expect(page.locator("#inspector")).toContainText("has not reached this stage");
  await page.evaluate(() => ((fake.control.error = "the run was closed"), reach("mlp")));
  await expect(page.locator("#inspector")).toContainText("The values could not be read: the run was closed");
});

test("a token's text is text", async ({ page }) => {
  await openPage(page);
  await page.evaluate(() => {
    reach("generation");
    for (const piece of state.pieces) piece.text = '<img src="x" onerror="globalThis.hacked = 1"><b>';
    view.open({ stage: "tokenize" });
  });
  await expect(page.locator("#inspector")).toContainText("<img src=");
  await inspect(page, "attention.mask");
  await expect(tensor(page, "Weights")).toContainText("<img src=");
  await expect(page.locator("#inspector :is(img, b)")).toHaveCount(0);
});

test("is accessible, and nothing is wider than the screen", async ({ page }) => {
  await openPage(page);
  for (const stage of ["layers", "ln1", "attention.mask", "mlp", "head", "decode.top_k", "generation"]) {
    await page.setViewportSize({ width: 1440, height: 800 });
    await inspect(page, stage);
    await expect(page.locator(":is(.tensor, .stage-table, .stage-facts, .step):visible").first()).toBeVisible();
    expect(await violations(page, "#inspector"), stage).toEqual([]);
    for (const width of [1440, 1024, 360]) {
      await page.setViewportSize({ width, height: 800 });
      await fits(page, `${stage}, ${width} px`);
    }
    if (!["attention.mask", "decode.top_k"].includes(stage)) continue; // these have the most colours
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await violations(page, "#inspector"), `${stage}, 360 px, dark`).toEqual([]);
    await page.emulateMedia({ colorScheme: "light" });
  }
});
