// Pages of others, with their Mermaid diagrams made live: where the text is still there, and where only the picture is.
import { scan } from "../web/mermaid/own/scan.js";
import { test as built } from "./fixtures.js";
import { addScript, drawn, expect, live, openHost, test, versions } from "./embed/hosts.js";

const ours = (page) => page.locator("vitrine-pipeline");
const plain = (text) => text.replace(/^ +/gm, "");

/** What an element was given, and the ids that it drives, in their order. */
const given = (element) => element.evaluate((one) => ({ text: one.given, ids: [...(one.drawing?.cards.keys() ?? [])], data: one.dataset.diagram }));
/** The blocks that are not ours, with what they show. */
const left = (page) => page.evaluate(() => [...document.querySelectorAll("main .mermaid, main pre, main .docusaurus-mermaid-container")].filter((one) => !one.closest("vitrine-pipeline") && !one.querySelector("vitrine-pipeline")).map((one) => one.outerHTML));

test("our script comes first: an element with the text takes the block's place, and the theme's draws it no more", async ({ page }) => {
  for (const name of ["kramdown", "chirpy", "jekyll-mermaid", "hugo", "mkdocs-material"]) {
    await openHost(page, name, { early: true });
    await expect(ours(page), name).toHaveCount(1);
    const { text, data } = await given(ours(page));
    expect([text, data].map(plain), name).toEqual([live, live].map(plain));
    await expect(page.locator("main .mermaid").filter({ hasText: "again" }), name).toHaveCount(0);
    expect(await ours(page).getAttribute("class"), name).toBeNull();
    await expect(ours(page)).toHaveAttribute("data-processed", "true");
    if (name === "jekyll-mermaid") await expect(page.locator("vitrine-pipeline#figure"), "links to it hold").toBeAttached();
  }
});

test("Mermaid has drawn: the hidden text or the picture goes on, with another theme or page too; other diagrams stay byte for byte", async ({ page }) => {
  test.setTimeout(120_000);
  const themed = ["chirpy", "al-folio", "docusaurus", "vitepress", "mkdocs-material"];
  for (const name of ["kramdown", "just-the-docs", "jekyll-mermaid", "hugo", ...themed]) {
    await openHost(page, name);
    const before = await left(page);
    await addScript(page);
    await check(name);
    const after = await left(page);
    expect(before, name).toEqual(expect.arrayContaining(after));
    expect(after.length, name).toBeGreaterThan(0);
    if (!themed.includes(name)) continue;
    await page.locator("#toggle").click();
    await drawn(page);
    await check(name);
    await expect(page.locator("main .mermaid, main .docusaurus-mermaid-container").filter({ hasNot: ours(page) }).filter({ hasText: "again" }), `${name}: one of it`).toHaveCount(0);
  }

  async function check(name) {
    await expect(ours(page), name).toHaveCount(1);
    const { text, ids } = await given(ours(page));
    if (["kramdown", "chirpy", "al-folio", "mkdocs-material"].includes(name)) expect(text, name).toBe(live);
    else expect(ids, name).toEqual(expect.arrayContaining(["prompt", "attention", "attention_mask", "select"]));
  }
});

/** What can be told of the diagram by its picture. */
const copied = `graph TD
    prompt["Text"]
    a["a<br/>{tokens}"]
    a-1["a-1"]
    subgraph layers["Layers"]
        attention["Attention"]
        attention_mask["Mask"]
    end
    select["The token is {token}"]
    B["Not bound"]
    prompt --> a
    a --> a-1
    a --> a-1
    attention --> attention_mask
    a-1 --> layers
    layers --> select
    select -.->|"again"| prompt
    select --> B`;

