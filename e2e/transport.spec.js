// What stops the machine and leads it, on a page without an engine.
import { expect, openControls, sent, stands, test } from "./control/fixtures.js";
import { drawn, violations } from "./fixtures.js";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const at = (page, place) => expect.poll(() => stands(page), { intervals: [50] }).toBe(place);
const bars = (page) => page.getByRole("slider", { name: "Tokens" });
const texts = (page) => page.evaluate(() => state.tokens.map(({ text }) => text));
const calls = (page) => page.evaluate(() => run().calls);

/** A run that has ended. */
async function ended(page) {
  await openControls(page);
  await button(page, "Run").click();
  await at(page, "ended");
}

/** @param {import("@playwright/test").Page} page @param {string} stage @param {number} [layer] */
async function standAt(page, stage, layer = -1, position = 6) {
  await page.evaluate((where) => document.body.dispatchEvent(new CustomEvent("goto", { detail: where })), { stage, layer, position });
  await at(page, `${stage} ${layer} ${position - 4}`);
}

test("runs, stands still, steps and goes back by its buttons", async ({ page }) => {
  await openControls(page);
  await expect(button(page, "Next stage")).toHaveAttribute("title", "Next stage (F10)");
  await button(page, "Next stage").click();
  await at(page, "prompt -1 0");
  for (const place of ["tokenize -1 0", "ids -1 0"]) {
    await button(page, "Next stage").click();
    await at(page, place);
  }
  await button(page, "Back one stage").click();
  await at(page, "tokenize -1 0");
  await page.getByRole("radio", { name: "Layer" }).check();
  await button(page, "Next layer").click();
  await at(page, "layers 0 0");
  await button(page, "Next layer").click();
  await at(page, "layers 1 0");
  await page.getByRole("radio", { name: "Stage" }).check();
  await button(page, "Step into the stage").click();
  await at(page, "ln1 1 0");
  await button(page, "Step out of the part").click();
  await at(page, "layers 2 0");
  await page.getByRole("radio", { name: "Token" }).check();
  await button(page, "Next token").click();
  await at(page, "ids -1 1");
  await button(page, "First stage").click();
  await at(page, "prompt -1 0");
  await button(page, "Last stage").click();
  await at(page, "generation -1 0");
  await button(page, "Run").click();
  await at(page, "ended");
  await button(page, "Restart this run").click();
  await at(page, "ended");
  expect(await texts(page)).toHaveLength(12);
  expect(await page.evaluate(() => failures)).toEqual([]);
});

test("a button that can do nothing says why, and does nothing", async ({ page }) => {
  await openControls(page);
  const back = page.locator('[data-command="back"]');
  await expect(back).toHaveAttribute("aria-disabled", "true");
  await expect(back).toHaveAccessibleName("Back one stage. Nothing has run yet.");
  await back.click({ force: true });
  expect(await sent(page, "refused")).toEqual(["Nothing has run yet."]);
  expect(await sent(page, "control")).toEqual([]);
  await button(page, "Run").click();
  await at(page, "ended");
  await expect(page.locator('[data-command="next"]')).toHaveAttribute("title", "The run has ended. Go back, or restart.");
  await expect(back).toHaveAttribute("aria-disabled", "false");
});

test("Pause stops a slow run before its next stage, and Run says which it is", async ({ page }) => {
  await openControls(page);
  await page.locator("#speed-range").fill("2");
  await expect(page.locator(".speed-words")).toHaveText("250 ms per stage");
  expect(await sent(page, "speed")).toEqual([250]);
  await page.locator("#speed-range").fill("0");
  await expect(page.locator("#speed-range")).toHaveAttribute("aria-valuetext", "2 s per stage");
  await page.locator("#speed-range").fill("3");
  await button(page, "Run").click();
  await button(page, "Pause").click();
  await expect.poll(() => page.evaluate(() => state.phase)).toBe("paused");
  await expect(button(page, "Run")).toBeVisible();
  await expect(page).toHaveTitle(/^Paused at /);
  await button(page, "Run").click();
  await expect(button(page, "Pause")).toBeVisible();
  await expect(page).toHaveTitle("Vitrine");
});

