// The page, as its visitors use it.
import { expect, generate, openPage, remember, serve, setting, speed, test, violations } from "./fixtures.js";

const question = "What is the capital of France?";

// In the order in which a run executes each for the first time.
const stages = [
  "prompt", "tokenize", "ids", "embed", "position", "layers", "ln1", "attention", "attention.qkv", "attention.scores",
  "attention.scale", "attention.mask", "attention.mix", "residual1", "ln2", "mlp", "residual2", "final", "head",
  "softmax", "distribution", "decode", "decode.temperature", "decode.top_k", "decode.top_p", "decode.sample",
  "decode.stop", "select", "append", "loop", "generation",
];

test("generates, and every node shows this run's values", async ({ page }) => {
  await openPage(page);
  await page.locator("#prompt").fill(question);
  await setting(page, { temperature: 0.7, topK: 20, topP: 0.9, seed: 3, maxTokens: 6 });
  await generate(page);
  await expect(page.locator("#status")).toContainText("Done");

  // The same run through the API: the engine's own events.
  const { latest, done } = await page.evaluate(async (question) => {
    const { createEngine } = await import(new URL("vitrine.js", location.href).href);
    const engine = await createEngine();
    const latest = {};
    let done;
    for await (const event of engine.generate(question, { temperature: 0.7, topK: 20, topP: 0.9, seed: 3, maxTokens: 6 })) {
      if (event.type === "stage") {
        const plain = ([name, value]) => [name, value instanceof Float32Array ? [...value] : value];
        latest[event.stage] = { ...event, values: [...event.values], detail: Object.fromEntries(Object.entries(event.detail ?? {}).map(plain)) };
      }
      if (event.type === "done") done = event;
    }
    engine.close();
    return { latest, done };
  }, question);

  const chips = page.locator("#chips .chip");
  await expect(chips).toHaveCount(done.promptIds.length + done.ids.length);
  expect((await chips.allTextContents()).join("")).toContain(question + done.text);
  await expect(page.locator("#meter")).toContainText(/[\d.]+ tokens\/s/);

  const node = (id) => page.locator(`g[data-id="${id}"]`);
  /** What a node shows, with its typography undone. */
  const shown = async (id) => (await node(id).textContent()).replaceAll("−", "-").replaceAll("·", " ");
  // Every number of a vector node is the event's, to the digits that are shown: a row of numbers each line, or one in all.
  const of = (stage, ...names) => names.map((name) => latest[stage].detail[name]);
  const norm = (stage) => [undefined, ...of(stage, "scale", "shift"), latest[stage].values];
  for (const [id, rows] of Object.entries({
    E: [undefined, ...of("position", "row"), latest.position.values],
    O1: [latest["attention.qkv"].values, ...of("attention.qkv", "k", "v")],
    O2: latest["attention.scores"].values,
    O6: latest["attention.scale"].values,
    O3: [latest["attention.mix"].values, ...of("attention.mix", "output")],
    G0: norm("ln1"), G2: latest.residual1.values, G3: norm("ln2"), G4: [undefined, undefined, latest.mlp.values], G5: latest.residual2.values,
    F6: norm("final"),
  })) {
    const text = (await node(id).locator(".value").textContent()).replaceAll("−", "-");
    const lines = typeof rows[0] === "number" ? [text] : text.split("\n");
    const wanted = typeof rows[0] === "number" ? [rows] : rows;
    expect(lines.length, id).toBe(wanted.length);
    for (const [i, values] of wanted.entries()) {
      if (!values) continue;
      const numbers = lines[i].match(/-?\d+\.\d+/g).map(Number);
      expect(numbers.length, `${id}, line ${i}`).toBeGreaterThan(1);
      numbers.forEach((number, j) => {
        const digits = Math.abs(values[j]) >= 100 ? 1 : Math.abs(values[j]) >= 10 ? 2 : 3;
        expect(number, `${id}, line ${i}, number ${j}`).toBe(Number(values[j].toFixed(digits)));
      });
    }
  }
  const percent = (p) => `${(p * 100).toFixed(1)} %`;
  expect(await shown("D")).toContain(String(latest.embed.detail.id));
  expect(await shown("C")).toContain(String(latest.ids.detail.ids.at(-1)));
  expect(await shown("DecoderStack")).toContain("6 of 6");
  expect(await shown("G0")).toContain(latest.ln1.detail.mean.toFixed(3));
  expect(await shown("O4")).toContain(percent(latest["attention.mask"].detail.top[0].weight));
  expect(await shown("G4")).toContain(percent(latest.mlp.detail.active));
  expect(await shown("H")).toContain(String(Number(latest.head.detail.top[0].logit.toFixed(2))));
  expect(await shown("I")).toContain(latest.softmax.detail.sum.toFixed(3));
  expect(await shown("J")).toContain(percent(latest.distribution.detail.top[0].probability));
  expect(await shown("K1")).toContain("0.7");
  expect(await shown("K2")).toContain(String(latest["decode.top_k"].detail.kept));
  expect(await shown("K3")).toContain(String(latest["decode.top_p"].detail.kept));
  expect(await shown("K4")).toContain(latest["decode.sample"].detail.random.toFixed(4));
  expect(await shown("L")).toContain(percent(latest.select.detail.probability));
  expect(await shown("M")).toContain(String(latest.append.detail.ids.at(-1)));
  expect(await shown("M")).toContain(String(latest.append.detail.count));
  expect(await shown("M>C")).toContain(String(latest.loop.detail.cached));
  expect(await shown("N9")).toContain(String(done.ids.length));
  for (const [i, id] of ["N1", "N3", "N5", "N7"].entries()) expect(await shown(id)).toContain(`Step ${done.ids.length - 3 + i}`);
});

