// The elements on other people's pages: what they load, that they run, and what they do not let in or out.
import { once } from "node:events";
import { createServer } from "node:http";
import { TRAP } from "./faults.js";
import { elsewhere, expect, test, violations } from "./fixtures.js";
import { hostile } from "./own/diagrams.js";

const LIMIT = 60_000; // bytes, compressed, before Run

const host = (body, script = "v1/embed.js") => `<!doctype html><html lang="en" style="font-size: 10px"><meta charset="utf-8"><title>A post</title><link rel="icon" href="data:,">
  <style>body { font: 20px/2 serif; letter-spacing: 2px } p, button, div { color: red; text-transform: uppercase }</style>
  <main><h1>A post</h1>${body}</main><script type="module" src="${script}"></script>`;

/** Opens a page of the site that has these elements. */
async function open(page, body, headers = {}) {
  await page.route("**/post.html", (route) => route.fulfill({ contentType: "text/html", headers, body: host(body) }));
  await page.goto("post.html");
  await expect(page.locator("vitrine-pipeline g.stage").first()).toBeAttached();
}

/** What stands in the diagram, by node, and in the chips. */
const shown = (page, at = "vitrine-pipeline") =>
  page.locator(at).evaluate(({ shadowRoot }) => ({
    cards: Object.fromEntries([...shadowRoot.querySelectorAll("g.stage")].map((group) => [group.dataset.id, [group.querySelector(".value").textContent, group.dataset.state]])),
    chips: [...shadowRoot.querySelectorAll(".chip")].map((chip) => `${chip.textContent} ${chip.style.getPropertyValue("--p")}`),
  }));

/** Keeps the details of an element's events in `heard`. */
const hear = (page, at = "vitrine-pipeline") =>
  page.locator(at).evaluate((element) => {
    globalThis.heard = { stage: [], token: [], paused: [], done: [] };
    for (const type of Object.keys(heard)) document.addEventListener(type, (event) => event.target === element && heard[type].push(event.detail));
  });

test("a recording stands there for 60 KB, and Enter on it computes the same, live", async ({ page, requests }) => {
  const sizes = [];
  page.on("requestfinished", async (request) => sizes.push((await request.sizes()).responseBodySize));
  await open(page, `<vitrine-pipeline seed="1" max-tokens="24" pace="0"></vitrine-pipeline>`);
  await expect(page.getByText("A recording: the model tiny wrote this")).toContainText(/Run loads the model \(6\.\d MB\)/);
  await expect(page.getByRole("button", { name: /^Run \(6\.\d MB\)$/ })).toBeVisible();
  await expect(page.locator("vitrine-pipeline .chip")).toHaveCount(28);
  await page.waitForLoadState("networkidle");
  const before = [...requests];
  expect(before.filter((url) => /wasm|gguf|mermaid|worker|vitrine\.js/.test(url))).toEqual([]);
  expect(sizes.reduce((sum, size) => sum + size, 0), "bytes before Run").toBeLessThan(LIMIT);
  expect(await violations(page, "vitrine-pipeline")).toEqual([]);
  const recorded = await shown(page);

  await hear(page);
  await page.locator('vitrine-pipeline g[data-id="A"]').press("Enter");
  await expect.poll(() => page.evaluate(() => heard.done.length), { timeout: 40_000 }).toBe(1);
  expect(requests.filter((url) => /mermaid/.test(url)), "ours needs no Mermaid").toEqual([]);
  await expect(page.getByText("Live: the model tiny runs in your browser.")).toBeVisible();
  await expect.poll(() => shown(page)).toEqual(recorded);
  const { stages, tokens, done } = await page.evaluate(() => ({ stages: [...new Set(heard.stage.map(({ stage, node }) => `${stage} ${node}`))], tokens: heard.token.map(({ node, piece }) => [node, piece]), done: heard.done[0] }));
  expect(stages).toContain("prompt A");
  expect(stages).toContain("attention.mask O4");
  expect(stages).toContain("layers DecoderStack");
  expect(tokens).toHaveLength(24);
  expect(tokens[0]).toEqual(["M", ","]);
  expect(done).toMatchObject({ finishReason: "length", stage: "generation", node: "N1" });
  expect(await violations(page, "vitrine-pipeline")).toEqual([]);
});

