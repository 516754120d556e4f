// Diagrams of the author's own: bound, alive, edited, copied and saved.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { diagram as words } from "../web/i18n/diagram-en.js";
import { bind } from "../web/mermaid/own/bind.js";
import { lineOf } from "../web/mermaid/own/line.js";
import { scan } from "../web/mermaid/own/scan.js";
import { createRunState } from "../web/run/state.js";
import { expect, generate, openBare, openPage, setting, speed, test, violations } from "./fixtures.js";
import { hostile, odd } from "./own/diagrams.js";

const seed = readFileSync("web/mermaid/own/seed.mmd", "utf8");
const question = "What is the capital of France?";
const node = (page, id) => page.locator(`.own g.stage[data-id="${id}"]`);
const area = (page) => page.getByLabel("Mermaid text of the diagram");
const problems = (page) => page.locator("#diagram-problems button");

/** Opens the page with a diagram that is remembered. */
async function openOwn(page, text, how = {}) {
  await page.addInitScript((text) => localStorage.getItem("vitrine.diagram") ?? localStorage.setItem("vitrine.diagram", JSON.stringify(text)), text);
  await page.addInitScript((ms) => localStorage.setItem("vitrine.pace", String(ms)), how.pace ?? 0);
  await page.goto("./");
  await expect(page.locator(".diagram-stage svg")).toBeAttached();
}

/** Writes another text into the editor, and waits until it was read. */
async function write(page, text) {
  await page.locator("#diagram-editor").evaluate((root) => root.querySelector(".diagram-state").replaceChildren());
  await area(page).fill(text);
  await expect(page.locator(".diagram-state")).not.toBeEmpty();
}

const edit = (page) => page.getByRole("button", { name: "Edit", exact: true }).click();

test("the seed verbatim comes alive: each of its elements lights, with this run's value", async ({ page }) => {
  expect(createHash("sha256").update(seed).digest("hex"), "as the blog has it").toBe("5899b9a567fb0c99e9ec5c9ab6c31b03969165387098d5798a18117f9e7ea90b");
  await openPage(page, { at: speed.full - 1 });
  await edit(page);
  await page.getByLabel("Start from").selectOption("a blog's pipeline");
  await expect(node(page, "DecoderStack")).toBeAttached();
  await expect(page.locator(".diagram-state")).toContainText("37 elements show a stage");
  await page.locator("#prompt").fill(question);
  await setting(page, { temperature: 0.7, topK: 20, topP: 0.9, seed: 3, maxTokens: 5 });
  await page.evaluate(() => {
    globalThis.lit = {};
    new MutationObserver((changes) => {
      for (const { target } of changes) if (["active", "hot", "within"].includes(target.dataset.state)) globalThis.lit[target.dataset.id] = true;
    }).observe(document.querySelector(".own"), { attributes: true, attributeFilter: ["data-state"], subtree: true });
  });
  await generate(page);
  const { bindings } = bind(scan(seed));
  const steps = ["N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8"]; // the stage that they show ends a step: some frame may see it
  const lit = await page.evaluate(() => Object.keys(globalThis.lit));
  expect([...bindings.keys()].filter((id) => !lit.includes(id) && !steps.includes(id) && id !== "N9" && id !== "Generation"), "that did not light").toEqual([]);
  expect(steps.some((id) => lit.includes(id))).toBe(true);

  // The same run through the API: what each element shows is the engine's own.
  const { events, info } = await page.evaluate(async (question) => {
    const { createEngine } = await import(new URL("vitrine.js", location.href).href);
    const engine = await createEngine();
    const events = [];
    const plain = (_, value) => (value instanceof Float32Array ? { floats: [...value] } : value);
    for await (const event of engine.generate(question, { temperature: 0.7, topK: 20, topP: 0.9, seed: 3, maxTokens: 5 })) events.push(JSON.stringify(event, plain));
    return { events, info: engine.info };
  }, question);
  const run = createRunState();
  const floats = (_, value) => (value?.floats ? Float32Array.from(value.floats) : value);
  for (const event of events) run.add(JSON.parse(event, floats));
  const parts = new Map();
  for (const [id, stage] of bindings) {
    const part = parts.get(stage) ?? 0;
    if (!["Layer", "AttentionViz", "Generation"].includes(id)) parts.set(stage, part + 1);
    const wanted = Array.from({ length: 60 }, (_, columns) => lineOf(stage, part, { run, info, words }, 8 + columns)); // in whatever room it has
    const shown = await node(page, id).locator(".badge-value").textContent();
    expect(shown, `${id} shows ${stage}`).not.toBe("");
    expect(wanted, `${id} shows ${stage}`).toContain(shown);
  }
  await expect(node(page, "A").locator(".label")).toContainText("Raw text from user");
  await expect(node(page, "C").locator(".badge-value")).toContainText(String(run.of("ids").detail.ids.at(-1)));
});