test("the bar is one stop of Tab, with the arrow keys between its buttons", async ({ page }) => {
  await ended(page);
  await button(page, "Run. The run has ended. Go back, or restart.").focus();
  await page.keyboard.press("ArrowLeft");
  await expect(page.locator('[data-command="back"]')).toBeFocused();
  await page.keyboard.press("Home");
  await expect(page.locator('[data-command="first"]')).toBeFocused();
  await page.keyboard.press("Enter");
  await at(page, "prompt -1 0");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("radio", { name: "Stage" })).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await expect(page.locator('[data-command="first"]')).toBeFocused();
});

test("the timeline has a bar for each token and goes to one by a press or by keys", async ({ page }) => {
  await ended(page);
  const bar = page.locator(".bars i");
  await expect(bar).toHaveCount(5 + 12);
  await expect(page.locator('.bars [data-kind="prompt"]')).toHaveCount(5);
  const heights = await bar.evaluateAll((all) => all.slice(5).map((one) => Number(one.style.getPropertyValue("--p"))));
  expect(heights).toEqual(await page.evaluate(() => state.tokens.map(({ probability }) => probability)));
  await bar.nth(5 + 3).click();
  await at(page, "select -1 3");
  await expect(page.locator('.bars [data-kind="ahead"]')).toHaveCount(12 - 3);
  await expect(bars(page)).toHaveAttribute("aria-valuenow", "9");
  await expect(bars(page)).toHaveAttribute("aria-valuetext", /^token 9 of 17, ".*", \d+\.\d %, not computed again yet, the machine is paused here$/);
  const known = await texts(page);
  await bars(page).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await at(page, "select -1 5");
  expect((await calls(page)).filter(([name]) => name === "goto"), "keys that follow each other go once").toHaveLength(2);
  await page.keyboard.press("Home");
  await at(page, "select -1 0");
  await page.keyboard.press("End");
  await at(page, "select -1 11");
  expect(await texts(page), "and nothing has changed").toEqual(known);
  await button(page, "Run").click();
  await at(page, "ended");
  expect(await texts(page)).toEqual(known);
});

test("another token is chosen from the whole vocabulary by keys alone, and what was there is a branch", async ({ page }) => {
  await ended(page);
  const before = await texts(page);
  await bars(page).focus();
  await page.keyboard.press("Home");
  await at(page, "select -1 0");
  for (let i = 0; i < 2; i++) await page.keyboard.press("ArrowRight");
  await at(page, "select -1 2");
  await page.keyboard.press("Enter");
  const menu = page.getByRole("dialog", { name: "Another token at position 7" });
  await expect(menu.getByRole("combobox")).toBeFocused();
  await expect(menu.getByRole("option")).toHaveCount(50);
  await expect(menu.locator("[data-current]")).toHaveCount(1);
  await page.keyboard.press("End");
  for (let i = 0; i < 6; i++) await page.keyboard.press("PageDown");
  await expect(menu.getByRole("option")).toHaveCount(100);
  await page.keyboard.type("Par");
  await expect(menu.getByRole("option")).toHaveCount(1);
  await expect(menu.getByRole("status")).toHaveText("1 token");
  await expect(menu.getByRole("option")).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  await expect(menu).toBeHidden();
  await expect.poll(async () => (await calls(page)).at(-1)[0]).toBe("choose");
  await button(page, "Run").click();
  await at(page, "ended");
  const after = await texts(page);
  expect(after.slice(0, 3)).toEqual([...before.slice(0, 2), " Paris"]);
  await expect(page.locator(".bars [data-forced]")).toHaveCount(1);

  // The tree: walk, name, compare, delete.
  await button(page, "Branches 2").click();
  const rows = page.getByRole("region", { name: "Branches" }).getByRole("listitem");
  await expect(page.locator(".branches li")).toHaveCount(2);
  await expect(page.locator(".branches [data-current]")).toContainText("branches off at token 3");
  await button(page, "Compare with the current branch: Branch 1").click();
  await expect(page.locator(".compare-at")).toHaveText("They part at token 3");
  await expect(page.locator(".compare-shared li")).toHaveCount(5 + 1 + 1); // the chosen token is not among the first five
  await expect(page.locator(".compare-shared")).toContainText("taken by Branch 1");
  await expect(page.locator(".compare-after li").first()).toBeVisible();
  await button(page, "Rename: Branch 1").click();
  await page.keyboard.type("as it was");
  await page.keyboard.press("Enter");
  await expect(button(page, "Rename: as it was")).toBeFocused();
  await page.getByRole("button", { name: "as it was", exact: true }).click();
  await at(page, "generation -1 11");
  expect(await texts(page)).toEqual(before);
  await expect(page.locator(".branches [data-current]")).toContainText("as it was");
  await button(page, "Branch 2").click();
  await expect.poll(() => texts(page)).toEqual(after);
  await button(page, "Delete: as it was").click();
  await expect(page.locator(".branches li")).toHaveCount(1);
  await expect(rows.first()).toBeVisible();
});