test("two elements have one engine and one download, each a run of its own; one stands where its attributes say", async ({ page, requests }) => {
  await open(page, `<vitrine-pipeline id="one" prompt="Once upon a time" temperature="0" max-tokens="3" pace="0"></vitrine-pipeline>
    <vitrine-pipeline id="two" prompt="The little dog" temperature="0" max-tokens="2" pace="0" stage="attention.mask" layer="2" head="1" hide="transport"></vitrine-pipeline>`);
  await hear(page, "#two");
  const [one] = await page.evaluate(() => Promise.all([document.querySelector("#one").run(), void document.querySelector("#two").run()]));
  expect(one.ids).toHaveLength(3);
  await expect.poll(() => page.evaluate(() => heard.paused.at(-1))).toMatchObject({ reason: "goto", stage: "attention.mask", layer: 2, node: "O4" });
  await expect(page.locator("#two .note")).toContainText("The machine is paused at Attention: causal mask, softmax, layer 3 of 6");
  const marked = () => page.locator('#two g[aria-current="step"]').evaluateAll((all) => all.map(({ dataset }) => dataset.id));
  const before = await marked(); // it is drawn once for its model
  await page.evaluate(() => document.querySelector("#two").step());
  await expect.poll(() => page.evaluate(() => heard.paused.at(-1))).toMatchObject({ stage: "attention.mix", node: "O3" });
  await page.waitForTimeout(800); // the longest rest between two drawings
  expect(await marked(), "out of sight it draws nothing").toEqual(before);
  await page.locator("#two").scrollIntoViewIfNeeded();
  await expect(page.locator('#two g[data-id="O3"]')).toHaveAttribute("aria-current", "step");
  await expect(page.locator('#two g[data-id="O4"] .value')).toContainText("→");
  await expect(page.locator('#two g[data-id="O4"] .caption')).toContainText("head 2");
  await expect(page.locator("#two .transport")).toBeHidden();
  await page.locator("#one").evaluate((element) => element.remove());
  await page.evaluate(() => document.querySelector("#two").step());
  await expect.poll(() => page.evaluate(() => heard.paused.at(-1))).toMatchObject({ stage: "residual1", node: "G2" });
  const two = await page.evaluate(() => document.querySelector("#two").run());
  expect(two.ids).toHaveLength(2);
  for (const what of [/\.gguf$/, /\.wasm$/, /\/worker-\w+\.js$/]) expect(requests.filter((url) => what.test(url)), String(what)).toHaveLength(1);
  expect(page.workers()).toHaveLength(1);
  await page.locator("#two").evaluate((element) => element.remove());
  await expect.poll(() => page.workers().length, "with the last element the engine goes").toBe(0);
});

test("elements whose engine has died run again, with another one", async ({ page }) => {
  await open(page, `<vitrine-pipeline id="one" prompt="Once upon a time" temperature="0" max-tokens="3" pace="20"></vitrine-pipeline>
    <vitrine-pipeline id="two" prompt="The little dog" temperature="0" max-tokens="2" pace="0"></vitrine-pipeline>`);
  const [one, two] = ["#one", "#two"].map((id) => page.locator(id));
  await hear(page, "#one");
  await one.getByRole("button", { name: /^Run \(/ }).click();
  await expect.poll(() => page.evaluate(() => heard.stage.length), { timeout: 40_000 }).toBeGreaterThan(20);
  await page.workers()[0].evaluate((trap) => void setTimeout(() => new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(trap))).exports.f()), TRAP);
  await expect(one.locator(".note"), "during a run").toContainText("The run failed.");
  await one.evaluate((element) => element.setAttribute("pace", "0"));
  await one.getByRole("button", { name: "Run again" }).click();
  await expect.poll(() => page.evaluate(() => heard.done.length), { timeout: 40_000 }).toBe(1);
  await expect(one.locator(".note")).toContainText("Live: the model tiny runs");

  await two.evaluate((element) => element.run());
  expect(page.workers()).toHaveLength(1);
  await page.workers()[0].evaluate(() => void setTimeout(() => { throw new Error("oops"); }));
  for (const element of [one, two]) await expect(element.locator(".note"), "between two").toContainText("The run failed.");
  const both = await page.evaluate(() => Promise.all([...document.querySelectorAll("vitrine-pipeline")].map((element) => element.run({ maxTokens: 2 }))));
  expect(both.map((result) => result?.ids.length)).toEqual([2, 2]);
  expect(page.workers(), "they share it").toHaveLength(1);
});

