// The diagram and the layout in people's hands: keys, screen readers, fingers, wheels, small and large screens.
import { stageStrings } from "../web/i18n/en.js";
import { expect, generate, openPage, setting, speed, test, violations } from "./fixtures.js";

const slow = 2; // a place of the speed control: 250 ms after each stage
const quick = 3; // 60 ms

const focusedNode = (page) => page.evaluate(() => document.activeElement?.getAttribute("data-id"));
const transform = (page) => page.locator(".diagram-stage").getAttribute("style");

/** Shows the diagram where the screen has room for one panel. */
const showDiagram = (page) => page.locator(".tab").last().click();

test("the nodes are one stop of Tab, with the arrow keys between them in reading order", async ({ page }) => {
  await openPage(page);
  const nodes = page.locator("g.stage");
  await expect(nodes).toHaveCount(42);
  await expect(page.locator('.diagram [tabindex="0"]')).toHaveCount(1);
  await page.getByRole("button", { name: "Fit the whole diagram" }).focus();
  await page.keyboard.press("Tab");
  const seen = [await focusedNode(page)];
  for (let i = 1; i < 42; i++) {
    await page.keyboard.press("ArrowDown");
    seen.push(await focusedNode(page));
    await expect(page.locator("g.stage:focus")).toBeInViewport({ ratio: 0.9 });
  }
  expect(seen).toEqual(await nodes.evaluateAll((all) => all.map((node) => node.getAttribute("data-id"))));
  await page.keyboard.press("ArrowDown");
  expect(await focusedNode(page), "the last stays the last").toBe("N9");
  await page.keyboard.press("ArrowUp");
  expect(await focusedNode(page)).toBe("N8");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  expect(await focusedNode(page), "one Tab leaves the diagram").toBe(null);
  await page.keyboard.press("Shift+Tab");
  expect(await focusedNode(page), "and comes back to where one was").toBe("N9");
  await expect(page.locator(".diagram [aria-pressed]")).toHaveCount(0);
  await page.keyboard.press("Enter");
  await expect(page.locator('.diagram [aria-selected="true"]').first()).toHaveAttribute("data-stage", "generation");
});

test("Generate follows the prompt, and its examples, in the order of Tab", async ({ page }) => {
  await openPage(page);
  await page.locator("#prompt").focus();
  const reached = [];
  for (let i = 0; i < 4; i++) {
    await page.keyboard.press("Tab");
    reached.push(await page.evaluate(() => document.activeElement.id || document.activeElement.className));
  }
  expect(reached).toEqual(["example", "example", "example", "generate"]);
  await page.locator("#fold button").click();
  await expect(page.locator("#prompt")).toBeHidden();
  await expect(page.locator("#generate"), "with the panel folded").toBeVisible();
  await page.locator("#generate").focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("#status")).toContainText("Done");
});

test("no key that writes changes the page, unless the diagram has the focus", async ({ page }) => {
  await openPage(page);
  const state = () => page.evaluate(() => [document.documentElement.dataset.theme, document.querySelector("#app").attributes.length,
    document.querySelector("dialog[open]") !== null, document.querySelector(".diagram-stage").getAttribute("style"),
    document.querySelector(".picture-head [aria-pressed]").getAttribute("aria-pressed"), document.activeElement.id, document.querySelector("#prompt").value]);
  const before = await state();
  await page.keyboard.type("fun with the [W]ord t? 0+-=/B.,");
  expect(await state()).toEqual(before);
  await page.locator("#speed-range").focus();
  const there = await state();
  await page.keyboard.type("ft[?/w0");
  expect(await state(), "on a slider").toEqual(there);

  const follow = page.locator(".picture-head [aria-pressed]");
  await page.getByRole("button", { name: "Fit the whole diagram" }).focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("f");
  await expect(follow).toHaveAttribute("aria-pressed", "false");
  await page.keyboard.press("?");
  await expect(page.locator("dialog[open]")).toBeVisible();
  await page.locator("#single-keys").uncheck();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Fit the whole diagram" }).focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("f");
  await expect(follow, "switched off").toHaveAttribute("aria-pressed", "false");
});

