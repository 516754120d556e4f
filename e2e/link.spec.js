// Links: the page as one, and one as the page, in a browser that has never been here.
import { readFileSync } from "node:fs";
import { decode, encode } from "../web/run/link.js";
import { drawn, expect, generate, openBare, openPage, setting, test, violations } from "./fixtures.js";

const diagram = "flowchart LR\n  %% vitrine: A=prompt, C=select\n  A[The text] --> attention[Look around] --> C[\"{value}\"]\n";

/** What the page shows of a run: every token with its exact probability, the branches, the stop, the view, the settings. */
async function shown(page) {
  await expect(page.locator("#chips")).toHaveAttribute("data-state", /paused|ended/);
  await drawn(page);
  const run = await page.evaluate(() => new Promise((read) => {
    const { click, createObjectURL } = { click: HTMLAnchorElement.prototype.click, createObjectURL: URL.createObjectURL };
    URL.createObjectURL = (blob) => (blob.text().then((text) => {
      Object.assign(URL, { createObjectURL });
      HTMLAnchorElement.prototype.click = click;
      read(JSON.parse(text));
    }), "data:,");
    HTMLAnchorElement.prototype.click = () => {};
    document.body.dispatchEvent(new CustomEvent("runsave", { detail: "json" }));
  }));
  const inspector = page.locator("#inspector");
  return {
    run: { ...run, stands: run.stands && { ...run.stands, reason: "" }, branches: run.branches.map(({ id, parent, ...branch }) => branch) },
    status: await page.locator("#status").textContent(),
    prompt: await page.locator("#prompt").inputValue(),
    settings: await page.locator("#sampling-view").getByRole("textbox").evaluateAll((fields) => fields.filter(({ name }) => name !== "seed").map(({ value }) => value)),
    breakpoints: await page.locator("#drawer ol.breakpoints").locator("select, input").evaluateAll((fields) => fields.map(({ value }) => value)),
    inspector: (await inspector.isVisible()) ? [await inspector.locator("h2").first().textContent(), await inspector.locator("select, input").evaluateAll((fields) => fields.map(({ value }) => value))] : null,
    diagram: await page.locator("#diagram-place svg").first().evaluate((svg) => [...svg.querySelectorAll("g.stage")].map(({ dataset }) => [dataset.id, dataset.state])),
  };
}

