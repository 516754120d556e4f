// The page under its own Content-Security-Policy: it is used from end to end, and nothing is refused.
import { readFileSync } from "node:fs";
import { stageNames } from "../web/run/stages.js";
import { drawn, expect, openPage, speed, test } from "./fixtures.js";

const seed = readFileSync("web/mermaid/own/seed.mmd", "utf8");

test.use({ expectedErrors: [/Content.Security.Policy/] }); // of the last part

test("the page keeps within its policy while it generates, stands, is inspected and draws an own diagram", async ({ page }) => {
  await page.addInitScript(() => {
    globalThis.refused = [];
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective, sample, sourceFile, lineNumber }) =>
      globalThis.refused.push(`${effectiveDirective}: ${sample} ${sourceFile}:${lineNumber}`));
  });
  const refused = () => page.evaluate(() => globalThis.refused);
  const response = page.waitForResponse((response) => response.url().endsWith("/"));
  const script = page.waitForResponse((response) => /\/worker-[A-Z0-9]{8}\.js$/.test(response.url()));
  await openPage(page, { at: speed.visible });
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute("content");
  expect(policy).toMatch(/default-src 'none'; script-src 'self' 'wasm-unsafe-eval';/);
  expect(policy).toContain("require-trusted-types-for 'script'");
  expect(policy).not.toMatch(/'unsafe-inline'|'unsafe-eval'/);
  expect((await response).headers()["content-security-policy"], "the server sends it too").toBe(policy);
  expect(readFileSync("docs/host.md", "utf8"), "the docs list it").toContain(policy);
  const workers = (await script).headers()["content-security-policy"];
  expect(workers, "a worker has its own").toContain("script-src 'self' 'wasm-unsafe-eval'");
  expect(readFileSync("docs/host.md", "utf8"), "the docs list that too").toContain(workers);
  const made = () => new Promise((tell) => setTimeout(() => {
    try {
      tell(new Function("return 'a script'")());
    } catch (error) {
      tell(error.name);
    }
  }));
  expect(await page.workers()[0].evaluate(made), "in a worker no text becomes a script").toBe("EvalError");

  await page.getByRole("button", { name: "Generate" }).click();
  await expect(page.locator("#chips .chip:not([data-prompt])").first()).toBeAttached();
  await page.locator("#transport").getByRole("button", { name: "Pause", exact: true }).click();
  await expect(page).toHaveTitle(/^Paused at /);
  await page.keyboard.press("F10");
  const inspector = page.locator("#inspector");
  for (const stage of stageNames) {
    await page.evaluate((stage) => document.body.dispatchEvent(new CustomEvent("inspect", { detail: { stage } })), stage);
    await expect(inspector.locator(".inspector-wait"), stage).toHaveText("");
    await inspector.locator("details").evaluateAll((all) => all.forEach((one) => (one.open = true)));
    await drawn(page);
    expect(await refused(), stage).toEqual([]);
  }
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await page.getByLabel("Mermaid text of the diagram").fill(seed);
  await expect(page.locator('.own g.stage[data-id="DecoderStack"]')).toBeAttached();
  expect(await refused()).toEqual([]);

  // What is not in the policy is refused, and HTML keeps only what shapes words.
  const [label, style] = await page.evaluate(() => {
    const element = document.createElement("div");
    element.innerHTML = "<b class='x' onclick='a()'>bold</b><img src=x onerror='globalThis.pwned = 1'><script>1</script>";
    element.setAttribute("style", "color: red");
    return [element.innerHTML, element.style.color];
  });
  expect(label).toBe('<b class="x">bold</b>1');
  expect(style).toBe("");
  expect((await refused()).join()).toContain("style-src");
});