test("the running stage is marked, the text is announced in whole words, and stages when asked", async ({ page }) => {
  await openPage(page, { at: speed.visible });
  await page.locator("#prompt").fill("Once upon a time");
  await setting(page, { maxTokens: 6, temperature: 0 });
  await page.evaluate(() => {
    Object.assign(globalThis, { heard: [], told: [], wrong: [] });
    const listen = (root, to) => new MutationObserver(() => root.textContent && to.push(root.textContent)).observe(root, { childList: true, subtree: true, characterData: true });
    listen(document.querySelector("#spoken"), globalThis.heard);
    listen(document.querySelector("#status [role=status]"), globalThis.told);
    new MutationObserver(() => {
      const current = [...document.querySelectorAll(".diagram [aria-current]")];
      if (current.length > 1 || current.some((node) => node.getAttribute("aria-current") !== "step")) globalThis.wrong.push(current.length);
    }).observe(document.querySelector(".diagram"), { attributeFilter: ["aria-current"], subtree: true });
  });
  await page.getByRole("button", { name: "Generate" }).click();
  const current = page.getByRole("listbox").locator('[aria-current="step"]');
  await expect(current).toHaveCount(1);
  await expect.poll(() => page.evaluate(() => globalThis.heard.length), { timeout: 40_000 }).toBeGreaterThan(0);
  expect(await page.evaluate(() => globalThis.told), "no stage is announced unasked").toEqual(["Generating"]);
  await page.getByRole("button", { name: "Say where the machine is" }).press("Enter");
  await expect.poll(() => page.evaluate(() => globalThis.told.at(-1))).toMatch(/, token \d of 6$/);
  await page.locator("#speed-range").fill(String(speed.full));
  await expect(page.locator("#generate")).toHaveAttribute("data-running", "false", { timeout: 40_000 });
  await expect(current, "after the run").toHaveCount(0);
  const { heard, wrong } = await page.evaluate(() => ({ heard: globalThis.heard, wrong: globalThis.wrong }));
  expect(wrong).toEqual([]);
  const text = (await page.locator("#chips .chip:not([data-prompt])").allTextContents()).join("");
  expect(heard.join("")).toBe(text);
  for (const part of heard.slice(0, -1)) expect(part, "ends with a word").toMatch(/[^\p{L}]$/u);
});

for (const [name, viewport] of /** @type {const} */ ([
  ["a phone", { width: 360, height: 740 }],
  ["a phone on its side", { width: 640, height: 360 }],
  ["a laptop", { width: 1100, height: 620 }],
])) {
  test(`Follow follows on ${name}, slow or quick`, { tag: "@alone" }, async ({ page }) => {
    await page.setViewportSize(viewport);
    await openPage(page, { at: slow });
    if (viewport.width < 720) await showDiagram(page);
    await page.locator("#generate").click();
    for (const at of [slow, quick]) {
      await page.locator("#speed-range").evaluate((range, at) => {
        range.value = String(at);
        range.dispatchEvent(new Event("input", { bubbles: true }));
      }, at);
      // Of the frames of some seconds, those in which the running stage was in sight.
      const { seen, all, stages } = await page.evaluate(async () => {
        const window = document.querySelector(".diagram").getBoundingClientRect();
        const until = performance.now() + 3000;
        let [seen, all] = [0, 0];
        const stages = new Set();
        while (performance.now() < until) {
          await new Promise(requestAnimationFrame);
          const node = document.querySelector('.diagram [aria-current="step"]');
          if (!node) continue;
          const { top, bottom, left, right } = node.getBoundingClientRect();
          const { stage } = /** @type {SVGElement} */ (node).dataset;
          all++;
          stages.add(stage);
          if (top >= window.top - 1 && bottom <= window.bottom + 1 && left >= window.left - 1 && right <= window.right + 1) seen++;
        }
        return { seen, all, stages: stages.size };
      });
      expect(stages).toBeGreaterThan(9);
      expect(seen / all, `at place ${at} of the speed ${seen} of ${all} frames`).toBeGreaterThan(at === slow ? 0.85 : 0.5);
      await expect(page.locator(".picture-note")).toBeHidden();
    }
    await page.locator("#generate").click();
  });
}