test("nodes light in the order in which the engine works", async ({ page }) => {
  await openPage(page, { at: speed.visible });
  await setting(page, { maxTokens: 1 });
  await page.evaluate(() => {
    /** Number of the batch of changes, which is a frame, in which each stage was first lit; and each that was active. */
    Object.assign(globalThis, { lit: {}, active: [] });
    let batch = 0;
    new MutationObserver((records) => {
      batch++;
      for (const { target } of records) {
        const { stage, state } = /** @type {SVGElement} */ (target).dataset;
        if (state) lit[stage] ??= batch;
        if (state === "active" && stage !== "generation") active.push(stage);
      }
    }).observe(document.querySelector(".diagram"), { attributeFilter: ["data-state"], subtree: true });
  });
  await generate(page);
  const { lit, active } = await page.evaluate(() => ({ lit: globalThis.lit, active: globalThis.active }));
  expect(Object.keys(lit).sort()).toEqual([...stages].sort());
  const frames = stages.map((stage) => lit[stage]);
  expect(frames).toEqual([...frames].sort((a, b) => a - b));

  // What was active is what the engine executed, with at most some frames dropped.
  const [before, inLayer, after] = [stages.slice(0, 5), stages.slice(5, 17), stages.slice(17, -1)];
  const executed = [...before, ...Array(6).fill(inLayer).flat(), ...after];
  let at = -1;
  for (const stage of active) {
    at = executed.indexOf(stage, at + 1);
    expect(at, `${stage} in its place among ${active}`).toBeGreaterThan(-1);
  }
  expect(active.length).toBeGreaterThan(20);
});

test("stops in the middle of a run, and runs again", async ({ page }) => {
  await openPage(page, { at: speed.visible }); // at full speed the model may be faster than the second press
  await page.locator("#prompt").fill("Once upon a time");
  await setting(page, { maxTokens: 200, temperature: 1, seed: 1 });
  await page.evaluate(async () => {
    const button = document.getElementById("generate");
    button.click();
    while (!document.querySelector("#chips .chip:not([data-prompt])")) await new Promise(requestAnimationFrame);
    button.click();
  });
  await expect(page.locator("#status")).toContainText(/Stopped after \d+ tokens?\./);
  await expect(page.getByRole("button", { name: "Generate" })).toBeVisible();
  const generated = page.locator("#chips .chip:not([data-prompt])");
  expect(await generated.count()).toBeLessThan(200);
  await page.locator("#speed-range").fill(String(speed.full));
  await page.locator("#prompt").fill(question);
  await setting(page, { maxTokens: 12, temperature: 0 });
  await generate(page);
  expect((await generated.allTextContents()).join("")).toContain("Paris");
});

