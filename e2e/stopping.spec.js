// The machine is stopped, led and branched on the page itself, with the default model.
import { decode } from "../web/run/link.js";
import { expect, openPage, setting, speed, test } from "./fixtures.js";

const status = (page) => page.locator("#status .status-line");
const button = (page, name) => page.getByRole("button", { name, exact: true });
const chips = (page) => page.locator("#chips .chip:not([data-prompt])");
const text = async (page) => (await chips(page).allTextContents()).join("");
/** Puts the focus where Tab enters the diagram. */
const enterDiagram = (page) => page.locator('.diagram g[tabindex="0"]').focus();

test("by keys alone: stands, steps, goes back, breaks and goes on to the same text", async ({ page }) => {
  await openPage(page);
  await page.locator("#prompt").fill("Once upon a time");
  await setting(page, { maxTokens: 6, temperature: 0 });
  await button(page, "Generate").click();
  await expect(status(page)).toContainText("Done");
  const untouched = await text(page);

  await enterDiagram(page);
  await page.keyboard.press("Home");
  await expect(status(page)).toContainText(/Prompt.*Paused/);
  await page.keyboard.press(".");
  await expect(status(page)).toContainText("Tokenize");
  await page.keyboard.press("F10");
  await page.keyboard.press("ArrowRight");
  await expect(status(page)).toContainText("Token embedding");
  await page.keyboard.press(",");
  await expect(status(page)).toContainText("Token ids");
  await page.keyboard.press("t");
  await page.keyboard.press("F10");
  await expect(status(page)).toContainText(/Decoder layers.*layer 1 of 6/);
  await page.keyboard.press("t");
  await page.keyboard.press("F10");
  await expect(status(page)).toContainText("token 2 of 6");
  await page.keyboard.press("t");
  await expect(page).toHaveTitle(/^Paused at Token ids, token 2 of 6/);
  await expect(page.locator("#status [role=status]")).toHaveText("Paused at Token ids, token 2 of 6: step");

  for (let i = 0; i < 13; i++) await page.keyboard.press("ArrowDown");
  const stage = await page.evaluate(() => document.activeElement.dataset.stage);
  await page.keyboard.press("b");
  await expect(button(page, "Breakpoints 1")).toBeVisible();
  await expect(page.locator("g.stage:focus")).toHaveAccessibleDescription("breakpoint");
  await page.keyboard.press("F8");
  await expect(status(page)).toContainText("breakpoint");
  expect(await page.evaluate(() => document.querySelector("#drawer [name=stage]").value)).toBe(stage);
  await page.locator("g.stage:focus .stop").click();
  await expect(button(page, "Breakpoints")).toBeVisible();
  await expect(page.locator(".diagram [data-stop]")).toHaveCount(0);
  await page.keyboard.press("F8");
  await expect(status(page)).toContainText("Done");
  expect(await text(page)).toBe(untouched);
  await expect(page).toHaveTitle("Vitrine");
});

test("a run that Stop ended goes on to the same text, and makes room for another model where it stands", async ({ page }) => {
  await openPage(page);
  await page.locator("#prompt").fill("Once upon a time");
  await setting(page, { maxTokens: 8, temperature: 0 });
  await button(page, "Generate").click();
  await expect(status(page)).toContainText("Done");
  const untouched = await text(page);
  await page.locator("#speed-range").fill(String(speed.visible));
  await page.locator("#generate").click();
  await expect(chips(page)).toHaveCount(2);
  await page.locator("#generate").click();
  await expect(status(page)).toContainText("Stopped after");
  await button(page, "Run").click();
  await expect(page.locator("#generate")).toHaveAttribute("data-running", "true");
  await page.locator("#speed-range").fill(String(speed.full));
  await expect(status(page)).toContainText("Done");
  await expect.poll(() => text(page)).toBe(untouched);

  await button(page, "Back one stage").click();
  await expect(status(page)).toContainText("Paused");
  await page.locator(".model-button").click();
  await page.locator("#model-menu").getByRole("button", { name: "Default model" }).click();
  await expect(page.locator("#loading")).toBeHidden();
  await expect(page.locator("#generate")).toHaveAttribute("data-running", "false");
  await button(page, "Generate").click();
  await expect(status(page)).toContainText("Done");
});

