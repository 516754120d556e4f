// Special tokens on the page: typed, shown as such, and read by the engine.
import { whole } from "./checkpoint.js";
import { expect, generate, openPage, setting, test, violations } from "./fixtures.js";

const end = "<|endoftext|>";
const evil = "<img src=x onerror=alert(1)>\u202e";

/** A model whose tokenizer has an added token that looks like HTML, and puts a token before each text. */
const files = (() => {
  const vocab = Object.fromEntries(Object.entries(JSON.parse(String(whole["vocab.json"]))).filter(([, id]) => id < 256));
  const added = ["<user>", evil, "<s>", end].map((content, i) => ({ id: 256 + i, content, special: i > 1 }));
  const tokenizer = { added_tokens: added, pre_tokenizer: { type: "ByteLevel" }, model: { type: "BPE", vocab, merges: [] } };
  const config = { tokenizer_class: "PreTrainedTokenizerFast", bos_token: "<s>", add_bos_token: true };
  const { "vocab.json": _, "merges.txt": __, ...others } = whole;
  const made = { ...others, "tokenizer.json": Buffer.from(JSON.stringify(tokenizer)), "tokenizer_config.json": Buffer.from(JSON.stringify(config)) };
  return Object.entries(made).map(([name, buffer]) => ({ name, buffer, mimeType: "application/octet-stream" }));
})();

test("the prompt's text that is a special token is one chip of its own look", async ({ page }) => {
  await openPage(page);
  await page.locator("#prompt").fill(`Once${end} upon`);
  await setting(page, { maxTokens: 2 });
  await generate(page);
  const special = page.locator("#chips .chip.special");
  await expect(special).toHaveText([end]);
  const border = (/** @type {import("@playwright/test").Locator} */ chip) => chip.evaluate((element) => getComputedStyle(element).borderTopStyle);
  expect(await border(special)).toBe("solid"); // not by its colour alone
  expect(await border(page.locator("#chips .chip:not(.special)").first())).toBe("none");
});

test("a special token is typed at the caret from the list, with keys alone", async ({ page }) => {
  await openPage(page);
  const area = page.locator("#prompt");
  await area.fill("ab");
  await area.press("ArrowLeft");
  await page.getByRole("button", { name: "Special tokens" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("#special-menu")).toBeVisible();
  await page.keyboard.press("Tab");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await expect(area).toHaveValue(`a${end}b`);
  await expect(area).toBeFocused();
  await expect(page.locator("#special-menu")).toBeHidden();
  await page.keyboard.type("!"); // the caret is behind it
  await expect(area).toHaveValue(`a${end}!b`);
  await expect(page.locator("#prompt-count")).toContainText("4 of");
  await page.getByRole("button", { name: "Special tokens" }).click();
  expect(await violations(page, "#prompt-view")).toEqual([]);
});

test("tokens of an opened model are listed, and their text is never HTML", async ({ page }) => {
  await openPage(page);
  await page.getByRole("button", { name: /tiny/i }).first().click();
  await page.locator("#model-menu input[type=file]").setInputFiles(files);
  await expect(page.locator(".model-name")).not.toContainText("tiny", { timeout: 30_000 });
  await page.getByRole("button", { name: "Special tokens" }).click();
  await expect(page.locator(".special-list .special")).toHaveText(["<user>", evil.replace("\u202e", "\ufffd"), "<s>", end]);
  await page.locator(".special-list button").nth(1).click();
  expect(await page.locator("#prompt").inputValue()).toContain(evil);
  await page.locator("#prompt").fill(`a<user>${evil}`);
  await setting(page, { maxTokens: 1 });
  await generate(page);
  const chips = page.locator("#chips .chip[data-prompt]");
  await expect(chips).toHaveText(["<s>", "a", "<user>", evil]);
  await expect(page.locator("#chips img, #special-menu img")).toHaveCount(0);
});