test("text of a token is text: no markup, and what cannot be seen has a sign", async ({ page }) => {
  await ended(page);
  await page.locator(".bars i").nth(8).click();
  await at(page, "select -1 3");
  await button(page, "Choose another token here").click();
  const menu = page.getByRole("dialog");
  await page.keyboard.type("<b>");
  await expect(menu.getByRole("option")).toHaveCount(1);
  await expect(menu.getByRole("option")).toContainText("<b>");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("nothing like this");
  await expect(menu).toContainText("No token of the vocabulary has this text.");
  await page.keyboard.press("Enter");
  await expect(menu, "nothing to choose").toBeVisible();
  await page.keyboard.press("Escape");
  await expect(menu).toBeHidden();
  await expect(button(page, "Choose another token here")).toBeFocused();
});

test("breakpoints stop the run, are stepped off, and say what is wrong with them", async ({ page }) => {
  await openControls(page);
  await button(page, "Breakpoints").press("Enter");
  await expect(page.getByRole("heading", { name: "Breakpoints" }), "the panel lies before its button").toBeFocused();
  await button(page, "Add a breakpoint").click();
  const fields = page.getByRole("listitem", { name: "Breakpoint 1" });
  await expect(fields.getByLabel("Stage")).toBeFocused();
  await fields.getByLabel("Layer").selectOption({ label: "3" });
  await fields.getByLabel("Position").fill("6");
  await fields.getByLabel("Position").press("Tab");
  expect((await sent(page, "breakpoints")).at(-1)).toEqual([{ stage: "attention", layer: 2, position: 6 }]);
  await expect(page.locator(".bars [data-mark]")).toHaveCount(0);
  await button(page, "Run").click();
  await at(page, "attention 2 2");
  await expect(page.locator(".bars i").nth(7)).toHaveAttribute("data-mark", "");
  await expect(fields).toContainText("The machine is paused here.");
  await button(page, "Next stage").click();
  await at(page, "residual1 2 2");
  await button(page, "Back to the previous breakpoint").click();
  await at(page, "attention 2 2");

  await fields.getByLabel("Condition").fill("1 < probabilty");
  await fields.getByLabel("Condition").press("Enter");
  const condition = fields.getByLabel("Condition");
  await expect(condition).toHaveAttribute("aria-invalid", "true");
  await expect(condition).toHaveAccessibleDescription('Column 5: Got the name probabilty, want a name; do you mean probability?');
  await fields.getByLabel("Position").fill("six");
  await fields.getByLabel("Position").press("Tab");
  await expect(fields.getByLabel("Position")).toHaveAttribute("aria-invalid", "true");
  await fields.getByLabel("Position").fill("");
  await fields.getByLabel("Condition").fill("");
  await fields.getByLabel("Log message").fill("here <i>");
  await fields.getByLabel("Log message").press("Tab");
  await button(page, "Run").click();
  await at(page, "ended");
  const log = page.getByRole("log");
  await expect(log).toContainText("here <i>");
  await log.getByRole("button").last().click();
  await expect.poll(() => page.evaluate(() => state.phase)).toBe("paused");
  await button(page, "Remove breakpoint 1").click();
  await expect(button(page, "Add a breakpoint")).toBeFocused();
  await expect(page.locator(".breakpoints li")).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(page.locator("#drawer")).toBeHidden();
  await expect(button(page, "Breakpoints")).toBeFocused();
});