test("another model begins with nothing of what the one before has generated", async ({ page }) => {
  await openPage(page);
  await page.locator("#prompt").fill("Once upon a time");
  await setting(page, { maxTokens: 4, temperature: 0 });
  await button(page, "Generate").click();
  await expect(status(page)).toContainText("Done");
  await chips(page).nth(2).dblclick();
  await expect(page.getByRole("dialog").getByRole("option")).toHaveCount(50);
  for (const key of ["ArrowDown", "ArrowDown", "Enter"]) await page.keyboard.press(key);
  await expect(button(page, "Branches 2")).toBeVisible();
  await expect(status(page)).toContainText("Done");
  await page.locator('g[data-id="O3"]').focus();
  await page.keyboard.press("Enter");
  const numbers = page.locator("#inspector :is(.tensor, table):visible");
  await expect(numbers.first()).toBeVisible();

  await page.locator(".model-button").click();
  await page.locator("#model-menu .recent").getByRole("button", { name: "original" }).click();
  await expect(page.locator(".model-name")).toHaveText("original");
  await expect(status(page)).toContainText("Ready");
  await expect(page.locator("#chips .chip")).toHaveCount(0);
  await expect(page.locator("#chips .empty")).toBeVisible();
  await expect(page.locator("#meter .figure")).toHaveCount(0);
  await expect(page.locator("#meter").getByRole("button")).toBeDisabled();
  await expect(page.locator("#timeline .timeline-empty")).toBeVisible();
  await expect(button(page, "Branches")).toBeVisible();
  await expect(numbers).toHaveCount(0);
  await expect(page.locator("#prompt")).toHaveValue("Once upon a time");
  await page.screenshot({ path: test.info().outputPath("another-model.png") });
  await page.getByRole("button", { name: "Share", exact: true }).click();
  const link = await page.getByRole("dialog", { name: "Share" }).getByRole("region", { name: "Link", exact: true }).textContent();
  const { state } = await decode(link.slice(link.indexOf("#") + 1));
  expect([state.stands, state.forced, state.branches, state.prompt]).toEqual([undefined, [], [], "Once upon a time"]);
});

test("another token makes a branch, which is walked and compared with the one before", async ({ page }) => {
  await openPage(page);
  await page.locator("#prompt").fill("Once upon a time");
  await setting(page, { maxTokens: 5, temperature: 0 });
  await button(page, "Generate").click();
  await expect(status(page)).toContainText("Done");
  const before = await text(page);
  await chips(page).nth(2).dblclick();
  const menu = page.getByRole("dialog");
  await expect(menu.getByRole("option")).toHaveCount(50);
  await expect(menu.getByRole("status")).toHaveText("8,192 tokens");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect.poll(() => text(page)).not.toBe(before);
  await expect(page.locator("#generate")).toHaveAttribute("data-running", "false");
  await expect(chips(page)).toHaveCount(5);
  await button(page, "Branches 2").click();
  await button(page, "Compare with the current branch: Branch 1").click();
  await expect(page.locator(".compare-at")).toHaveText("They part at token 3");
  await expect(page.locator(".compare-after").last().locator("li").first()).toBeVisible();
  await button(page, "Branch 1").click();
  await expect(status(page)).toContainText("Paused");
  await expect.poll(() => text(page)).toBe(before);
});