test("a run that was slowed down says that its pauses are excluded", async ({ page }) => {
  await openPage(page, { at: speed.visible });
  await setting(page, { maxTokens: 20 });
  await page.getByRole("button", { name: "Generate" }).click();
  await expect(page.locator("#meter")).toContainText("1 token");
  await page.locator("#speed-range").fill(String(speed.full));
  await expect(page.locator("#meter")).toContainText(/\d tokens?, pauses excluded/);
  await generate(page);
  await expect(page.locator("#meter")).toHaveText(/\d tokens?$/);
});

test("the text keeps to its end, but not from a reader who has scrolled up", async ({ page }) => {
  await openPage(page);
  const chips = page.locator("#chips");
  const left = () => chips.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
  await page.locator("#prompt").fill("Once upon a time. ".repeat(20));
  await setting(page, { maxTokens: 80, temperature: 1, seed: 1 });
  await generate(page);
  expect(await chips.evaluate((box) => box.scrollTop)).toBeGreaterThan(0);
  expect(await left()).toBeLessThan(2);

  await page.locator("#speed-range").fill(String(speed.visible));
  await page.getByRole("button", { name: "Generate" }).click();
  const generated = page.locator("#chips .chip:not([data-prompt])");
  await expect.poll(() => generated.count(), "the run before has gone").toBeLessThan(80);
  await expect(generated).not.toHaveCount(0);
  expect(await left(), "after a new run has begun").toBeLessThan(2);
  await chips.evaluate((box) => (box.scrollTop = 10));
  const before = await generated.count();
  await expect.poll(() => generated.count()).toBeGreaterThan(before);
  expect(await chips.evaluate((box) => box.scrollTop)).toBe(10);
  await page.locator("#generate").click();
});

test("a text without blanks stays in its box", async ({ page }) => {
  await openPage(page);
  await page.locator("#prompt").fill(`See /usr${"/share".repeat(30)}.`);
  await setting(page, { maxTokens: 1 });
  await generate(page);
  expect(await page.locator("#chips").evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
});

test("refuses an empty prompt and a prompt that is too long, and goes on", async ({ page }) => {
  await openPage(page);
  const prompt = page.locator("#prompt");
  await prompt.fill("");
  await page.getByRole("button", { name: "Generate" }).click();
  await expect(page.locator("#prompt-error")).toHaveText(/empty/);
  await prompt.fill("word ".repeat(400));
  await page.getByRole("button", { name: "Generate" }).click();
  await expect(page.locator("#prompt-error")).toHaveText(/context/);
  await prompt.fill(question);
  await expect(page.locator("#prompt-error")).toBeHidden();
  await generate(page);
  await expect(page.locator("#chips")).toContainText("Paris");
});

test("refuses a setting out of range", async ({ page }) => {
  await openPage(page);
  await setting(page, { topP: 1.5 });
  await page.getByRole("button", { name: "Generate" }).click();
  await expect(page.locator("#setting-topP")).toBeFocused();
  await expect(page.locator("#setting-topP")).toHaveAttribute("aria-invalid", "true");
  await setting(page, { topP: 1 });
  await generate(page);
});

test("a broken model file leaves the page usable", async ({ page }) => {
  await openPage(page);
  await page.getByLabel("Open model files").setInputFiles({ name: "broken.gguf", mimeType: "", buffer: Buffer.from("not a model") });
  await expect(page.getByRole("alert")).toContainText("GGUF");
  await expect(page.getByRole("alert")).toContainText("model.format");
  await generate(page);
  await expect(page.locator("#chips")).toContainText("Paris");
});

test("an engine that has ended can be loaded again", async ({ page }) => {
  await openPage(page);
  // As the worker tells of the end of its Go program.
  await page.workers()[0].evaluate(() => self.postMessage({ fatal: { code: "internal", message: "the engine ended unexpectedly: a test" } }));
  await generate(page);
  const alert = page.getByRole("alert");
  await expect(alert).toContainText("The engine ended unexpectedly");
  await alert.getByRole("button", { name: "Load the model again" }).click();
  await expect(page.locator("#status")).toContainText("Ready");
  await generate(page);
  await expect(page.locator("#chips")).toContainText("Paris");
});

test.describe("with an address that leads nowhere", () => {
  test.use({ expectedErrors: [/Failed to load resource/] });

  test("says so and offers the default model", async ({ page }) => {
    await remember(page);
    await page.goto("./?model=missing.gguf");
    await expect(page.getByRole("alert")).toContainText("404");
    await page.getByRole("alert").getByRole("button").first().click();
    await expect(page.locator('g[data-id="L"]')).toBeAttached();
    await generate(page);
    await expect(page.locator("#chips")).toContainText("Paris");
  });
});

test("says that it needs JavaScript", async ({ browser, site }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(site);
  const words = page.locator("noscript p").first(); // getByText skips noscript
  await expect(words).toBeVisible();
  expect(await words.innerText()).toContain("needs JavaScript");
  await context.close();
});

test("is cross-origin isolated on our server", async ({ page }) => {
  await page.goto("./");
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
});

test("works below a path of a server without isolation", async ({ browser }) => {
  const { url, stop } = await serve(".", "-isolate=false");
  const page = await browser.newPage();
  try {
    await openPage(page, { address: `${url}dist/` });
    await generate(page);
    await expect(page.locator("#chips")).toContainText("Paris");
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
  } finally {
    await page.close();
    await stop();
  }
});

test("can be used with the keyboard alone", async ({ page }) => {
  await openPage(page);
  await page.keyboard.press("Tab");
  await expect(page.locator("#skip")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("#prompt")).toBeFocused();
  await page.keyboard.press("Control+a");
  await page.keyboard.type(question);
  await page.keyboard.press("Control+Enter");
  await expect(page.locator("#status")).toContainText("Done");
  await expect(page.locator("#chips")).toContainText("Paris");

  // Every control is reached by Tab, shows that it has the focus, and has a name.
  const seen = [];
  for (let i = 0; i < 100; i++) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      const probe = document.body.appendChild(document.createElement("i"));
      probe.style.color = "var(--focus)";
      const colour = getComputedStyle(probe).color;
      probe.remove();
      const ring = [element, ...element.querySelectorAll(":scope > rect, .row")].some((part) => {
        const { outlineStyle, outlineColor, stroke, boxShadow, backgroundImage } = getComputedStyle(part);
        return [outlineStyle === "none" ? "" : outlineColor, stroke, boxShadow, backgroundImage].join(" ").includes(colour);
      });
      return { id: element.getAttribute("data-id") || element.id || element.textContent.trim(), ring };
    });
    seen.push(focused.id);
    expect(focused, `focus ${i}`).toEqual({ id: focused.id, ring: true });
    if (focused.id === "speed-range") break;
  }
  for (const id of ["generate", "chips", "setting-temperature", "A", "speed-range"]) expect(seen).toContain(id);
  await page.locator("#generate").focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("#status")).toContainText("Done");
});