test("at decode the settings show at once what they keep and remove, and a draw is made when asked for", async ({ page }) => {
  await ended(page);
  await button(page, "Decoding").click();
  await expect(page.getByRole("region", { name: "Decoding" })).toContainText("Pause the machine at the stage decode");
  await standAt(page, "decode");
  const row = (name) => page.locator(`.redecode-row[data-name="${name}"]`);
  await expect(row("topK")).toContainText("40 kept");
  await expect(row("topK")).toContainText(/\d+ removed, \d+\.\d %/);
  const before = await texts(page);
  await page.getByRole("slider", { name: "Top-k" }).fill("2");
  await expect(row("topK")).toContainText("3 kept");
  await page.getByRole("slider", { name: "Temperature" }).fill("0");
  await expect(row("temperature")).toContainText("1 kept");
  await expect(page.getByRole("slider", { name: "Temperature" })).toHaveAttribute("aria-valuetext", "0, greedy");
  expect(await stands(page)).toBe("decode -1 2");
  expect((await calls(page)).some(([name, options]) => name === "redecode" && options.draw), "nothing is drawn").toBe(false);
  await page.getByRole("slider", { name: "Temperature" }).fill("1");
  await button(page, "Draw again").click();
  await expect(page.locator(".redecode-drawn")).toContainText("by the random number 0.25");
  expect((await sent(page, "redecode")).at(-1)).toEqual({ temperature: 1, topK: 3, topP: 0.95, seed: expect.any(Number), draw: true });
  await button(page, "Run").click();
  await at(page, "ended");
  expect((await texts(page)).slice(0, 2)).toEqual(before.slice(0, 2));
});

test("at decode the settings are asked of other logits when the tokens before are other ones, and only then", async ({ page }) => {
  await ended(page);
  await button(page, "Decoding").click();
  await standAt(page, "decode");
  const asked = async () => (await calls(page)).filter(([name]) => name === "redecode").length;
  await expect.poll(asked).toBe(1);
  await page.evaluate(() => show());
  await drawn(page);
  expect(await asked()).toBe(1);
  await page.evaluate(() => {
    state.tokens = state.tokens.map((token, step) => (step ? token : { ...token, id: token.id + 1 })); // as after a choice there, before the next frame
    show();
  });
  await expect.poll(asked).toBe(2);
});

for (const [width, height, scheme] of [[1440, 900, "light"], [1024, 768, "light"], [360, 740, "dark"]]) {
  test(`is there for everybody, ${width} px wide, ${scheme}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme });
    await ended(page);
    const check = async () => {
      if (width !== 1024) expect(await violations(page, "#run", "#drawer", "dialog")).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    };
    await standAt(page, "attention", 2);
    if (width === 360) await button(page, "More controls").click();
    await check();
    for (const name of ["Breakpoints", "Branches", "Decoding"]) {
      await page.locator(".drawer-buttons button").nth(["Breakpoints", "Branches", "Decoding"].indexOf(name)).click();
      if (name === "Breakpoints") await button(page, "Add a breakpoint").click();
      if (name === "Decoding") await standAt(page, "decode");
      await check();
    }
    await button(page, "Choose another token here").click();
    await expect(page.getByRole("option").first()).toBeVisible();
    await check();
  });
}