test("Follow says when it cannot follow, and only then", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await openPage(page, { at: 5 }); // 5 ms a stage
  await showDiagram(page);
  await page.getByRole("button", { name: "More controls" }).click();
  const note = page.locator(".picture-note");
  await expect(note).toBeHidden();
  await page.locator("#generate").click();
  await expect(note).toHaveText("Too fast to follow each stage. Lower the speed.");
  await expect(note).toBeVisible();
  await page.locator("#speed-range").fill(String(slow));
  await expect(note).toBeHidden();
  await page.locator("#speed-range").fill("5");
  await expect(note).toBeVisible();
  await page.getByRole("button", { name: "Follow" }).click();
  await expect(note, "nobody asked it to follow").toBeHidden();
  await page.getByRole("button", { name: "Follow" }).click();
  await expect(note).toBeVisible();
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await expect(note, "while the machine stands").toBeHidden();
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(note).toBeVisible();
  await page.locator("#generate").click();
  await expect(note, "after the run").toBeHidden();
});

test("the wheel pans, zooms with Ctrl, and never takes a scrolling page's turn", async ({ page }) => {
  await openPage(page);
  const fit = page.getByRole("button", { name: "Fit the whole diagram" });
  await fit.click();
  const whole = await transform(page);
  const { x, y, width, height } = await page.locator(".diagram").boundingBox();
  await page.mouse.move(x + width / 2, y + height / 2);
  for (let i = 0; i < 30; i++) await page.mouse.wheel(0, 300);
  expect(await transform(page), "all of it is in sight: nothing to pan").toBe(whole);
  await page.keyboard.down("Control");
  for (let i = 0; i < 30; i++) await page.mouse.wheel(0, 300);
  expect(await transform(page), "no smaller than all of it").toBe(whole);
  await page.mouse.wheel(0, -100);
  await page.keyboard.up("Control");
  const zoomed = await transform(page);
  expect(zoomed).not.toBe(whole);
  await page.mouse.wheel(0, 40);
  expect(await transform(page)).not.toBe(zoomed);
  await fit.click();
  await expect.poll(() => transform(page)).toBe(whole);

  // In a page that scrolls, as one in which the diagram is embedded.
  await page.locator(".brand").click();
  await page.evaluate(() => document.body.append(Object.assign(document.createElement("div"), { style: "height: 2000px" })));
  await page.getByRole("button", { name: "Zoom in" }).click();
  const before = await transform(page);
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.wheel(0, 100);
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(0);
  expect(await transform(page)).toBe(before);
});

test("a laptop of 1280 by 720 shows the whole picture, legible, and says in full where the machine stands", async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await openPage(page);
  for (const id of ["A", "E", "N1", "N9", "M>C"]) await expect(page.locator(`g[data-id="${id}"]`)).toBeInViewport({ ratio: 0.95 });
  expect(await page.locator('g[data-id="A"] .name').evaluate((name) => name.getBoundingClientRect().height)).toBeGreaterThan(14);
  const said = Object.values(stageStrings).map(({ long }) => long);
  const cut = await page.locator(".status-name").evaluate((name, said) => {
    name.closest(".status-line").dataset.family = "attention";
    return said.filter((words) => ((name.textContent = words), name.scrollWidth > name.clientWidth));
  }, said);
  expect(cut).toEqual([]);
});