test("attributes that are set later count from the next run", async ({ page, requests }) => {
  await open(page, `<vitrine-pipeline prompt="Once upon a time" temperature="0" max-tokens="2" pace="0"></vitrine-pipeline><vitrine-tokens prompt="Once"></vitrine-tokens>`);
  const element = page.locator("vitrine-pipeline");
  const tokens = page.locator("vitrine-tokens");
  const set = (at, attributes) => at.evaluate((element, attributes) => Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value)), attributes);
  const others = () => requests.filter((url) => /\.gguf\?other$/.test(url)).length;
  const read = () => page.evaluate(() => heard.stage.findLast(({ stage }) => stage === "prompt").detail.text);
  await hear(page);
  await set(element, { prompt: "The little dog" });
  await expect(element.locator("textarea"), "before the first run").toHaveValue("The little dog");
  await element.evaluate((element) => element.run());
  expect(await read()).toBe("The little dog");

  await set(element, { prompt: "My cat", head: "3", breakpoints: "attention.mask@2", "max-tokens": "1" });
  await element.evaluate((element) => void element.run());
  await expect.poll(() => page.evaluate(() => heard.paused.at(-1))).toMatchObject({ reason: "breakpoint", stage: "attention.mask", layer: 2 });
  expect(await read()).toBe("My cat");
  await expect(element.locator('g[data-id="O4"] .caption')).toContainText("head 4");
  await element.evaluate((element) => element.run());

  await set(element, { breakpoints: "[", model: "models/vitrine-tiny-q8_0.gguf?other" });
  await expect(element.getByRole("button", { name: /^Run \(6\.\d MB\)$/ })).toBeVisible();
  await expect(element.locator(".note")).toContainText("Run loads the model (6.");
  expect(await element.evaluate((element) => element.run()), "breakpoints that are none").toBeNull();
  await expect(element.locator(".note")).toContainText("The run failed. The attribute breakpoints is no JSON");
  await set(element, { breakpoints: "" });
  expect(others(), "how large it is").toBe(1);
  expect(await element.evaluate(async (element) => (await element.run()).ids.length)).toBe(1);
  expect(others()).toBeGreaterThan(1);
  await expect(element.getByRole("button", { name: "Run again" })).toBeVisible();

  await tokens.scrollIntoViewIfNeeded();
  await tokens.evaluate((element) => element.run());
  await set(tokens, { prompt: "Once upon" });
  await expect(tokens.locator(".chip")).toHaveText(["Once", " upon"]);
  const before = others();
  await set(tokens, { model: "models/vitrine-tiny-q8_0.gguf?other", prompt: "Once" });
  await expect(tokens.getByRole("button", { name: /^Run \(\d\.\d MB\)$/ })).toBeVisible();
  expect(others(), "typing loads nothing").toBe(before);
  await tokens.evaluate((element) => element.run());
  await expect(tokens.locator(".chip")).toHaveText(["Once"]);
  expect(others()).toBe(before + 1);
});

test("a place that is asked for while the model loads is gone to, and one that is not there is forgotten", async ({ page }) => {
  await open(page, `<vitrine-pipeline prompt="Once upon a time" temperature="0" max-tokens="3" pace="0"></vitrine-pipeline>`);
  const note = page.locator("vitrine-pipeline .note");
  const goTo = (where) => page.locator("vitrine-pipeline").evaluate((element, where) => element.goto(where), where);
  const stopped = () => page.locator("vitrine-pipeline").evaluate((element) => Promise.all([element.run(), element.goto({ stage: "mlp" }), element.stop()]));
  expect(await stopped(), "of a run that is stopped").toEqual([null, undefined, undefined]);
  await hear(page);
  await page.locator("vitrine-pipeline").evaluate(async (element) => {
    element.run();
    element.goto({ stage: "tokenize" });
    await element.goto({ stage: "mlp", layer: 2 });
  });
  await expect.poll(() => page.evaluate(() => heard.paused.at(-1))).toMatchObject({ reason: "goto", stage: "mlp", layer: 2, step: 0 });
  await expect(note).toContainText("The machine is paused at");
  await goTo({ stage: "mlp", layer: 11 });
  await expect(note).toContainText("The run failed.");
  await goTo({ stage: "mlp", layer: 3 });
  await expect(note).toContainText("layer 4 of 6");
});

