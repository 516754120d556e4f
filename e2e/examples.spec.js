// The examples, as they lie in the built site, and what they show: texts that lead an element, and the way to the whole page.
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findProgram } from "./chromium.js";
import { elsewhere, expect, serve, test, violations } from "./fixtures.js";

const read = (/** @type {string} */ name) => readFileSync(name, "utf8");

/** Keeps what an element says of its runs in `heard`. */
const hear = (page, at) => page.locator(at).evaluate((element) => {
  globalThis.heard = { paused: [], done: [] };
  for (const type of Object.keys(heard)) element.addEventListener(type, ({ detail }) => heard[type].push(detail));
});

/** Scrolls until the text with this stage is in the middle of the window. */
const readAt = (page, stage) => page.locator(`[data-vitrine-step*='"${stage}"']`).evaluate((text) => text.scrollIntoView({ block: "center" }));

test.describe("the blog", () => {
  // Chromium says it of a sandbox whose frame is of the page's own origin, as here; at another address it is not.
  test.use({ expectedErrors: [/allow-scripts and allow-same-origin/] });

  test("its texts lead the recording, then the run, down and back", async ({ page, requests }) => {
    await page.goto("examples/blog/");
    const machine = page.locator("vitrine-pipeline#machine");
    const marked = machine.locator('g[aria-selected="true"]:not(.cluster)');
    for (const [stage, node] of [["tokenize", "B"], ["attention.mask", "O4"], ["select", "L"], ["attention.mask", "O4"]]) {
      await readAt(page, stage);
      await expect(marked).toHaveAttribute("data-id", node);
      await expect(marked).toBeInViewport();
      await expect(page.locator("[data-vitrine-now]")).toHaveCount(1);
    }
    await page.locator("#tokens").scrollIntoViewIfNeeded();
    await expect(marked).toHaveCount(0);
    expect(requests.filter((url) => /wasm|gguf|worker/.test(url)), "nothing has started").toEqual([]);

    await readAt(page, "mlp");
    await hear(page, "#machine");
    await machine.getByRole("button", { name: /^Run \(/ }).click();
    await expect.poll(() => page.evaluate(() => heard.done.length), { timeout: 40_000 }).toBe(1);
    for (const [stage, layer, node] of [["attention.mask", 2, "O4"], ["tokenize", -1, "B"], ["select", -1, "L"], ["mlp", 2, "G4"]]) {
      await readAt(page, stage);
      await expect.poll(() => page.evaluate(() => heard.paused.at(-1))).toMatchObject({ reason: "goto", stage, layer, step: 0 });
      await expect(machine.locator(`g[data-id="${node}"]`)).toHaveAttribute("aria-current", "step");
    }
    await expect(machine.locator(".note")).toContainText("layer 3 of 6");

    // On a phone the texts go by under the machine.
    await page.setViewportSize({ width: 360, height: 740 });
    await page.locator("#inside").scrollIntoViewIfNeeded();
    await page.locator('[data-vitrine-step*="distribution"]').evaluate((text) => text.scrollIntoView({ block: "end" }));
    await expect(page.locator("[data-vitrine-now]")).toContainText("An answer for each word");
    const [text, bottom] = await page.evaluate(() => [".steps [data-vitrine-now]", ".figure"].map((at, i) => document.querySelector(at).getBoundingClientRect()[i ? "bottom" : "top"]));
    expect(text, "it is not covered").toBeGreaterThan(bottom);
  });

  test("its diagram is the author's, verbatim; each element and the frame run; axe finds nothing", async ({ page }) => {
    const seed = read("web/mermaid/own/seed.mmd");
    await page.goto("examples/blog/");
    const text = await page.evaluate(async () => new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html").querySelector("code.language-mermaid").textContent);
    expect(text.trimEnd()).toBe(seed.trimEnd());
    const own = page.locator("vitrine-pipeline[data-diagram]");
    await own.scrollIntoViewIfNeeded();
    await expect(own.locator('g.stage[data-id="DecoderStack"]')).toBeAttached();
    await page.locator("#frame-of-vitrine").scrollIntoViewIfNeeded();
    const frame = page.frameLocator("#frame-of-vitrine");
    await expect(frame.getByRole("button", { name: /^Run \(/ })).toBeVisible();
    await expect.poll(() => page.locator("#frame-of-vitrine").evaluate((frame) => frame.style.height)).toMatch(/^\d+px$/);

    await frame.getByRole("button", { name: /^Run \(/ }).click();
    await own.evaluate((element) => element.run({ maxTokens: 2, pace: 0 }));
    await own.scrollIntoViewIfNeeded();
    await expect(own.locator('g.stage[data-id="L"]')).toHaveAttribute("data-state", /done|hot/);
    await page.evaluate(() => Promise.all([...document.querySelectorAll("vitrine-tokens, vitrine-next, vitrine-attention")].map((element) => element.run())));
    await page.locator("vitrine-next").scrollIntoViewIfNeeded();
    await expect(page.locator("vitrine-next li").first()).toContainText("Paris");
    await page.locator("vitrine-attention").scrollIntoViewIfNeeded();
    await expect(page.locator("vitrine-attention td").first()).toHaveText("100");
    await expect(frame.locator(".next li")).toHaveCount(6);
    expect(await violations(page)).toEqual([]);
  });
});

/** Where Jekyll and Hugo have what a post needs, and how they are told to make the blog of a folder. */
const engines = {
  jekyll: {
    template: "_includes/vitrine.html", post: "_posts/2026-01-01-live.md", call: /\{% include vitrine\.html (.*) %\}/,
    layout: "_layouts/default.html", content: "{{ content }}", build: ["build", "--quiet"], page: "_site/2026/01/01/live.html",
    value: (template, name, value) => template.replace(`{{ include.${name} }}`, value),
  },
  hugo: {
    template: "layouts/shortcodes/vitrine.html", post: "content/posts/live.md", call: /\{\{< vitrine (.*) >\}\}/,
    layout: "layouts/_default/single.html", content: "{{ .Content }}", build: ["--quiet"], page: "public/posts/live/index.html",
    value: (template, name, value) => template.replace(new RegExp(`\\{\\{ \\.Get "${name}"[^}]*\\}\\}`), value),
  },
};

/** What an engine makes of its post: by itself where it is installed, else the template with what the post gives it. */
function blogOf(name) {
  const { template, post, call, layout, content, build, page, value } = engines[name];
  const snippet = read(`examples/${name}/${template}`);
  expect(read("docs/share.md"), name).toContain(snippet);
  const around = `<!doctype html><html lang="en"><title>A post</title><link rel="icon" href="data:,"><main><h1>A post</h1>${content}</main>`;
  const program = findProgram([name], []);
  test.info().annotations.push({ type: name, description: program ?? "not installed: its template is filled in here" });
  if (!program) {
    const [, given] = read(`examples/${name}/${post}`).match(call);
    return around.replace(content, [...given.matchAll(/(\w+)="([^"]*)"/g)].reduce((html, [, key, told]) => value(html, key, told), snippet));
  }
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  cpSync(`examples/${name}`, folder, { recursive: true });
  mkdirSync(dirname(join(folder, layout)), { recursive: true });
  writeFileSync(join(folder, layout), around);
  writeFileSync(join(folder, "config.toml"), 'baseURL = "http://localhost/"\n');
  execFileSync(program, build, { cwd: folder });
  const html = read(join(folder, page));
  rmSync(folder, { recursive: true });
  return html;
}

test("five lines are enough, and so is what Jekyll and Hugo write", async ({ page }) => {
  expect(read("examples/minimal.html").trim().split("\n")).toHaveLength(5);
  await page.goto("examples/minimal.html");
  const { text } = await page.locator("vitrine-pipeline").evaluate((element) => element.run({ pace: 0, maxTokens: 8 }));
  expect(text).toContain("Paris");
  expect(await violations(page)).toEqual([]);
  for (const engine of /** @type {const} */ (["jekyll", "hugo"])) {
    const body = blogOf(engine);
    expect(body).not.toMatch(/\{|\}/);
    await page.route("**/post.html", (route) => route.fulfill({ contentType: "text/html", body }));
    await page.goto("post.html");
    const inner = page.frameLocator("iframe");
    await inner.getByRole("button", { name: /^Run \(/ }).click();
    await expect(inner.locator(".chips"), engine).toContainText("Paris", { timeout: 40_000 });
  }
});

test("Open in Vitrine opens the whole page with the same run, standing at the same place", async ({ page, context }) => {
  await page.goto("examples/minimal.html");
  const element = page.locator("vitrine-pipeline");
  await element.locator("textarea").fill("The little <b>dog");
  await element.evaluate(async (element) => {
    for (const [name, value] of Object.entries({ temperature: "0.9", seed: "5", "max-tokens": "3", stage: "mlp", layer: "4", breakpoints: "select" })) element.setAttribute(name, value);
    globalThis.stood = new Promise((resolve) => element.addEventListener("paused", ({ detail }) => detail.reason === "goto" && resolve(detail)));
    element.run({ pace: 0 });
    await stood;
  });
  const link = element.getByRole("link", { name: "Open in Vitrine" });
  const opens = context.waitForEvent("page");
  await link.focus();
  await link.press("Enter");
  const whole = await opens;
  expect(new URL(whole.url()).pathname).toBe("/");
  expect(whole.url()).toContain("/#v1.");
  await expect(whole.getByRole("textbox", { name: "Prompt" })).toHaveValue("The little <b>dog");
  await expect(whole.locator('g[data-id="G4"]')).toHaveAttribute("aria-current", "step", { timeout: 40_000 });
  await expect(whole.locator("#setting-seed")).toHaveValue("5");
  const values = (/** @type {import("@playwright/test").Locator} */ at) => at.locator('g[data-id="G4"] .value').textContent();
  await expect(whole.locator("#status")).toContainText("Paused");
  const there = await values(whole.locator("#diagram-place"));
  await page.bringToFront(); // a page behind another one draws nothing
  await element.scrollIntoViewIfNeeded();
  await expect.poll(() => values(element)).toBe(there);
});

elsewhere("texts of another site lead the element also where a frame has taken its place; wrong steps are said", async ({ page, site }) => {
  const server = createServer((_, response) => response.writeHead(200, { "Content-Type": "text/html" }).end(`<!doctype html><html lang="en"><title>A post</title>
    <vitrine-pipeline id="it" temperature="0" max-tokens="2" pace="0"></vitrine-pipeline>
    <p data-vitrine-for="it" data-vitrine-step='{"stage":"ln2","layer":1}' style="margin: 100vh 0">Second layer</p>
    <p data-vitrine-for="it" data-vitrine-step='{"stage":"<img src=x onerror=pwned=1>"}'>Wrong</p>
    <script type="module" src="${site}v1/embed.js"></script>`)).listen(0, "localhost");
  await once(server, "listening");
  const warned = page.waitForEvent("console", (message) => message.type() === "warning");
  await page.goto(`http://localhost:${server.address().port}/`);
  expect((await warned).text()).toContain('"stage" is not one of its names');
  await hear(page, "#it");
  await page.locator("#it").getByRole("button", { name: /^Run \(/ }).click();
  await expect.poll(() => page.evaluate(() => heard.done.length), { timeout: 40_000 }).toBe(1);
  await readAt(page, "ln2");
  await expect.poll(() => page.evaluate(() => heard.paused.at(-1))).toMatchObject({ reason: "goto", stage: "ln2", layer: 1, node: "G3" });
  expect(await page.evaluate(() => globalThis.pwned)).toBeUndefined();
  server.close();
});

test.describe("without a network", () => {
  test.use({ serviceWorkers: "allow" });

  test("after one visit to the page the examples run", async ({ context }) => {
    const { url, stop } = await serve("dist");
    const page = await context.newPage();
    await page.goto(url);
    await expect(page.locator("#hosting-kept")).toContainText("works without a network", { timeout: 40_000 });
    await stop();
    await context.setOffline(true);
    await page.goto(`${url}examples/blog/`);
    const { ids } = await page.locator("vitrine-tokens").evaluate((element) => element.run());
    expect(ids.length).toBeGreaterThan(4);
    await page.goto(`${url}examples/minimal.html`);
    const { text } = await page.locator("vitrine-pipeline").evaluate((element) => element.run({ pace: 0, maxTokens: 8 }));
    expect(text).toContain("Paris");
  });
});