test("odd diagrams bind and show values, or say why not; Copy as Mermaid gives these in a text that Mermaid draws with the same elements", async ({ page, context }) => {
  test.setTimeout(180_000);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await openPage(page);
  await page.locator("#prompt").fill('A "quoted" <b>prompt</b>; end %% #35;');
  await setting(page, { maxTokens: 4, temperature: 0 });
  await generate(page);
  await edit(page);
  const share = /[\d.]+ %/.exec(await page.locator('g[data-id="L"] .value').textContent())[0];
  const texts = { ours: await copied(page) };
  expect(texts.ours.split("\n").find((line) => line.includes('L["'))).toContain(share);
  await page.getByLabel("Start from").selectOption("a blog's pipeline");
  await expect(node(page, "DecoderStack").locator(".badge-value")).not.toBeEmpty();
  texts.seed = await copied(page);
  for (const [name, { text, bound, wrong = [] }] of Object.entries(odd)) {
    await test.step(name, async () => {
      await write(page, text);
      const said = await problems(page).allTextContents();
      for (const words of wrong) expect(said.join("\n"), name).toContain(words);
      expect(said.length, `${name}: ${said.join("\n")}`).toBe(wrong.length);
      if (bound.length === 0) return;
      expect((await page.locator(".own g.stage").evaluateAll((all) => all.map(({ dataset }) => dataset.id))).sort(), name).toEqual([...bound].sort());
      for (const id of bound) {
        const values = await node(page, id).locator(".badge-value, .live").allTextContents();
        expect(values.join(""), `${name}: ${id}`).not.toBe("");
      }
      expect(await page.locator(".own .node").count(), name).toBe(scan(text).nodes.size);
      expect(await page.locator(".own").evaluate((svg) => svg.querySelectorAll("a, script, image, style, [onclick]").length), name).toBe(0);
      texts[name] = await copied(page);
      expect(texts[name], name).not.toBe(text);
    });
  }
  // At our version, and at the one of the line that GitHub draws with.
  const bare = await openBare(page);
  for (const version of ["mermaid", "mermaid-11"]) {
    await bare.route(`**/${version}/**`, (route) => route.fulfill({ path: `node_modules${new URL(route.request().url()).pathname.replace(`/${version}/`, `/${version}/dist/`)}` }));
    for (const [name, text] of Object.entries(texts)) {
      const module = `/${version}/mermaid.esm.min.mjs`;
      const drawn = await bare.evaluate(draw, { module, text });
      if (drawn.error) {
        expect(version, `${name}: ${drawn.error}`).toBe("mermaid-11"); // it knows less of what authors may write
        expect((await bare.evaluate(draw, { module, text: odd[name].text })).error, name).toBeTruthy();
        continue;
      }
      const read = scan(text);
      expect(drawn.nodes, `${version}: ${name}`).toBe(read.nodes.size);
      expect(drawn.edges, `${version}: ${name}`).toBe(read.edges.length);
      if (name === "seed" || name === "ours") expect(drawn.words, `${version}: ${name}`).toContain('A "quoted" <b>prompt</b>; end %% #35;');
    }
  }
});

/** Lets another Mermaid draw a text, as GitHub does. Runs in the page. */
async function draw({ module, text }) {
  const { default: mermaid } = await import(module);
  mermaid.initialize({ startOnLoad: false, securityLevel: "strict", suppressErrorRendering: true });
  const host = document.createElement("div");
  document.body.append(host);
  const { svg, error } = await mermaid.render(`copy-${Math.random().toString(36).slice(2)}`, text, host).catch((error) => ({ svg: "", error: String(error) }));
  host.remove();
  if (error) return { error };
  const { body } = new DOMParser().parseFromString(svg, "text/html");
  return { words: body.textContent, nodes: body.querySelectorAll(".node, .rough-node").length, edges: body.querySelectorAll("path.flowchart-link").length };
}

/** Presses Copy as Mermaid. */
async function copied(page) {
  await page.evaluate(() => navigator.clipboard.writeText(""));
  await page.getByRole("button", { name: /^(Copy as Mermaid|Copied)$/ }).click(); // for two seconds it says what it did
  const read = () => page.evaluate(() => navigator.clipboard.readText());
  await expect.poll(read).not.toBe("");
  return read();
}