/** The link that the share dialog offers. */
async function shared(page) {
  await page.getByRole("button", { name: "Share", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Share" });
  const link = await dialog.getByRole("region", { name: "Link", exact: true }).textContent();
  return { dialog, link };
}

/** Opens an address in a browser that has never been here. */
async function fresh(browser, address, how = () => {}) {
  const context = await browser.newContext({ serviceWorkers: "block" });
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await how(page);
  await page.goto(address);
  return { page, errors, close: () => context.close() };
}

test("a link opened in a fresh profile shows the same run: ids, probabilities, branches, stop, view and settings", async ({ page, browser }) => {
  test.slow(); // two pages, and two runs on each
  await openPage(page, { settings: {} });
  await page.locator("#prompt").fill("Once upon a time");
  await setting(page, { temperature: 0.9, topK: 30, maxTokens: 7 });
  await page.locator("#setting-stop").fill("\\n\\n");
  await generate(page);
  // Another token at the fourth step, on a branch of its own; then back into the middle of an earlier pass.
  await page.evaluate(() => document.body.dispatchEvent(new CustomEvent("choose", { detail: { position: 7, id: 11 } })));
  await expect(page.locator("#drawer-buttons")).toContainText("Branches 2");
  await expect(page.locator("#chips")).toHaveAttribute("data-state", "ended");
  await page.evaluate(() => document.body.dispatchEvent(new CustomEvent("breakpoints", { detail: [{ stage: "mlp", layer: 1, condition: "max > 100" }] })));
  await page.evaluate(() => document.body.dispatchEvent(new CustomEvent("head", { detail: { head: 1 } })));
  await page.evaluate(() => document.body.dispatchEvent(new CustomEvent("goto", { detail: { position: 6, layer: 2, stage: "attention.mask" } })));
  await expect(page.locator("#chips")).toHaveAttribute("data-state", "paused");
  await page.evaluate(() => document.body.dispatchEvent(new CustomEvent("inspect", { detail: { stage: "attention", layer: 1, position: 5 } })));
  await page.evaluate((text) => document.body.dispatchEvent(new CustomEvent("diagramtext", { detail: { text } })), diagram);
  await expect(page.locator('.own g.stage[data-id="attention"]')).toBeAttached();

  const { link } = await shared(page);
  await page.keyboard.press("Escape");
  const before = await shown(page);
  expect(before.run.tokens.length).toBe(3);
  expect(before.breakpoints).toEqual(expect.arrayContaining(["mlp", "max > 100"]));
  expect(before.settings).toContain("\\n\\n");
  expect(before.inspector).not.toBe(null);
  expect(before.diagram.map(([id]) => id)).toEqual(["A", "attention", "C"]);
  expect(before.run.branches.map(({ tokens }) => tokens.length)).toEqual([7, 7]);

  const other = await fresh(browser, link);
  await expect(other.page.locator("#inspector")).toBeVisible();
  await expect(other.page.locator("#chips .chip")).toHaveCount(await page.locator("#chips .chip").count());
  const after = await shown(other.page);
  expect(after).toEqual(before);
  expect(await other.page.evaluate(() => localStorage.getItem("vitrine.prompt")), "what is remembered").toBe(null);
  expect(other.errors).toEqual([]);
  // And it goes on as this one does.
  for (const one of [page, other.page]) {
    await one.keyboard.press("F8");
    await expect(one.locator("#chips")).toHaveAttribute("data-state", "ended");
  }
  expect((await shown(other.page)).run).toEqual((await shown(page)).run);
  await other.close();
});

test("a run that has ended is repeated to its end, past its breakpoints, with what it switched", async ({ page, site, browser }) => {
  await openPage(page, { settings: {} });
  const state = { model: "tiny", prompt: "What is the capital of France?", seed: 5, maxTokens: 4, switches: [{ off: "mlp", layer: 2 }], breakpoints: [{ stage: "mlp" }], stands: { tokens: 4, ended: true } };
  const expected = await page.evaluate(async ({ prompt, seed, maxTokens, switches }) => {
    const { createEngine } = await import(new URL("vitrine.js", location.href).href);
    const engine = await createEngine();
    const tokens = [];
    for await (const event of engine.generate(prompt, { seed, maxTokens, switches, temperature: 0.7, topK: 40, topP: 0.95 })) if (event.type === "token") tokens.push([event.id, event.probability]);
    return tokens;
  }, state);
  // The same model at another host: it is asked for when the button is pressed that names the host.
  const asked = [];
  const other = await fresh(browser, `${site}#${await encode({ ...state, model: "https://models.example/other.gguf", stands: { tokens: expected.length, ended: true } })}`, (page) =>
    page.context().route("https://models.example/**", (route) => (asked.push(route.request().url()), route.fulfill({ path: "models/vitrine-tiny-q8_0.gguf", headers: { "access-control-allow-origin": "*" } }))));
  const load = other.page.locator("#linked").getByRole("button", { name: "Load it from models.example" });
  await expect(load).toBeVisible();
  await expect(other.page.locator('g[data-id="L"]'), "the site's own model").toBeAttached();
  expect(asked).toEqual([]);
  await load.click();
  await expect(other.page.locator("#chips")).toHaveAttribute("data-state", "ended");
  expect(asked.length).toBeGreaterThan(0);
  const { run } = await shown(other.page);
  expect(run.tokens.map(({ id, probability }) => [id, probability])).toEqual(expected);
  expect(run.switches).toEqual(state.switches);
  await expect(other.page.locator("#linked")).toBeHidden();
  await other.close();
});

test("a damaged link says so and opens what it can; one of another host asks; one over something typed asks", async ({ page, site, requests }) => {
  const good = await encode({ model: "tiny", prompt: "Once upon a time", seed: 9, diagram: Array.from({ length: 90 }, (_, i) => `n${i * 7919} --> m${i * 104729}`).join("\n") });
  await openPage(page, { address: `./#${good.slice(0, good.length / 2)}` });
  const note = page.locator("#linked");
  await expect(note).toContainText("damaged or cut off");
  await expect(note).toContainText("cannot read the diagram");
  await expect(page.locator("#prompt")).toHaveValue("Once upon a time");
  await expect(page.locator("#setting-seed")).toHaveValue("9");
  expect(await violations(page, "#linked")).toEqual([]);

  const go = (fragment) => page.evaluate((fragment) => (location.hash = fragment), fragment);
  await go("v1.AAAA");
  await expect(note).toContainText("The page opened nothing from the link.");
  await expect(page.locator("#prompt")).toHaveValue("Once upon a time");

  // Nothing was typed: the next one opens.
  await go(await encode({ model: "https://models.example/gpt2.gguf", prompt: "<b>Bold</b>", seed: 1, stands: { tokens: 2, ended: true } }));
  await expect(page.locator("#prompt")).toHaveValue("<b>Bold</b>");
  await expect(note.getByRole("button", { name: "Load it from models.example" })).toBeVisible();
  await go(await encode({ model: "nobody", prompt: "Hello", seed: 1, stands: { tokens: 2, ended: true } }));
  await expect(note).toContainText("the model nobody, which this site does not have");
  await expect(page.locator("#generate")).toHaveAttribute("data-running", "false");
  expect(requests.filter((url) => url.includes("example"))).toEqual([]);

  await page.locator("#prompt").fill("Mine");
  await go(await encode({ prompt: "Theirs" }));
  await expect(note).toContainText("It replaces what you wrote");
  await expect(page.locator("#prompt")).toHaveValue("Mine");
  await note.getByRole("button", { name: "Stay here" }).click();
  await expect(note).toBeHidden();
  await expect(page.locator("#prompt")).toHaveValue("Mine");
  await go(await encode({ prompt: "Theirs again" }));
  await note.getByRole("button", { name: "Open the link" }).click();
  await expect(page.locator("#prompt")).toHaveValue("Theirs again");
});

test("share copies each form with one press, and saves the run; the frame runs it too", async ({ page, context, site, browser }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await openPage(page, { settings: { seed: "4", maxTokens: "3" } });
  await page.locator("#prompt").fill('Say "hi" & <go>');
  await generate(page);
  const position = (await page.locator("#chips .chip").count()) - 2;
  await page.evaluate((detail) => document.body.dispatchEvent(new CustomEvent("choose", { detail })), { position, id: 11 });
  await expect(page.locator("#drawer-buttons")).toContainText("Branches 2");
  await expect(page.locator("#chips")).toHaveAttribute("data-state", "ended");
  const { dialog, link } = await shared(page);
  expect(await violations(page, ".share-dialog")).toEqual([]);
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  const copied = {};
  for (const button of await dialog.getByRole("button", { name: /^Copy: / }).all()) {
    const form = await button.getAttribute("data-form");
    await button.click();
    await expect(dialog.getByRole("status")).toContainText("copied.");
    await expect(button).toContainText("Copied");
    copied[form] = await clipboard();
  }
  expect(Object.keys(copied)).toEqual(["link", "frame", "element", "jekyll", "hugo", "markdown", "mermaid", "picture"]);
  expect(copied.link).toBe(link);
  const { state, problems } = await decode(link.split("#")[1]);
  expect(problems).toEqual([]);
  expect(state).toMatchObject({ model: "tiny", prompt: 'Say "hi" & <go>', seed: 4, maxTokens: 3, stands: { tokens: 3, ended: true }, forced: [[position, 11]] });
  const frame = await (await openBare(page)).evaluate((html) => Object.fromEntries([...new DOMParser().parseFromString(html, "text/html").querySelector("iframe").attributes].map(({ name, value }) => [name, value])), copied.frame);
  expect(frame).toEqual({ src: `${site}v1/embed.html#${link.split("#")[1]}`, width: "100%", height: "771", loading: "lazy", title: expect.stringContaining('Say "hi" & <go>'), allow: "fullscreen" });
  const embed = await fresh(browser, frame.src);
  await expect(embed.page.locator("vitrine-pipeline textarea")).toHaveValue('Say "hi" & <go>');
  const { ids } = await embed.page.locator("vitrine-pipeline").evaluate((element) => element.run({ pace: 0 }));
  await embed.page.goto(frame.src.slice(0, -9));
  await embed.page.reload();
  await expect(embed.page.locator("vitrine-pipeline [part=problems]").first()).toContainText("damaged");
  expect(embed.errors).toEqual([]);
  await embed.close();
  expect(copied.mermaid).toMatch(/^flowchart|^---/);

  const [transcript] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("button", { name: "Transcript" }).click()]);
  const text = readFileSync(await transcript.path(), "utf8");
  expect(text).toContain('Prompt: "Say "hi" & <go>"');
  expect(text).toContain(`Link: ${link}`);
  const [file] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("button", { name: "Run (JSON)" }).click()]);
  const run = JSON.parse(readFileSync(await file.path(), "utf8"));
  expect(run).toMatchObject({ format: "vitrine.run", version: 1, link, finishReason: "length", settings: { seed: 4 } });
  expect(ids[1], "as it was chosen").toBe(11);
  expect(ids, "the frame's").toEqual(run.tokens.map(({ id }) => id));
  for (const { id, probability } of run.tokens) expect(text).toMatch(new RegExp(`\\b${id} +${Number(probability.toPrecision(9))}`));
});
