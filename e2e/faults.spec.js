// Faults as a person meets them: what the page says, the one press that leads out, and what is still there afterwards.
import { readFileSync } from "node:fs";
import process from "node:process";
import { TRAP, modelOfHugeNumbers } from "./faults.js";
import { expect, generate, openAPI, openPage, setting, speed, test } from "./fixtures.js";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const chips = (page) => page.locator("#chips .chip:not([data-prompt])");
const text = async (page) => (await chips(page).allTextContents()).join("");
const notice = (page) => page.locator("#notice");

/** Begins a run that is slow enough to be met in the middle. */
async function begin(page) {
  await page.locator("#speed-range").fill(String(speed.visible));
  await button(page, "Generate").click();
  await expect(chips(page).first()).toBeAttached();
}

test("an engine that is lost takes neither prompt nor settings nor branches with it", async ({ page }) => {
  test.setTimeout(120_000);
  await openPage(page);
  await page.locator("#prompt").fill("Once upon a time");
  await setting(page, { maxTokens: 5, temperature: 0, topK: 7 });
  await generate(page);
  await expect(chips(page)).toHaveCount(5);
  const first = await text(page);
  await chips(page).nth(2).dblclick();
  await expect(page.getByRole("dialog").getByRole("option")).toHaveCount(50);
  for (const key of ["ArrowDown", "ArrowDown", "Enter"]) await page.keyboard.press(key);
  await expect.poll(() => text(page)).not.toBe(first);
  await expect(button(page, "Branches 2")).toBeVisible();

  /** How it ends, run in its worker, and what is said. @type {[words: string, does: (trap: number[]) => void][]} */
  const ends = [
    ["The browser ended the engine.", (trap) => void setTimeout(() => new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(trap))).exports.f())],
    ["The engine had an error.", () => void setTimeout(() => { throw new Error("oops"); })],
  ];
  for (const [i, [words, does]] of ends.entries()) {
    await begin(page);
    await page.locator("#prompt").fill("Once upon a time"); // typed while it runs
    await page.workers()[0].evaluate(does, TRAP);
    await expect(notice(page)).toContainText(words);
    await expect(notice(page)).toBeInViewport();
    await expect(page.locator("#generate")).toHaveAttribute("data-running", "false");
    await button(page, "Load the model again").click();
    await expect(page.locator("#status")).toContainText("Ready");
    await expect(notice(page)).toBeEmpty();
    await expect(page.locator("#prompt")).toHaveValue("Once upon a time");
    await expect(page.locator("#setting-topK")).toHaveValue("7");
    await expect(button(page, `Branches ${3 + i}`), "those before, and that of the run that was lost").toBeVisible();
  }
  // A branch of the first engine, walked by the third.
  await page.locator("#speed-range").fill(String(speed.full));
  await button(page, "Branches 4").click();
  await button(page, "Branch 1").click();
  await expect.poll(() => text(page)).toBe(first);
});

test("a model whose numbers are none is left with one press", async ({ page }) => {
  await openPage(page);
  await page.locator("#prompt").fill("The little dog");
  await page.getByLabel("Open model files").setInputFiles({ name: "huge.gguf", mimeType: "", buffer: modelOfHugeNumbers() });
  await expect(page.locator(".recent")).toContainText("from files");
  await button(page, "Generate").click();
  await expect(notice(page)).toContainText("The model computed a number that is not finite.");
  await expect(notice(page)).toContainText(/The stage \S+ of layer 0/);
  await notice(page).getByRole("button", { name: "Use the default model" }).click();
  await expect(page.locator("#status")).toContainText("Ready");
  await expect(page.locator("#prompt")).toHaveValue("The little dog");
  await generate(page);
  await expect(page.locator("#status")).toContainText("Done");
});