test.describe("markup in a diagram", () => {
  // Where DOMPurify reads a hostile label, in a document that runs nothing, the browser says what its policy would refuse.
  test.use({ expectedErrors: [/^(Executing inline event handler|Applying inline style) violates/] });

  test("labels and texts that are markup are words, and run nothing", async ({ page, requests }) => {
    // Without the page's policy, which would forbid it all: the diagram has to be harmless on pages that have none.
    await page.route((url) => url.pathname === "/", async (route) => {
      const response = await route.fetch();
      const html = await response.text();
      expect(html).toContain("Content-Security-Policy");
      await route.fulfill({ response, body: html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, "") });
    });
    const dialogs = [];
    page.on("dialog", (dialog) => (dialogs.push(dialog.message()), dialog.dismiss()));
    await openOwn(page, hostile);
    await page.locator("#prompt").fill('<img src=x onerror="window.pwned=1">"]; A["x');
    await setting(page, { maxTokens: 4, temperature: 1 });
    await generate(page);
    await expect(node(page, "prompt").locator(".live")).toContainText("<img src=x");
    for (const id of ["prompt", "ids", "select", "mlp"]) await node(page, id).dispatchEvent("click");
    expect([dialogs, await page.evaluate(() => globalThis.pwned)]).toEqual([[], undefined]);
    const bad = await page.locator(".own").evaluate((svg) =>
      [...svg.querySelectorAll("*")].flatMap((one) => [
        ...(/^(a|img|image|script|iframe|style|use|math|mtext|svg|foreignobject)$/i.test(one.localName) && one.localName !== "foreignObject" ? [one.localName] : []),
        ...[...one.attributes].filter(({ name, value }) => /^on|href|src/.test(name) || /javascript:|example\.org/.test(value)).map(({ name }) => name),
      ]),
    );
    expect(bad).toEqual([]);
    expect(requests.filter((url) => /example\.org|\/x$/.test(url))).toEqual([]);
  });
});

test("an image of another host is not asked for, however it is written", async ({ page, requests }) => {
  await openPage(page);
  await edit(page);
  for (const node of ['A@{ img: "https://example.org/x", label: "x" }', 'A@{ "\\x69mg": "https://example.org/x" }', 'A@{ label: &k img, *k : "https://example.org/x" }', 'B\nclass B big; A@{ img: "https://example.org/x" }']) {
    await write(page, `flowchart TD\nprompt --> ids\n${node}`);
    await expect(problems(page), node).toContainText("loads nothing from other hosts");
  }
  expect(requests.filter((url) => url.includes("example.org"))).toEqual([]);
});

test("the editor: an error at its line with a suggestion, the last good picture stays, the run goes on, and all is remembered", async ({ page }) => {
  await openPage(page, { at: speed.visible });
  await page.locator("#prompt").fill("Once upon a time");
  await page.getByRole("button", { name: "Generate" }).click();
  await edit(page);
  await expect(area(page)).toBeFocused();
  await write(page, "flowchart LR\n  prompt --> ids\n  ids --> layers[Layer]");
  await expect(node(page, "layers")).toHaveAttribute("data-state", /within|hot|active|done/);
  await write(page, "flowchart LR\n  prompt --> ids\n\n  ids --> layers(f(x) of all)");
  await expect(problems(page)).toHaveText(/^Line 4: Mermaid does not understand this line: ids --> layers\(f\(x\) of all\) Put the label in double quotes/);
  await expect(page.locator('.diagram-marks i[data-line="4"]')).toHaveCount(1);
  const places = await page.evaluate(() => [".diagram-marks i", ".diagram-lines pre"].map((part) => document.querySelector(part).getBoundingClientRect().top));
  expect(places[0] - places[1], "the mark stands at the fourth line").toBeCloseTo(60, 0);
  await expect(area(page)).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator(".diagram-state")).toHaveText("The picture is the last one that could be drawn.");
  await expect(node(page, "layers")).toBeAttached();
  await problems(page).click();
  expect(await area(page).evaluate(({ value, selectionStart, selectionEnd }) => value.slice(selectionStart, selectionEnd))).toBe("  ids --> layers(f(x) of all)");
  expect(await violations(page, "#diagram-editor")).toEqual([]);
  await write(page, 'flowchart LR\n  prompt --> ids\n\n  ids --> layers["f(x) of all"]');
  await expect(problems(page)).toHaveCount(0);
  await expect(page.locator("#generate"), "the run goes on").toHaveAttribute("data-running", "true");
  await page.reload();
  await expect(node(page, "layers")).toContainText("f(x) of all");
  await edit(page);
  await page.getByRole("button", { name: "Reset", exact: true }).click();
  await expect(page.locator('.diagram g[data-id="Layer"]')).toBeAttached();
  await page.keyboard.press("Escape");
  await expect(area(page)).toBeHidden();
  await expect(page.getByRole("button", { name: "Edit", exact: true })).toBeFocused();
  await page.reload();
  await expect(page.locator('.diagram g[data-id="Layer"]')).toBeAttached();
});

