// What the page says of an engine that dies while nobody asks anything of it, and of files as others write them.
import { readFileSync } from "node:fs";
import { expect, generate, openAPI, openPage, pass, test } from "./fixtures.js";

const { models } = JSON.parse(readFileSync("models/manifest.json", "utf8"));

test("an engine that dies while nothing runs is said within 10 s, and can be loaded again", async ({ page }) => {
  await page.clock.install();
  await openPage(page);
  await pass(page, 15);
  await expect(page.locator("#notice"), "that lives").toBeEmpty();
  await page.workers()[0].evaluate(() => self.close());
  await pass(page, 9);
  await expect(page.locator("#notice")).toContainText("The engine does not answer.");
  await expect(page.locator("#status")).toContainText("The engine has ended");
  await page.getByRole("button", { name: "Load the model again" }).click();
  await expect(page.locator("#status")).toContainText("Ready");
  await generate(page);
  await expect(page.locator("#status")).toContainText("Done");
});

test("an engine says that it has ended, and why", async ({ page }) => {
  await openAPI(page);
  const codes = await page.evaluate(async () => {
    const [closed, lost] = await Promise.all([globalThis.vitrine.createEngine(), globalThis.vitrine.createEngine()]);
    Object.assign(globalThis, { lost: lost.ended.then((error) => [error instanceof globalThis.vitrine.VitrineError, error.code]) });
    closed.close();
    return [(await closed.ended).code, await Promise.race([globalThis.lost, "alive"])];
  });
  expect(codes).toEqual(["closed", "alive"]);
  await expect.poll(() => page.workers().length).toBe(1);
  await page.workers()[0].evaluate(() => void setTimeout(() => { throw new Error("oops"); }));
  expect(await page.evaluate(() => globalThis.lost)).toEqual([true, "engine.error"]);
});

/** The default model, with other values of keys of the same length. @param {Record<string, number[]>} changes */
function changed(changes) {
  const file = readFileSync(`models/${models[0].url}`);
  for (const [key, value] of Object.entries(changes)) {
    const at = file.indexOf(key) + key.length + 4; // the value's type is before it
    file.set(value, at);
  }
  return { name: "changed.gguf", mimeType: "", buffer: file };
}

test("a GGUF file whose end of text is beyond its vocabulary runs, with a note", async ({ page }) => {
  await openPage(page);
  await page.getByLabel("Open model files").setInputFiles(changed({ "tokenizer.ggml.eos_token_id": [0x50, 0xc4] }));
  await expect(page.locator(".model-state")).toContainText("on this device");
  await page.locator(".model-button").click();
  await expect(page.locator(".notes")).toContainText("tokenizer.ggml.eos_token_id is left out: got 50256, want a token id from 0 to 8191");
  await page.keyboard.press("Escape");
  await generate(page);
  await expect(page.locator("#status")).toContainText("Done");
});

test("an empty prompt runs where the tokenizer puts a token before each text", async ({ page }) => {
  await openPage(page);
  await page.getByLabel("Open model files").setInputFiles(changed({ "tokenizer.ggml.add_bos_token": [1] }));
  await expect(page.locator(".model-state")).toContainText("on this device");
  await page.locator("#prompt").fill("");
  await expect(page.locator("#prompt-count")).toHaveText("1 of 256 tokens");
  await generate(page);
  await expect(page.locator("#prompt-error")).toBeHidden();
  await expect(page.locator("#chips .chip[data-prompt]")).toHaveText("<|endoftext|>");
  await expect(page.locator("#chips .chip:not([data-prompt])")).not.toHaveCount(0);
});

test("a line of the output's figures breaks between two of them only", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await openPage(page);
  await generate(page);
  const figures = page.locator("#meter .figure");
  await expect(figures).toHaveCount(3);
  for (const width of [1440, 1100, 720]) {
    await page.setViewportSize({ width, height: 900 });
    const lines = await figures.evaluateAll((all) => all.map((figure) => figure.getClientRects().length));
    expect(lines, `at ${width} px`).toEqual([1, 1, 1]);
  }
});