test("pictures of every Mermaid become ours: all of their elements, values, colours, keys", async ({ page }) => {
  await openHost(page, "versions");
  const { nodes, groups, edges } = scan(live);
  const wanted = [...[...nodes.keys()].map((id) => `${id} node`), ...[...groups.keys()].map((id) => `${id} frame`), ...edges.map(({ id }) => (id === "L_select_prompt_0" ? `${id} edge again` : `${id} edge`))];
  for (const version of versions) {
    const parts = await page.locator(`[id="v${version}"] svg`).evaluate(async (svg, text) => {
      const { findIn } = await import("/mermaid/own/find.js");
      const { scan } = await import("/mermaid/own/scan.js");
      return [...findIn(svg, scan(text)).parts].map(([id, { kind, label }]) => `${id} ${kind} ${label?.textContent ?? ""}`.trim());
    }, live);
    expect(parts.sort(), version).toEqual(wanted.sort());
    const written = await page.locator(`[id="v${version}"] svg`).evaluate(async (svg) => (await import("/mermaid/own/written.js")).writtenOf(svg));
    expect(written.split("\n").sort(), version).toEqual(copied.split("\n").sort());
  }
  await addScript(page);
  for (const version of versions) {
    const element = page.locator(`vitrine-pipeline[id="v${version}"]`);
    expect((await given(element)).ids.sort(), version).toEqual(["attention", "attention_mask", "layers", "prompt", "select"]);
    const shown = await element.evaluate(async (element) => {
      const { createRunState } = await import("/run/state.js");
      const { diagram: words } = await import("/i18n/diagram-en.js");
      const run = createRunState();
      const event = (stage, detail) => run.add({ type: "stage", stage, step: 0, layer: -1, position: 0, tokens: 1, time: 0, shape: [], values: new Float32Array(), detail });
      event("prompt", { text: "<b>Hi</b>" });
      event("select", { id: 3, text: " Paris", probability: 0.7, sampled: 0.7, random: 0.5, rank: 0 });
      const { cards, svg } = element.drawing;
      for (const card of cards.values()) card.show({ run, info: { layers: 6, heads: 6, embedding: 192, vocabulary: 8192, context: 512 }, words });
      const [prompt, select] = ["prompt", "select"].map((id) => cards.get(id).group);
      cards.get("select").mark("active", true, true);
      prompt.focus();
      return {
        badge: prompt.querySelector(".badge-value").textContent,
        label: select.querySelector(".label").textContent,
        live: select.querySelectorAll(".live").length,
        fill: getComputedStyle(prompt.querySelector("rect, polygon")).fill,
        role: select.getAttribute("role"),
        state: select.dataset.state,
        focused: element.shadowRoot.activeElement === prompt,
        boxes: [...cards.values()].every(({ box }) => box.width > 20 && box.height > 10 && box.x >= 0 && box.x + box.width <= svg.viewBox.baseVal.width),
        styles: svg.querySelectorAll("style").length,
      };
    });
    expect(shown, version).toEqual({ badge: "<b>Hi</b>", label: "The token is ·Paris", live: 1, fill: "rgb(255, 224, 178)", role: "option", state: "active", focused: true, boxes: true, styles: 0 });
  }
});

test.describe(() => {
  test.use({ expectedErrors: [/404/] });

  test("what cannot be made live stays as it is, and the author reads why", async ({ page }) => {
    const said = [];
    page.on("console", (message) => message.type() === "info" && said.push(message.text()));
    const times = (pattern) => expect.poll(() => said.filter((text) => pattern.test(text)).length);

    await openHost(page, "kramdown");
    await page.evaluate(() => {
      const block = document.querySelector("pre");
      globalThis.times = 0;
      new MutationObserver(() => {
        const element = document.querySelector("vitrine-pipeline");
        if (!element) return;
        element.replaceWith(block.cloneNode(true));
        globalThis.times++;
      }).observe(block.parentElement, { childList: true });
    });
    await addScript(page);
    await times(/draws a diagram anew/).toBe(1);
    expect(await page.evaluate(() => globalThis.times)).toBe(8);

    await openHost(page, "mkdocs-material");
    await page.unroute("**/host/*");
    await page.route("**/host/*", (route) => route.fulfill({ status: 404, body: "" }));
    await addScript(page);
    await times(/Mermaid diagram [12] .*<vitrine-pipeline>/).toBe(2);
    await expect(ours(page)).toHaveCount(0);

    await openHost(page, "kramdown", { text: "graph TD\n    %% vitrine: A=promt\n    A --> B" });
    await addScript(page);
    await times(/%% vitrine:.* 2: promt/).toBe(1);
    await expect(ours(page)).toHaveCount(0);
  });
});