test("has no accessibility violations before a run and after it, and fits each screen", async ({ page }, info) => {
  await openPage(page);
  expect(await violations(page)).toEqual([]);
  await generate(page);
  expect(await violations(page)).toEqual([]);
  for (const [device, viewport] of /** @type {const} */ ([
    ["laptop", { width: 1440, height: 900 }],
    ["wide", { width: 2560, height: 1300 }],
    ["phone", { width: 360, height: 740 }],
  ])) {
    await page.setViewportSize(viewport);
    for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: info.outputPath(`${device}-${colorScheme}.png`) });
    }
    const { width, height } = await page.evaluate(() => {
      const { scrollWidth, scrollHeight } = document.documentElement;
      return { width: scrollWidth, height: scrollHeight };
    });
    expect(width, device).toBeLessThanOrEqual(viewport.width);
    expect(height, device).toBeLessThanOrEqual(viewport.height);
    await expect(page.locator("#generate"), device).toBeInViewport({ ratio: 1 });
  }
  expect(await violations(page), "on the phone, in dark").toEqual([]);
});

test.describe("with reduced motion", () => {
  test.use({ contextOptions: { reducedMotion: "reduce" } });

  test("nothing moves", async ({ page }) => {
    await openPage(page);
    await page.evaluate(() => {
      globalThis.moving = [];
      addEventListener("transitionrun", ({ target, elapsedTime, propertyName }) => {
        const moves = target.getAnimations({ subtree: true }).some((animation) => animation.effect.getTiming().duration > 0);
        if (moves) globalThis.moving.push(`${target.className.baseVal ?? target.className} ${propertyName} ${elapsedTime}`);
      });
      addEventListener("animationstart", ({ animationName }) => globalThis.moving.push(animationName));
    });
    await generate(page);
    await page.getByRole("button", { name: "Zoom in" }).click();
    expect(await page.evaluate(() => globalThis.moving)).toEqual([]);
  });
});