test.describe("memory that ends", () => {
  test.use({ expectedErrors: [/^exit code: 2$/] }); // Go's loader says it
  test("while a model loads, leaves the one before", async ({ page, context }) => {
    await openPage(page);
    await context.route("**/worker-*.js", async (route) => {
      const response = await route.fetch();
      const less = "const { Memory } = WebAssembly; WebAssembly.Memory = class extends Memory { constructor(how) { super({ ...how, maximum: how.initial + 64 }); } };\n";
      await route.fulfill({ response, body: less + (await response.text()) });
    });
    await page.getByLabel("Open model files").setInputFiles("models/vitrine-tiny-q8_0.gguf");
    await expect(notice(page)).toContainText("There is not enough memory for this model.");
    await expect(notice(page)).toContainText("stays loaded");
    await expect.poll(() => page.workers().length).toBe(1);
    await generate(page);
    await expect(page.locator("#status")).toContainText("Done");
  });

  test("while there are runs, is an error of that name", async ({ page, context }) => {
    await context.route("**/worker-*.js", async (route) => {
      const response = await route.fetch();
      const seen = "const { Memory } = WebAssembly; WebAssembly.Memory = class extends Memory { constructor(how) { super(how); self.memory = this; } };\n";
      await route.fulfill({ response, body: seen + (await response.text()) });
    });
    await openAPI(page);
    await page.evaluate(async () => void (globalThis.engine = await vitrine.createEngine()));
    await page.workers()[0].evaluate(() => {
      for (let pages = 32768; pages >= 1; ) {
        try {
          self.memory.grow(pages); // until there is none left
        } catch {
          pages = Math.floor(pages / 2);
        }
      }
    });
    const said = await page.evaluate(async () => {
      const runs = [];
      const codes = new Set();
      for (let i = 0; i < 200 && codes.size === 0; i++) {
        const run = engine.generate("Once upon a time ".repeat(40), { maxTokens: 2, ignoreEos: true });
        runs.push(run);
        await run.result.catch(({ code, message }) => codes.add(`${code}: ${message}`));
      }
      return { codes: [...codes], ended: codes.size > 0 ? (await engine.ended).code : "", runs: runs.length };
    });
    expect(said.ended).toBe("memory");
    expect(said.codes[0]).toMatch(/^memory: .*choose a smaller model/);
  });
});

test.describe("with storage", () => {
  test.use({ serviceWorkers: "allow" });

  test("a tab that the system stops, a computer that sleeps, and storage that is emptied end no run", async ({ page, site }) => {
    await page.clock.install();
    await openPage(page);
    await page.locator("#prompt").fill("Once upon a time");
    await setting(page, { maxTokens: 12, temperature: 0 });
    await generate(page);
    await expect(chips(page)).toHaveCount(12);
    const whole = await text(page);
    const client = await page.context().newCDPSession(page);

    await begin(page);
    const all = await page.context().browser().newBrowserCDPSession();
    const { processInfo } = await all.send("SystemInfo.getProcessInfo");
    const pages = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
    const tokens = await chips(page).count();
    for (const id of pages) process.kill(id, "SIGSTOP"); // page and workers at once
    await Promise.all(pages.map((id) => expect.poll(() => readFileSync(`/proc/${id}/stat`, "utf8")).toMatch(/\) T /)));
    for (const id of pages) process.kill(id, "SIGCONT");
    await expect.poll(() => chips(page).count()).toBeGreaterThan(tokens);
    await page.clock.fastForward("08:00:00"); // the clock has gone on at once, as after sleep
    await client.send("Storage.clearDataForOrigin", { origin: new URL(site).origin, storageTypes: "all" });
    await page.locator("#speed-range").fill(String(speed.full));
    await expect(page.locator("#generate")).toHaveAttribute("data-running", "false");
    await expect.poll(() => text(page)).toBe(whole);
    await expect(notice(page)).toBeEmpty();
    await expect(page.locator("#prompt")).toHaveValue("Once upon a time");

    await page.locator("#prompt").fill("The little dog"); // it is written again
    expect(await page.evaluate(() => localStorage.getItem("vitrine.prompt"))).toContain("The little dog");
    await page.reload();
    await expect(page.locator("#status")).toContainText("Ready");
    await expect(page.locator("#prompt")).toHaveValue("The little dog");
    await expect(notice(page)).toBeEmpty();
  });
});