test("elements in Markdown: a fence in them, a script in them, one elsewhere, and none", async ({ page }) => {
  await openHost(page, "markdown", { early: true });
  for (const id of ["a", "a-drawn", "b", "named"]) expect((await given(page.locator(`#${id}`))).text, id).toBe(live);
  expect((await given(page.locator("#plain"))).text).toBe("");
  await expect(ours(page)).toHaveCount(5);
  await openHost(page, "markdown");
  await addScript(page);
  for (const id of ["a", "b"]) expect((await given(page.locator(`#${id}`))).text, id).toBe(live);
  for (const id of ["a-drawn", "named"]) expect((await given(page.locator(`#${id}`))).ids, id).toContain("attention_mask");
});

built("a picture of the page's runs: the model's tokens light it and stand in it, and events name its nodes", async ({ page, requests }) => {
  await openHost(page, "docusaurus", { built: true });
  await addScript(page);
  const element = ours(page);
  await expect(element.locator('g[data-id="select"]')).toBeAttached();
  await element.evaluate((one) => {
    globalThis.nodes = new Set();
    one.addEventListener("stage", ({ detail }) => globalThis.nodes.add(`${detail.stage} ${detail.node}`));
  });
  const { ids } = await element.evaluate((one) => one.run({ prompt: "Once upon a time", temperature: 0, maxTokens: 2, pace: 0 }));
  expect(ids).toHaveLength(2);
  const nodes = await page.evaluate(() => [...globalThis.nodes]);
  for (const one of ["prompt prompt", "layers layers", "attention.mask attention_mask", "select select"]) expect(nodes).toContain(one);
  await expect(element.locator('g[data-id="prompt"] .badge-value')).toContainText("Once upon a time");
  await expect(element.locator('g[data-id="select"] .live')).not.toBeEmpty();
  await expect(element.locator('g[data-id="select"]')).toHaveAttribute("data-state", /done|active|hot/);
  expect(requests.filter((url) => /mermaid/.test(url) && !url.includes("/mermaid-11/")), "no Mermaid of ours").toEqual([]);
  await page.locator("#toggle").click();
  await drawn(page);
  await expect(element).toHaveCount(1);
  await expect(element.locator('g[data-id="select"]')).toBeAttached();
});

built("a text of the page's runs with its directives, placeholders and colours, and its other diagrams are the theme's", async ({ page }) => {
  // The text is read when our script begins: what makes use of it comes when the theme's has drawn.
  await page.route("**/upgrade-*.js", (route) => page.waitForSelector("pre.mermaid svg").then(() => route.continue()));
  await openHost(page, "hugo", { early: true, built: true });
  const element = ours(page);
  await expect(element.locator('g[data-id="a-1"]')).toBeAttached();
  await element.evaluate((one) => one.run({ prompt: "Once upon a time", temperature: 0, maxTokens: 2, pace: 0 }));
  await expect(element.locator('g[data-id="a"] .live')).toHaveText(/^[456]$/);
  await expect(element.locator('g[data-id="L_select_prompt_0"] .badge-value')).toContainText("step 2");
  expect(await element.locator('g[data-id="prompt"] rect').first().evaluate((rect) => rect.style.fill)).toBe("rgb(255, 224, 178)");
  await expect(page.locator("pre.mermaid > svg")).toHaveCount(1);
});

built("a block in an element that nobody sees yet is read before the page's Mermaid draws it, in boxes of no size", async ({ page }) => {
  await openHost(page, "below", { early: true, built: true });
  await expect(page.locator("main > pre svg"), "its own").toHaveCount(1);
  const element = ours(page);
  await expect(element.locator("pre svg"), "the element's").toHaveCount(0);
  await element.scrollIntoViewIfNeeded();
  await expect(element.locator('g[data-id="a-1"]'), "bound by a directive, which no picture has").toHaveClass(/stage/);
  const widths = await element.locator("g.node.stage").evaluateAll((nodes) => nodes.map((node) => node.getBBox().width));
  expect(Math.min(...widths)).toBeGreaterThan(20);
});