for (const [name, viewport] of /** @type {const} */ ([
  ["the narrowest phone", { width: 320, height: 568 }],
  ["a phone on its side, or a laptop at 200 %", { width: 640, height: 360 }],
  ["a small phone on its side", { width: 568, height: 320 }],
  ["a large phone on its side", { width: 844, height: 390 }],
])) {
  test(`nothing is lost on ${name}`, async ({ page }) => {
    await page.setViewportSize(viewport);
    await openPage(page);
    await generate(page);
    const sizes = () => page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]);
    expect(await sizes()).toEqual([viewport.width, viewport.height]);
    for (const control of await page.locator(".run button:not(.aside):visible, .top button:visible, #generate").all()) await expect(control).toBeInViewport({ ratio: 1 });
    // No control lies on another one.
    const over = await page.evaluate(() => [...document.querySelectorAll(".app button, .app input, .app textarea")].filter((control) => {
      const { left, top, width, height } = control.getBoundingClientRect();
      if (width < 2 || control.matches(".aside") || !control.checkVisibility({ visibilityProperty: true })) return false;
      const at = document.elementFromPoint(left + width / 2, top + height / 2);
      const panel = control.closest(".text")?.getBoundingClientRect();
      const scrolledAway = panel && !control.closest(".run-button") && (top + height / 2 > panel.bottom || top + height / 2 < panel.top || left > panel.right);
      return !scrolledAway && at !== null && at !== control && !control.contains(at) && !at.closest(".readout");
    }).map((control) => control.outerHTML.slice(0, 120)));
    expect(over).toEqual([]);
    await page.locator("#setting-seed").scrollIntoViewIfNeeded();
    if (viewport.width < 720) await showDiagram(page);
    expect(await sizes()).toEqual([viewport.width, viewport.height]);
    const diagram = await page.locator(".diagram").boundingBox();
    expect(diagram.height, "the diagram has most of the screen").toBeGreaterThan(viewport.height * 0.5);
    await expect(page.getByRole("button", { name: "Fit the whole diagram" })).toBeInViewport({ ratio: 1 });
    if (viewport.width === 568) expect(await violations(page)).toEqual([]); // upright they are looked at in page.spec.js
    await page.locator('g[data-id="A"]').press("Enter");
    await expect(page.locator("#inspector")).toBeVisible();
    for (const tab of await page.locator(".tab:visible, #generate").all()) await expect(tab).toBeInViewport({ ratio: 1 });
    expect(await page.evaluate(() => [...document.querySelectorAll(".tab")].filter((tab) => tab.getBoundingClientRect().right > document.querySelector("#generate").getBoundingClientRect().left).map((tab) => tab.textContent)), "tabs that Generate lies on").toEqual([]);
  });
}

test("large type is large everywhere", async ({ page }) => {
  const client = await page.context().newCDPSession(page);
  const heights = async () => {
    await openPage(page);
    await generate(page);
    return page.evaluate(() => Object.fromEntries(
      ["#prompt", "#chips .chip", ".status-name", ".field label", ".count", 'g[data-id="DecoderStack"] .name', 'g[data-id="DecoderStack"] .value']
        .map((selector) => {
          const element = document.querySelector(selector);
          const size = parseFloat(getComputedStyle(element).fontSize);
          return [selector, element.closest("svg") ? size * new DOMMatrix(getComputedStyle(element.closest(".diagram-stage")).transform).a : size];
        }),
    ));
  };
  await page.setViewportSize({ width: 1280, height: 720 });
  const usual = await heights();
  await client.send("Page.setFontSizes", { fontSizes: { standard: 28, fixed: 24 } });
  const large = await heights();
  for (const [selector, size] of Object.entries(usual)) expect(large[selector] / size, selector).toBeGreaterThan(1.35);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(1280);
  await client.send("Page.setFontSizes", { fontSizes: { standard: 16, fixed: 13 } });
});

const quarter = (chip) => chip.evaluate((element) => getComputedStyle(element).borderBottomWidth);