test("keys that are typed in an element stay there; B sets a breakpoint, and only the keys that work are announced", async ({ page }) => {
  await open(page, `<vitrine-pipeline prompt="Once upon a time" temperature="0" max-tokens="2" pace="0"></vitrine-pipeline>`);
  const keys = () => page.evaluate(() => globalThis.keys.splice(0));
  await page.evaluate(() => {
    globalThis.keys = [];
    for (const type of ["keydown", "keypress", "keyup"]) document.addEventListener(type, ({ key, defaultPrevented }) => globalThis.keys.push(`${type} ${key} ${defaultPrevented}`));
  });
  const description = () => page.locator("vitrine-pipeline .diagram").getAttribute("aria-description");
  expect(await description(), "of a picture").not.toMatch(/\bB\b/);
  await page.locator("textarea").click();
  await page.keyboard.type("n p b");
  await expect(page.locator("textarea")).toHaveValue(/n p b/);
  expect(await keys()).toEqual([]);

  await hear(page);
  await page.locator("vitrine-pipeline").evaluate((element) => element.run());
  await expect.poll(description).toMatch(/Arrow keys .* B sets a breakpoint/);
  expect(await description()).not.toMatch(/Home|Enter/);
  const titles = await page.locator("vitrine-pipeline .transport button[title]").evaluateAll((all) => all.map(({ title }) => title).join(" "));
  expect(titles).toContain("Back one stage");
  expect(titles).not.toMatch(/\(|F10/);
  await page.locator('vitrine-pipeline g[data-id="L"]').press("F10");
  expect(await keys(), "it is the browser's").toEqual(["keydown F10 false", "keyup F10 false"]);
  await page.keyboard.press("ArrowUp");
  await page.locator('vitrine-pipeline g[data-id="L"]').press("b");
  expect((await keys()).filter((key) => key.startsWith("keydown")), "what the element has used").toEqual([]);
  await page.locator("vitrine-pipeline").evaluate((element) => void element.run());
  await expect.poll(() => page.evaluate(() => heard.paused.at(-1))).toMatchObject({ reason: "breakpoint", stage: "select" });
  await page.locator('vitrine-pipeline g[data-id="L"]').press("b");
  await page.locator("vitrine-pipeline").evaluate((element) => element.run());
  expect(await page.evaluate(() => heard.done.length), "taken away again").toBe(2);
});

test("a map that is made out of sight is of its own text", async ({ page }) => {
  await open(page, `<vitrine-pipeline></vitrine-pipeline><div style="height: 300vh"></div><vitrine-attention prompt="The cat sat on the mat" layer="1"></vitrine-attention>`);
  await page.locator("vitrine-attention").evaluate((element) => element.run());
  await page.locator("vitrine-attention").scrollIntoViewIfNeeded();
  await expect(page.locator("vitrine-attention tbody th")).toHaveText(["The", " cat", " sat", " on", " the", " mat"]);
});

test("an author's diagram runs in an element, and its markup runs nothing", async ({ page, requests, expectedErrors }) => {
  expectedErrors.push(/vitrine-pipeline/); // what is wrong with the diagram, for its author
  const text = hostile.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  await open(page, `<vitrine-pipeline prompt="&lt;img src=x onerror='window.pwned=1'>" temperature="0" max-tokens="2" pace="0">${text}</vitrine-pipeline>`);
  await hear(page);
  await page.getByRole("button", { name: /^Run \(/ }).click();
  await expect.poll(() => page.evaluate(() => heard.done.length), { timeout: 40_000 }).toBe(1);
  expect(await page.evaluate(() => heard.stage.filter(({ stage }) => stage === "select").map(({ node }) => node))).toEqual(["select", "select"]);
  await expect(page.locator('vitrine-pipeline g[data-id="prompt"]')).toContainText("<img src=x…");
  const inside = await page.locator("vitrine-pipeline").evaluate(({ shadowRoot }) => [...shadowRoot.querySelectorAll("img, script, iframe, a[href]:not(.open), style, [onclick], [onload], [onerror], math")].map((element) => element.outerHTML));
  expect(inside).toEqual([]);
  expect(await page.evaluate(() => globalThis.pwned)).toBeUndefined();
  expect(requests.filter((url) => /example\.org/.test(url))).toEqual([]);
});

test("an element follows the page's light and dark, takes its properties and parts, and no other style; the wheel stays the page's", async ({ page }) => {
  await open(page, `<style>vitrine-pipeline { --vitrine-ink: rgb(1, 2, 3) } vitrine-pipeline::part(output) { border-top-width: 7px }</style>
    <vitrine-pipeline height="200"></vitrine-pipeline><vitrine-pipeline id="told" theme="light" hide="prompt, output"></vitrine-pipeline>`);
  const [first, told] = [page.locator("vitrine-pipeline").first(), page.locator("#told")];
  await expect(first.locator(".embed")).toHaveCSS("color", "rgb(1, 2, 3)");
  await expect(first.locator(".chips")).toHaveCSS("border-top-width", "7px");
  await expect(first.locator(".chips")).toHaveCSS("letter-spacing", "normal");
  await expect(first.locator(".primary"), "not by the size of the page's root").toHaveCSS("font-size", "14px");
  await expect(first.locator(".picture-place")).toHaveCSS("height", "200px");
  await expect(first).toHaveCSS("color-scheme", "normal");
  await expect(told.locator(".prompt")).toBeHidden();
  await expect(told.locator(".chips")).toBeHidden();
  await page.evaluate(() => (document.body.style.background = "#101014"));
  await expect(first).toHaveAttribute("data-theme", "dark");
  await expect(first).toHaveCSS("color-scheme", "dark");
  await expect(told).toHaveCSS("color-scheme", "light");
  const behind = (background) => page.evaluate((background) => (document.body.style.background = background), background);
  const spaces = { light: ["#fff", "oklch(0.97 0.01 250)", "lab(90 0 0)", "color(srgb 0.9 0.9 0.9)", "hsl(0 0% 90%)"], dark: ["oklch(0.208 0.042 265.755)", "lab(20 0 0)", "color(display-p3 0.1 none 0.1)", "lch(10 5 20)", "oklab(0.2 0 0)"] };
  for (const i of spaces.light.keys()) {
    for (const theme of ["light", "dark"]) {
      await behind(spaces[theme][i]);
      await expect(first, spaces[theme][i]).toHaveAttribute("data-theme", theme);
    }
  }
  await page.evaluate(() => (document.body.style.transition = "background-color 0.3s"));
  await behind("white");
  await expect(first, "after a transition").toHaveAttribute("data-theme", "light");
  await first.evaluate((element) => element.setAttribute("theme", "light"));
  await expect(first).toHaveCSS("color-scheme", "light");
  await first.locator(".diagram").hover();
  await page.mouse.wheel(0, 150);
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(0);
});

test("the styles of the page do not change an author's diagram", async ({ page }) => {
  const sizes = [];
  for (const css of ["", "p { margin: 30px; padding: 9px } p, span, div { letter-spacing: 5px; font: 40px serif; line-height: 3 } .label { border: 9px solid }"]) {
    await page.route("**/post.html", (route) => route.fulfill({ contentType: "text/html", body: host(`<style>${css}</style><vitrine-pipeline>flowchart LR
      prompt["What you say<br/>{value}"] --> select["a longer label {token}"] --> N1["unbound"]</vitrine-pipeline>`) }));
    await page.goto("post.html");
    await expect(page.locator('vitrine-pipeline g.stage[data-id="prompt"]')).toContainText("Once upon a time");
    await expect(page.locator('vitrine-pipeline g.stage[data-id="select"]')).toHaveText(/a longer label ./);
    sizes.push(await page.locator("vitrine-pipeline").evaluate(({ shadowRoot }) => [...shadowRoot.querySelectorAll("svg.own g.node")].map((group) => {
      const { width, height } = group.querySelector("rect").getBBox();
      return [group.dataset.id, group.textContent.trim(), width, height];
    })));
  }
  expect(sizes[0]).toHaveLength(3);
  expect(sizes[1]).toEqual(sizes[0]);
});

test("the next tokens and a head's map are the engine's own", async ({ page, requests }) => {
  const texts = ["The capital of France is", "The little dog wanted to"];
  await page.route("**/post.html", (route) => route.fulfill({ contentType: "text/html", body: host(`<vitrine-next></vitrine-next><vitrine-next id="next" prompt="${texts[0]}"></vitrine-next><vitrine-attention id="map" layer="1" head="2">${texts[1]}</vitrine-attention>`) }));
  await page.goto("post.html");
  await expect(page.locator("vitrine-next").first().locator("li"), "of the recording").toHaveCount(6);
  await expect(page.locator("#next .note")).toContainText("Run loads the model (6.");
  await expect(page.locator("#next li"), "nothing of another text").toHaveCount(0);
  expect(requests.filter((url) => /wasm|gguf/.test(url))).toEqual([]);
  await page.evaluate(() => Promise.all([...document.querySelectorAll("#next, #map")].map((element) => element.run())));
  const wanted = await page.evaluate(async (texts) => {
    const { createEngine } = await import(new URL("vitrine.js", location.href).href);
    const engine = await createEngine();
    const next = engine.generate(texts[0], { maxTokens: 1 });
    await next.result;
    const map = engine.generate(texts[1], { maxTokens: 1 });
    const { promptIds } = await map.result;
    const [{ data }] = await map.inspect("attention.mask", { layer: 1, head: 2, position: promptIds.length - 1 });
    const { rows } = await next.candidates({ count: 5 });
    const n = promptIds.length;
    return { next: rows.map(({ text, probability }) => [text, probability]), map: Array.from({ length: n }, (_, y) => Array.from({ length: n }, (_, x) => (x > y ? "" : String(Math.round(100 * data[y * n + x]))))) };
  }, texts);
  const next = await page.locator("#next li").evaluateAll((rows) => rows.map((row) => [row.firstChild.textContent, Number(row.style.getPropertyValue("--share"))]));
  expect(next.slice(0, 5)).toEqual(wanted.next);
  expect(next.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1, 5);
  const map = await page.locator("#map tbody tr").evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent)));
  expect(map).toEqual(wanted.map);
  expect(await violations(page, "#next", "#map")).toEqual([]);
});