test("decoding shows what other settings keep, on the engine's own logits", async ({ page }) => {
  await openPage(page, { at: speed.full });
  await setting(page, { maxTokens: 4, temperature: 0.8 });
  await page.locator("#drawer-buttons button").first().click();
  await button(page, "Add a breakpoint").click();
  await page.locator("#drawer [name=stage]").selectOption("decode");
  await page.getByLabel("Condition").fill("probabilty < 0.5");
  await page.getByLabel("Condition").press("Enter");
  await button(page, "Run").click();
  await expect(page.getByLabel("Condition")).toHaveAccessibleDescription(/^Column 1: .*probability/);
  await page.getByLabel("Condition").fill("probability >= 0");
  await page.getByLabel("Condition").press("Enter");
  await button(page, "Run").click();
  await expect(status(page)).toContainText(/Decoding.*Paused/);
  await page.locator("#drawer-buttons button").nth(2).click();
  await page.getByRole("slider", { name: "Top-k" }).fill("4");
  await expect(page.locator('.redecode-row[data-name="topK"]')).toContainText("5 kept8,187 removed");
  await button(page, "Draw again").click();
  await expect(page.locator(".redecode-drawn")).toContainText("by the random number 0.");
});

test("the run button keeps its place under the drawer, at any width", async ({ page }) => {
  await openPage(page);
  const drawer = page.locator("#drawer-buttons button").first();
  for (const [width, height] of [[1440, 900], [1024, 768], [360, 740]]) {
    await page.setViewportSize({ width, height });
    const low = async () => {
      const { y, height: tall } = await page.locator("#generate").boundingBox();
      return height - y - tall;
    };
    await expect.poll(low, `${width} px`).toBeLessThan(24);
    if (width === 360) {
      await page.locator(".tab").nth(1).click();
      await button(page, "More controls").click();
    }
    await drawer.click();
    await expect(page.locator("#drawer")).toBeVisible();
    expect(await low(), `${width} px`).toBeLessThan(24);
    await drawer.click();
    await expect(page.locator("#drawer")).toBeHidden();
  }
});

test("200 keys at random, each as soon as the one before: then the same text at the same bars", async ({ page }) => {
  await openPage(page);
  await page.locator("#prompt").fill("Once upon a time");
  await setting(page, { maxTokens: 8, temperature: 0.9, seed: 7 });
  await button(page, "Generate").click();
  await expect(status(page)).toContainText("Done");
  const untouched = await text(page);
  const bars = page.locator(".bars i");
  const heights = () => bars.evaluateAll((all) => all.map((bar) => bar.style.getPropertyValue("--p")));
  const before = await heights();
  await enterDiagram(page);

  const pressed = await page.evaluate(async () => {
    const keys = [".", ",", "o", "t", "b", " ", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End", "F8", "F9", "F10", "Shift F11", "Escape"];
    const pressed = [];
    for (let i = 0, seed = 20; i < 200; i++) {
      pressed.push(keys[(seed = (seed * 48271) % 2147483647) % keys.length]);
      if (!document.activeElement.closest("#diagram-place")) document.querySelector('.diagram g[tabindex="0"]').focus();
      document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: pressed[i].replace("Shift ", ""), shiftKey: pressed[i].startsWith("Shift "), bubbles: true, cancelable: true }));
      if (i % 3 === 0) await new Promise(requestAnimationFrame); // several within a frame, too
    }
    return pressed;
  });

  await test.step(pressed.join(" "), async () => {
    await page.evaluate(() => document.querySelectorAll(".diagram [data-stop] .stop").forEach((marker) => marker.dispatchEvent(new MouseEvent("click", { bubbles: true }))));
    await expect(page.locator(".diagram [data-stop]")).toHaveCount(0);
    await expect(async () => {
      await enterDiagram(page);
      if ((await status(page).getAttribute("data-paused")) !== null) await page.keyboard.press("F8");
      await expect(status(page)).toContainText("Done", { timeout: 2000 });
    }).toPass();
    await expect.poll(() => text(page)).toBe(untouched);
    expect(await heights()).toEqual(before);
  });
});