test("colours that the system sets keep bars, ticks and states", async ({ page }) => {
  await page.emulateMedia({ forcedColors: "active" });
  await openPage(page);
  await generate(page);
  const seen = await page.evaluate(() => {
    const style = (selector) => getComputedStyle(document.querySelector(selector));
    return {
      bar: style(".diagram .bar").backgroundImage,
      share: style(".diagram .bar").backgroundSize,
      on: style(".diagram .ticks i.on").backgroundColor,
      off: style(".diagram .frame").backgroundColor,
      space: style('.chip .blank[data-sign="·"]').backgroundImage,
      canvas: style("body").backgroundColor,
    };
  });
  expect(seen.bar).toContain("gradient");
  expect(seen.share).toMatch(/^calc\(|^[\d.]+%/);
  expect(seen.space).toContain("gradient");
  // As painted, and not only as computed: a bar's share of its row, and a tick, are not the colour of what is under them.
  const painted = async (selector, x) => {
    const box = await page.locator(selector).first().boundingBox();
    const image = (await page.screenshot({ clip: { x: box.x + box.width * x, y: box.y + box.height - 4, width: 2, height: 4 } })).toString("base64");
    return page.evaluate(async (data) => {
      const image = Object.assign(new Image(), { src: `data:image/png;base64,${data}` });
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
      canvas.drawImage(image, 0, 0);
      const { data: rgba } = canvas.getImageData(0, 0, image.width, image.height);
      return Math.min(...rgba.filter((_, i) => i % 4 === 1));
    }, image);
  };
  expect(await painted('g[data-id="J"] .bar', 0.02), "the beginning of a bar").toBeLessThan(100);
  expect(await painted('g[data-id="J"] .bar.rest', 0.6), "where there is none").toBeGreaterThan(200);
  expect(await painted(".diagram .ticks i.on", 0.5)).toBeLessThan(100);
  const chips = page.locator("#chips .chip:not([data-prompt])");
  expect(new Set(await Promise.all((await chips.all()).map(quarter))).size, "the chips' lines differ").toBeGreaterThan(1);
  await page.locator('g[data-id="O4"]').press("Enter");
  const canvas = page.getByRole("grid", { name: "Weights" }).locator("canvas");
  await canvas.scrollIntoViewIfNeeded(); // what is out of sight is not painted
  const shades = () => canvas.evaluate((canvas) => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    return new Set(new Uint32Array(copy.getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size;
  });
  await expect.poll(shades, "numbers are colours").toBeGreaterThan(10);
});

test("on paper there are the settings, the seed, the bars, and the whole picture", async ({ page }) => {
  await page.setViewportSize({ width: 800, height: 1100 });
  await openPage(page);
  await setting(page, { temperature: 0.7, seed: 41, topK: 20 });
  await generate(page);
  await page.locator("#sampling-view summary").click(); // folded
  await page.getByRole("button", { name: "Zoom in" }).click();
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  for (const [name, value] of [["temperature", "0.7"], ["seed", "41"], ["topK", "20"]]) {
    await expect(page.locator(`#setting-${name}`)).toBeVisible();
    await expect(page.locator(`#setting-${name}`)).toHaveValue(value);
  }
  await expect(page.locator(".legend")).toBeVisible();
  await expect(page.locator("#generate")).toBeHidden();
  const { paper, exact, inside } = await page.evaluate(() => {
    const picture = document.querySelector(".diagram").getBoundingClientRect();
    const exact = [".chip[data-quarter]", ".diagram .bar", ".diagram .ticks i", ".legend .chip[data-quarter]"].map((selector) => getComputedStyle(document.querySelector(selector)).printColorAdjust);
    const inside = [...document.querySelectorAll("g.stage > rect")].every((node) => {
      const { left, right, top, bottom } = node.getBoundingClientRect();
      return left >= picture.left - 1 && right <= picture.right + 1 && top >= picture.top - 1 && bottom <= picture.bottom + 1;
    });
    return { paper: getComputedStyle(document.documentElement).colorScheme, exact, inside };
  });
  expect(paper).toBe("light");
  expect(exact).toEqual(["exact", "exact", "exact", "exact"]);
  expect(inside, "each node is within the picture").toBe(true);
  await page.setViewportSize({ width: 360, height: 740 }); // where the panels are tabs
  await expect(page.locator('g[data-id="A"]')).toBeVisible();
  await expect(page.locator("#chips")).toBeVisible();
});

test.describe("with fingers", () => {
  test.use({ hasTouch: true, viewport: { width: 360, height: 740 } });

  test("a token that is tapped shows its numbers until another place is tapped", async ({ page }) => {
    await openPage(page);
    await generate(page);
    const chip = page.locator("#chips .chip:not([data-prompt])").first();
    await chip.tap();
    const token = page.locator(".readout-token");
    await expect(token).toContainText("%");
    await expect(token).toContainText("id ");
    await page.waitForTimeout(500);
    await expect(token).toBeInViewport({ ratio: 1 });
    await page.locator("#chips .chip[data-prompt]").first().tap();
    await expect(token).toContainText("position 0");
    await page.locator("#meter h2").tap();
    await page.locator("#prompt").tap();
    await expect(token).toBeHidden();
  });
});

test("a mark that turns text around acts in its own chip only, and is shown", async ({ page }) => {
  await openPage(page);
  const text = "The \u202ecat sat\u2067 on the mat\u200b.\u00a0End";
  await page.locator("#prompt").fill(text);
  await setting(page, { maxTokens: 6, temperature: 0 });
  await generate(page);
  const chips = page.locator("#chips .chip");
  expect((await chips.evaluateAll((all) => all.map((chip) => chip.textContent))).join("").startsWith(text), "what is copied stays the text").toBe(true);
  const back = await chips.evaluateAll((all) => all.filter((chip, i) => {
    const [now, before] = [chip, all[i - 1] ?? chip].map((element) => element.getBoundingClientRect());
    return Math.abs(now.top - before.top) < 4 && now.left < before.left;
  }).map((chip) => chip.textContent));
  expect(back, "chips that stand before the one they follow").toEqual([]);
  const codes = await page.locator("#chips [data-sign]").evaluateAll((all) => all.map((mark) => getComputedStyle(mark, "::before").content.replaceAll('"', "")));
  expect(codes.filter((code) => code.startsWith("U+")).sort()).toEqual(["U+00A0", "U+200B", "U+202E", "U+2067"]);
  const direction = () => page.evaluate(() => [getComputedStyle(document.querySelector("#prompt")).direction, getComputedStyle(document.querySelector("#chips .flow")).direction]);
  expect(await direction()).toEqual(["ltr", "ltr"]);
  await page.locator("#prompt").fill("שלום עולם");
  await generate(page);
  expect(await direction()).toEqual(["rtl", "rtl"]);
});

test("a piece of an unfinished character shows its bytes, and a space is a space", async ({ page }) => {
  await openPage(page);
  await page.locator("#prompt").fill("a \u{1f9ff} b"); // an emoji of several tokens
  await setting(page, { maxTokens: 1, temperature: 0 });
  await generate(page);
  const pieces = page.locator("#chips .chip.partial");
  await expect(pieces).not.toHaveCount(0);
  const shown = await pieces.evaluateAll((all) => all.map((piece) => getComputedStyle(piece, "::before").content));
  for (const bytes of shown) expect(bytes).toMatch(/^"[0-9A-F]{2}( [0-9A-F]{2})*"$/);
  await pieces.first().hover();
  await expect(page.locator(".readout-piece")).toHaveText(/^[0-9A-F]{2}( [0-9A-F]{2})*$/);
  await expect(page.locator(".readout-numbers")).toContainText("part of a character");
  await expect(page.locator('g[data-id="B"] .value')).toContainText(/‹[0-9A-F]{2}/);

  // The engine tells them of generated tokens too: at such a temperature some are parts of characters.
  await setting(page, { maxTokens: 200, temperature: 10, topK: 0, topP: 1, seed: 1 });
  await generate(page);
  const generated = await page.locator("#chips .chip.partial:not([data-prompt])").evaluateAll((all) => all.map((piece) => piece.dataset.bytes));
  expect(generated).not.toEqual([]);
  for (const bytes of generated) expect(bytes).toMatch(/^[0-9A-F]{2}( [0-9A-F]{2})*$/);
});

test("a token's numbers are all there beside a long token on a narrow screen", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 568 });
  await openPage(page);
  await page.locator("#prompt").fill("unbelievable extraordinary international");
  await generate(page);
  for (const chip of (await page.locator("#chips .chip").all()).slice(0, 12)) {
    await chip.hover();
    for (const part of ["piece", "numbers"]) {
      const lost = await page.locator(`.readout-${part}`).evaluate((element) => {
        const { right } = element.getBoundingClientRect();
        return element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== "inline" ? "cut" : right > innerWidth ? "beyond" : "";
      });
      expect(lost).toBe("");
    }
  }
});

test("the prompt's node keeps indentation", async ({ page }) => {
  await openPage(page);
  await page.locator("#prompt").fill("  def f(x):\n    return x");
  const value = page.locator('g[data-id="A"] .value');
  await expect.poll(() => value.textContent()).toBe("  def f(x):↵\n    return x");
  await generate(page);
  expect(await value.textContent()).toBe("  def f(x):↵\n    return x");
});