test("tokens need no weights: of the model's file the head is loaded", async ({ page, requests }) => {
  const text = "Unbelievable <b>tokens</b> \u{1F600}";
  const heads = [];
  page.on("requestfinished", async (request) => /\.gguf$/.test(request.url()) && heads.push([request.headers().range, (await request.sizes()).responseBodySize]));
  await page.route("**/post.html", (route) => route.fulfill({ contentType: "text/html", body: host(`<vitrine-tokens></vitrine-tokens><vitrine-tokens id="mine" prompt="${text.replace(/</g, "&lt;")}"></vitrine-tokens>`) }));
  await page.goto("post.html");
  await expect(page.locator("vitrine-tokens").first().locator(".chip"), "of the recording").toHaveCount(4);
  await expect(page.locator("#mine .note")).toHaveText(/Run loads the tokenizer \((1|2)\.\d MB\), without the model's weights/);
  expect(requests.filter((url) => /wasm|gguf/.test(url))).toEqual([]);
  const { ids } = await page.evaluate(() => document.querySelector("#mine").run());
  expect(heads).toEqual([["bytes=0-524287", 524288]]);
  await page.locator("#mine textarea").fill("Once upon");
  await expect(page.locator("#mine .ids")).toHaveText("2 tokens: 7454 2402");
  await expect(page.locator("#mine .chip")).toHaveText(["Once", " upon"]);
  expect(heads, "typing loads nothing").toHaveLength(1);
  expect(await violations(page, "#mine")).toEqual([]);
  const wanted = await page.evaluate(async (text) => {
    const { createEngine } = await import(new URL("vitrine.js", location.href).href);
    return (await (await createEngine()).tokenize(text)).map(({ id }) => id);
  }, text);
  expect(ids).toEqual(wanted);
});

test("where the policy of the page forbids the engine's worker, a frame takes the element's place", async ({ page, expectedErrors }) => {
  expectedErrors.push(/Content Security Policy|violates|Refused/);
  await open(page, `<vitrine-pipeline prompt="Once upon a time" temperature="0" max-tokens="2" pace="0"></vitrine-pipeline>`, { "Content-Security-Policy": "worker-src 'none'" });
  const result = await page.evaluate(() => document.querySelector("vitrine-pipeline").run());
  expect(result.ids).toHaveLength(2);
  await expect(page.frameLocator("vitrine-pipeline iframe").getByText("Live: the model tiny runs")).toBeVisible();
  expect(page.frames()).toHaveLength(2);
});

/** Opens a page at an address of its own. */
async function openAt(page, body, headers = {}) {
  const server = createServer((_, response) => response.writeHead(200, { "Content-Type": "text/html", ...headers }).end(body));
  server.listen(0, "localhost");
  await once(server, "listening");
  page.once("close", () => server.close());
  await page.goto(`http://localhost:${server.address().port}/`);
}

elsewhere("on a page of another origin a frame of ours runs it, also where the page allows scripts and frames of ours alone", async ({ page, site }) => {
  const origin = new URL(site).origin;
  await openAt(page, host(`<vitrine-pipeline prompt="Once upon a time" temperature="0" max-tokens="3" pace="0"></vitrine-pipeline>`, `${site}v1/embed.js`), {
    "Content-Security-Policy": `default-src 'none'; script-src ${origin}; frame-src ${origin}; style-src 'none'; img-src data:`,
  });
  await expect(page.locator("vitrine-pipeline g.stage").first(), "the picture needs no more").toBeAttached();
  await expect(page.locator("vitrine-pipeline .primary"), "nor do its styles").toHaveCSS("font-weight", "600");
  await expect(page.locator("vitrine-pipeline .primary")).toHaveCSS("letter-spacing", "normal");
  await hear(page);
  const height = await page.locator("vitrine-pipeline").evaluate((element) => element.offsetHeight);
  await page.getByRole("button", { name: /^Run \(/ }).click();
  const frame = page.frameLocator("vitrine-pipeline iframe");
  await expect(frame.getByText("Live: the model tiny runs")).toBeVisible({ timeout: 40_000 });
  await expect.poll(() => page.evaluate(() => heard.done.length)).toBe(1);
  expect(await page.evaluate(() => heard.done[0])).toMatchObject({ finishReason: "length", node: "N1" });
  await expect.poll(() => page.locator("vitrine-pipeline iframe").evaluate((frame) => frame.offsetHeight), "with the transport").toBeGreaterThan(height);
  const [inner] = await frame.locator("vitrine-pipeline").evaluateAll((elements) => elements.map((element) => [element.offsetHeight, innerHeight, document.documentElement.scrollHeight]));
  expect(inner[1], "nothing scrolls in it").toBe(inner[0]);
});

elsewhere("methods in a frame do as on the page's own origin: values, errors and options; attributes and theme of the page reach it", async ({ page, site }) => {
  await openAt(page, host(`<vitrine-pipeline prompt="Once upon a time" pace="0"></vitrine-pipeline>`, `${site}v1/embed.js`));
  const element = page.locator("vitrine-pipeline");
  const call = (/** @type {string} */ name, /** @type {object} */ options) => element.evaluate((element, [name, options]) => element[name](options).catch(({ message }) => message), [name, options]);
  const [wrong, run] = await element.evaluate((element) => Promise.all([element.run({ bogus: 1 }).catch(({ message }) => message), element.run({ temperature: "0", seed: undefined, maxTokens: "2" })]));
  expect(wrong).toBe("run: it takes no option bogus of this value");
  expect(run).toMatchObject({ type: "done", finishReason: "length" });
  expect(run.ids).toHaveLength(2);
  await element.evaluate((element) => new Promise((resolve) => {
    element.addEventListener("paused", resolve, { once: true });
    element.run({ paused: true, maxTokens: 2, temperature: 0 });
  }));
  expect(await call("step", { granularity: "layer" })).toMatchObject({ type: "paused", reason: "step" });
  expect(await call("goto", { stage: "attention.mask", layer: 2 })).toBeUndefined();
  await expect(page.frameLocator("vitrine-pipeline iframe").getByText(/The machine is paused at .*layer 3 of 6/)).toBeVisible();
  expect(await call("goto", { stage: "nowhere" })).toMatch(/there is no stage/);

  const inner = page.frameLocator("vitrine-pipeline iframe").locator("vitrine-pipeline");
  const scheme = () => inner.evaluate(() => document.documentElement.style.colorScheme);
  await page.evaluate(() => (document.body.style.background = "#101014"));
  await expect(inner).toHaveAttribute("theme", "dark");
  expect(await scheme()).toBe("dark");
  await element.evaluate((element) => element.setAttribute("theme", "light"));
  await expect(inner).toHaveAttribute("theme", "light");
  await element.evaluate((element) => (element.setAttribute("hide", "prompt"), element.setAttribute("onclick", "1")));
  await expect(inner.locator(".prompt")).toBeHidden();
  await expect(inner).not.toHaveAttribute("onclick");
  await element.evaluate((element) => element.removeAttribute("hide"));
  await expect(inner.locator(".prompt")).toBeVisible();
});

elsewhere("a frame that does not come leaves the picture, says so, and comes when Run is pressed again", async ({ page, site }) => {
  await page.clock.install();
  const blocked = (route) => route.fulfill({ contentType: "text/html", body: "<title>Blocked</title>" });
  await page.route("**/v1/embed.html", blocked);
  await openAt(page, host(`<vitrine-pipeline prompt="Once upon a time" temperature="0" max-tokens="2" pace="0"></vitrine-pipeline>`, `${site}v1/embed.js`));
  const element = page.locator("vitrine-pipeline");
  await expect(element.locator("g.stage").first()).toBeAttached();
  await element.evaluate((element) => {
    globalThis.settled = Promise.allSettled([element.run(), element.step()]);
  });
  await expect(element.locator("iframe")).toBeAttached();
  await expect(element.locator(".diagram")).toBeVisible();
  await page.clock.fastForward(21_000);
  const [run, step] = await page.evaluate(() => globalThis.settled.then((all) => all.map(({ status, reason }) => `${status} ${reason?.message}`)));
  expect(run).toMatch(/^rejected The frame that the engine runs in did not come from localhost:\d+\./);
  expect(step).toBe(run);
  await expect(element.locator(".note")).toContainText("did not come from localhost");
  await expect(element.locator("iframe")).toHaveCount(0);
  await expect(element.locator(".diagram")).toBeVisible();
  await page.unroute("**/v1/embed.html", blocked);
  await element.getByRole("button", { name: /^Run/ }).click();
  await expect(page.frameLocator("vitrine-pipeline iframe").getByText("Live: the model tiny runs")).toBeVisible({ timeout: 40_000 });
  await expect(element.locator(".diagram")).toBeHidden();
});

elsewhere("the frame runs in a sandbox without an origin, tells its height once a change, and takes calls from its parent alone", async ({ page, site }) => {
  await openAt(page, `<!doctype html><title>A course</title><iframe sandbox="allow-scripts" width="600" height="500" src="${site}v1/embed.html#prompt=Once+upon+a+time&temperature=0&max-tokens=3&pace=0"></iframe>
    <script>
      globalThis.told = [];
      const frame = document.querySelector("iframe");
      addEventListener("message", ({ source, data }) => source === frame.contentWindow && told.push(data));
    </script>`);
  const told = (type) => page.evaluate((type) => told.filter((data) => data.type === type), type);
  await expect.poll(() => told("ready")).toHaveLength(1);
  await expect.poll(() => told("embed-size")).not.toHaveLength(0);
  await page.evaluate(() => {
    const send = (data) => document.querySelector("iframe").contentWindow.postMessage(data, "*");
    for (const data of [null, 7, { vitrine: 2, call: "run" }, { vitrine: 1, call: "close" }, { vitrine: 1, call: "run", options: { onclick: "x" } }, { vitrine: 1, call: "run", options: { seed: "x" } }]) send(data);
  });
  // A window that is not its parent.
  await page.evaluate(() => {
    const other = document.body.appendChild(document.createElement("iframe"));
    other.contentWindow.eval("parent.frames[0].postMessage({ vitrine: 1, call: 'run' }, '*')");
  });
  const inner = page.frames().find((frame) => frame.url().includes("embed.html"));
  await inner.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
  await expect(inner.locator(".embed"), "none of these was a call").not.toHaveAttribute("data-live");
  await page.evaluate(() => document.querySelector("iframe").contentWindow.postMessage({ vitrine: 1, call: "run", options: { maxTokens: 2 } }, "*"));
  await expect.poll(() => told("done"), { timeout: 40_000 }).toHaveLength(1);
  expect((await told("done"))[0]).toMatchObject({ vitrine: 1, detail: { finishReason: "length", ids: expect.any(Array) } });
  expect((await told("done"))[0].detail.ids).toHaveLength(2);
  expect((await told("stage")).some(({ detail }) => detail.stage === "prompt" && detail.node === "A")).toBe(true);
  const post = (data) => page.evaluate((data) => document.querySelector("iframe").contentWindow.postMessage({ vitrine: 1, ...data }, "*"), data);
  await expect.poll(() => told("answered"), "a call without an id").toEqual([{ vitrine: 1, type: "answered" }]);
  await post({ call: "run", id: 7, options: { onclick: "x" } });
  await expect.poll(() => told("answered").then((all) => all.at(-1))).toEqual({ vitrine: 1, type: "answered", id: 7, error: "run: it takes no option onclick of this value" });
  await post({ attributes: { theme: "dark", onclick: "x" } });
  await expect(inner.locator("vitrine-pipeline")).toHaveAttribute("theme", "dark");
  await expect(inner.locator("vitrine-pipeline")).not.toHaveAttribute("onclick");
  const heights = await told("embed-size");
  for (const [i, one] of heights.entries()) {
    expect(one).toMatchObject({ context: "iframe.resize", sentinel: "amp", height: expect.any(Number), src: expect.stringContaining("embed.html") });
    if (i > 0) expect(one.height).not.toBe(heights[i - 1].height);
  }
});