test("step, breakpoints and the inspector work on an own diagram; its layout does not jump", async ({ page }) => {
  await openOwn(page, 'flowchart LR\n  %% vitrine: Z->A=loop\n  A["in {value}"] --> softmax --> select["{token} {probability}"] --> Z\n  Z -.-> A\n  %% vitrine: A=prompt, Z=append');
  const boxes = () => page.locator(".own .node").evaluateAll((all) => all.map((one) => one.querySelector("rect").getBBox()).map(({ x, y, width, height }) => [x, y, width, height]));
  const before = await boxes();
  await page.locator("#prompt").fill("Once upon a time");
  await setting(page, { maxTokens: 3, temperature: 0 });
  await node(page, "softmax").focus();
  await page.keyboard.press("b");
  await expect(node(page, "softmax")).toHaveAccessibleDescription("breakpoint");
  await page.keyboard.press("F8");
  await expect(page.locator("#status .status-line")).toContainText("breakpoint");
  await expect(node(page, "softmax")).toHaveAttribute("data-state", "active");
  await node(page, "softmax").focus();
  await page.keyboard.press("F10");
  await expect(page.locator("#status .status-line")).toContainText("distribution", { ignoreCase: true });
  await expect(node(page, "softmax")).toHaveAttribute("data-state", "done");
  await node(page, "softmax").locator(".stop").click();
  await expect(page.locator(".own [data-stop]")).toHaveCount(0);
  await node(page, "softmax").focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("#inspector")).toBeVisible();
  await expect(page.locator("#inspector")).toContainText("Softmax");
  await page.keyboard.press("F8");
  await expect(page.locator("#status")).toContainText("Done");
  await expect(node(page, "select").locator(".live").last()).toContainText("%");
  await expect(node(page, "L_Z_A_0").locator(".badge-value")).toContainText("step 3");
  expect(await boxes()).toEqual(before);
});

test("the picture is saved as SVG without HTML in it, and as PNG", async ({ page }) => {
  await openOwn(page, 'flowchart LR\n  prompt["Text {value}"] --> select\n  style prompt fill:#ff8800');
  await page.locator("#prompt").fill("Once upon a time");
  await setting(page, { maxTokens: 2 });
  await generate(page);
  await edit(page);
  const save = async (name) => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name, exact: true }).click()]);
    return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
  };
  const svg = await save("SVG");
  const code = svg.bytes.toString();
  expect(svg.name).toBe("vitrine-diagram.svg");
  expect(code).not.toMatch(/foreignObject|var\(--|<style/);
  expect(code).toContain("Once upon a time");
  expect(code).toMatch(/rgb\(255, 136, 0\)/);
  const png = await save("PNG");
  expect(png.name).toBe("vitrine-diagram.png");
  expect(png.bytes.subarray(1, 4).toString()).toBe("PNG");
  const box = await page.locator(".own").evaluate(({ viewBox }) => [viewBox.baseVal.width, viewBox.baseVal.height]);
  expect([png.bytes.readUInt32BE(16), png.bytes.readUInt32BE(20)]).toEqual(box.map((n) => 2 * n));
  const orange = await page.evaluate(async (bytes) => {
    const image = await createImageBitmap(new Blob([Uint8Array.from(bytes)]));
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    let n = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i] === 255 && data[i + 1] === 136 && data[i + 2] === 0) n++;
    return n / (data.length / 4);
  }, [...png.bytes]);
  expect(orange).toBeGreaterThan(0.02);
});

test("on a phone the editor stands above the picture", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 780 });
  await openOwn(page, seed);
  await page.getByRole("tab", { name: "Diagram" }).or(page.getByRole("button", { name: "Diagram" })).first().click();
  await page.getByRole("button", { name: /^Edit/ }).click();
  const [editor, picture] = await Promise.all(["#diagram-editor", "#diagram-place"].map((part) => page.locator(part).boundingBox()));
  expect(editor.y + editor.height).toBeLessThanOrEqual(picture.y + 1);
  expect(picture.height).toBeGreaterThan(150);
  expect(editor.width).toBe(390);
});
