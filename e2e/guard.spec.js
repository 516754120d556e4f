// What others may do to elements and frames: strict policies, hosts that nobody has agreed to, styles, attributes, messages
// and removals that were not meant well.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { encode } from "../web/run/link.js";
import { elsewhere, expect, test } from "./fixtures.js";

const own = "flowchart LR\n  prompt[\"<b>Text</b> {value}\"] --> select[\"{token}\"]";
const hostile = own.replace("{token}", "<img src=x onerror='window.pwned=1'>{token}");
const STRICT = "script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; require-trusted-types-for 'script'";
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** A page of the site with these elements. */
async function open(page, body, { headers = {}, script = '<script type="module" src="v1/embed.js"></script>' } = {}) {
  await page.route("**/post.html", (route) => route.fulfill({ contentType: "text/html", headers, body: `<!doctype html><html lang="en"><meta charset="utf-8"><title>A post</title><link rel="icon" href="data:,"><body>${body}${script}` }));
  await page.goto("post.html");
}

/** Keeps in `refused` what a policy forbids, in every frame. */
const watch = (page) =>
  page.addInitScript(() => {
    globalThis.refused = [];
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective, sample, sourceFile, lineNumber }) => globalThis.refused.push(`${effectiveDirective}: ${sample} ${sourceFile}:${lineNumber}`));
  });

test("the frame keeps within the page's own policy: picture, run, link, and an author's diagram", async ({ page }) => {
  await watch(page);
  const [header] = await Promise.all([
    page.waitForResponse((response) => response.url().includes("embed.html")).then((response) => response.headers()["content-security-policy"]),
    page.goto("v1/embed.html#prompt=Once+upon+a+time&temperature=0&max-tokens=2&pace=0"),
  ]);
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute("content");
  expect(policy).toMatch(/default-src 'none'; script-src 'self' 'wasm-unsafe-eval';.* style-src 'self';.*require-trusted-types-for 'script'/);
  expect(policy).not.toMatch(/'unsafe-inline'|'unsafe-eval'/);
  expect(header, "the server sends it too").toBe(policy);
  expect(readFileSync("docs/host.md", "utf8"), "the docs list it").toContain(policy);
  await expect(page.locator("g.stage").first()).toBeAttached();
  await expect(page.locator("body")).toHaveCSS("margin-top", "0px");
  const run = () => page.evaluate(() => document.querySelector("vitrine-pipeline").run());
  expect((await run()).ids).toHaveLength(2);
  await page.goto("about:blank");
  await page.goto(`v1/embed.html#${await encode({ prompt: "Once upon a time", temperature: 0, maxTokens: 2, seed: 1, diagram: own })}`);
  await expect(page.locator('svg.own g.stage[data-id="select"]')).toBeAttached();
  expect((await run()).ids).toHaveLength(2);
  await expect(page.locator('svg.own g.stage[data-id="prompt"]')).toContainText("Once upon a time");
  expect(await page.evaluate(() => [globalThis.refused, globalThis.pwned])).toEqual([[], undefined]);
});

test("on a site that wants trusted types and no style of others, ours runs in the page and an author's in a frame; the site's rules stay", async ({ page, expectedErrors }) => {
  expectedErrors.push(/TrustedHTML|Content Security Policy/); // of the question whether HTML is refused
  await watch(page);
  await open(page, `<vitrine-pipeline id="ours" prompt="Once upon a time" temperature="0" max-tokens="2" pace="0"></vitrine-pipeline>
    <vitrine-pipeline id="mine" prompt="Once upon a time" temperature="0" max-tokens="2" pace="0">${escaped(hostile)}</vitrine-pipeline>
    <pre class="mermaid" id="block">${escaped(own)}</pre>`, { headers: { "Content-Security-Policy": STRICT }, script: '<script type="module" src="v1/embed.js" data-upgrade></script>' });
  expect((await page.evaluate(() => document.querySelector("#ours").run())).ids).toHaveLength(2);
  await expect(page.locator("#ours iframe"), "the engine needs no frame").toHaveCount(0);
  for (const id of ["mine", "block"]) {
    await page.locator(`#${id}`).scrollIntoViewIfNeeded();
    await expect(page.frameLocator(`#${id} iframe`).locator('svg.own g.stage[data-id="select"]'), id).toBeAttached();
  }
  expect((await page.evaluate(() => document.querySelector("#mine").run())).ids).toHaveLength(2);
  expect(await page.evaluate(() => [trustedTypes.defaultPolicy, globalThis.pwned])).toEqual([null, undefined]);
  const refused = await page.evaluate(() => globalThis.refused);
  expect(refused.filter((one) => !one.startsWith("require-trusted-types-for: Element innerHTML|-")), "nothing but that question").toEqual([]);
});

const MODEL = "https://models.example/other.gguf";

/** A browser that has never been here, whose requests of that host are kept and answered. */
const visit = test.extend({
  page: async ({ browser, site }, use) => {
    const context = await browser.newContext({ serviceWorkers: "block", baseURL: site });
    const asked = [];
    await context.route("https://models.example/**", (route) => (asked.push(route.request().method()), route.fulfill({ path: "models/vitrine-tiny-q8_0.gguf", headers: { "access-control-allow-origin": "*" } })));
    const page = await context.newPage();
    await use(Object.assign(page, { asked }));
    await context.close();
  },
});

visit("another host is asked for nothing before somebody presses a button that names it: elements, frames, links, the page's address", async ({ page }) => {
  const attributes = `model="${MODEL}" prompt="Once upon a time" temperature="0" max-tokens="2" pace="0"`;
  await open(page, ["pipeline", "next", "attention", "tokens"].map((name) => `<vitrine-${name} ${attributes} autoplay></vitrine-${name}>`).join("")
    + `<iframe title="A frame" width="600" height="600" src="v1/embed.html#${new URLSearchParams({ model: MODEL, prompt: "Once upon a time", "max-tokens": "2", autoplay: "" })}"></iframe>
       <vitrine-pipeline id="long" model="https://${"long-".repeat(10)}name.${"a".repeat(60)}.example/m.gguf"></vitrine-pipeline><vitrine-pipeline id="bad" model="https://" breakpoints="[null, 7]"></vitrine-pipeline>`);
  for (const name of ["pipeline", "next", "attention", "tokens"]) {
    const element = page.locator(`vitrine-${name}`).first();
    await element.scrollIntoViewIfNeeded();
    await expect(element.getByRole("button", { name: /^Run \(.*loads from models\.example\)$/ }), name).toBeVisible();
    await expect(element.locator(".note")).toContainText("The model comes from models.example. Nothing has been asked of that host yet.");
  }
  await page.locator("body > iframe").scrollIntoViewIfNeeded();
  const inFrame = page.frameLocator("body > iframe").getByRole("button", { name: "Run (loads from models.example)" });
  await expect(inFrame).toBeVisible();
  await page.locator("#bad").scrollIntoViewIfNeeded();
  await expect(page.locator("#bad").getByRole("button", { name: "Run", exact: true })).toBeVisible();
  await page.locator("#long").scrollIntoViewIfNeeded();
  await expect(page.locator("#long .primary")).toContainText("aaa.example)");
  await page.setViewportSize({ width: 360, height: 700 });
  const wide = await page.locator("#long").evaluate(({ shadowRoot, clientWidth }) => shadowRoot.querySelector(".primary").offsetWidth - clientWidth);
  expect(wide, "a long name is wrapped").toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1000, height: 700 });
  await page.waitForLoadState("networkidle");
  expect(page.asked).toEqual([]);
  await page.locator("vitrine-tokens").getByRole("button", { name: /^Run/ }).click();
  await expect.poll(() => page.asked).toContain("GET");
  page.asked.length = 0;
  await inFrame.click();
  await expect.poll(() => page.asked).toContain("GET");

  await page.goto("about:blank");
  page.asked.length = 0;
  for (const address of [`./?model=${MODEL}`, `./?model=${MODEL}#${await encode({ prompt: "Hello", seed: 1 })}`, `./#${await encode({ model: MODEL, prompt: "Hello", seed: 1 })}`]) {
    await page.goto("about:blank");
    await page.goto(address);
    await expect(page.locator('g[data-id="L"]'), "the site's own model").toBeAttached();
    await expect(page.locator("#linked").getByRole("button", { name: "Load it from models.example" }), address).toBeVisible();
  }
  await page.waitForLoadState("networkidle");
  expect(page.asked).toEqual([]);
  await page.goto("about:blank");
  await page.goto(`./?model=${MODEL}`);
  await page.getByRole("button", { name: "Load it from models.example" }).click();
  await expect.poll(() => page.asked).toContain("GET");
});

test("a page's rules for all elements, its direction, and attributes of any kind change nothing inside", async ({ page, expectedErrors }) => {
  expectedErrors.push(/vitrine-pipeline/);
  const seen = [];
  for (const [css, dir] of [["", "ltr"], ["* { color: red; font: italic 40px/3 serif; letter-spacing: 9px; word-spacing: 30px; text-transform: uppercase; text-align: center; text-indent: 50px; white-space: pre; visibility: visible; cursor: wait; box-sizing: content-box } div, p, svg, button { display: inline !important; position: static !important; padding: 30px !important; opacity: .1 } :root, * { --ink: red; --space-3: 90px; --target: 200px }", "rtl"]]) {
    await open(page, `<style>${css}</style><div dir="${dir}"><vitrine-pipeline style="width: 700px" height="300"></vitrine-pipeline></div>`);
    await expect(page.locator("vitrine-pipeline g.stage").first()).toBeAttached();
    await expect(page.locator("vitrine-pipeline .chip")).toHaveCount(28);
    seen.push(await page.locator("vitrine-pipeline").evaluate(({ shadowRoot }) => {
      const embed = shadowRoot.querySelector(".embed").getBoundingClientRect();
      return [...shadowRoot.querySelectorAll(".embed-head, textarea, .primary, .note p, .picture-place, .diagram g.stage, .chip")].map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        const { color, letterSpacing, textTransform, direction } = getComputedStyle(element);
        return [element.getAttribute("class"), ...[x - embed.x, y - embed.y, width, height].map(Math.round), color, letterSpacing, textTransform, direction];
      });
    }));
  }
  expect(seen[0].length).toBeGreaterThan(50);
  expect(seen[1]).toEqual(seen[0]);

  await open(page, `<vitrine-pipeline id="a" height="1e12" layer="999" stage="__proto__" breakpoints="[null, 7, {}]" hide='"] x' theme="<b>" for="nobody" temperature="NaN" seed="-1" top-k="1e400" max-tokens="2" pace="0" prompt="&lt;img src=x onerror=window.pwned=1>" aria-label="&lt;b>bold"></vitrine-pipeline>
    <vitrine-pipeline id="b" for="b"></vitrine-pipeline><vitrine-pipeline id="c" breakpoints="[" max-tokens="1"></vitrine-pipeline><vitrine-pipeline id="e" head="99999"></vitrine-pipeline><vitrine-pipeline id="d" link="v1.AAAA" max-tokens="1" pace="0"></vitrine-pipeline>`);
  await expect(page.locator("#a .picture-place")).toHaveCSS("height", "10000px");
  await page.locator("#a").evaluate((element) => element.removeAttribute("breakpoints"));
  expect((await page.evaluate(() => document.querySelector("#a").run())).ids).toHaveLength(2);
  await page.evaluate(() => document.querySelector("#c").run().catch(() => {}));
  await expect(page.locator("#c .note")).toContainText("The run failed.");
  expect(await page.evaluate(() => document.querySelector("#e").run())).toBeNull();
  await expect(page.locator("#e .note")).toContainText("Head is 99999, want a whole number from 0 to 5.");
  expect((await page.evaluate(() => document.querySelector("#d").run())).ids).toHaveLength(1);
  expect(await page.evaluate(() => globalThis.pwned)).toBeUndefined();
});

test("a second version of the script changes nothing, and an element that goes while it loads ends its promise and comes back whole", async ({ page }) => {
  await open(page, `<vitrine-pipeline prompt="Once upon a time" temperature="0" max-tokens="2" pace="0"></vitrine-pipeline>`, { script: '<script type="module" src="v1/embed.js"></script><script type="module" src="v1/embed.js?2"></script>' });
  await expect(page.locator("vitrine-pipeline g.stage").first()).toBeAttached();
  const results = await page.evaluate(async () => {
    const element = document.querySelector("vitrine-pipeline");
    const late = () => new Promise((resolve) => setTimeout(resolve));
    const first = element.run();
    element.remove();
    const gone = await first.catch((error) => String(error));
    document.body.append(element);
    const second = element.run();
    await late();
    element.remove();
    const left = await second.catch((error) => String(error));
    document.body.append(element);
    document.body.prepend(element); // moved: it stays
    return { gone, left, ids: (await element.run()).ids.length, alone: await document.createElement("vitrine-pipeline").run().catch((error) => error.message) };
  });
  expect(results).toEqual({ gone: null, left: null, ids: 2, alone: "the element is in no document" });
  await expect(page.locator("vitrine-pipeline .embed")).toHaveCount(1);
  await page.locator("vitrine-pipeline").evaluate((element) => element.remove());
  await expect.poll(() => page.workers().length, "no engine is left").toBe(0);
});

test("hidden elements run, one starts by itself only where motion is wanted, and fifty that come and go leave nothing", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page, `<div hidden><vitrine-pipeline id="hidden" temperature="0" max-tokens="2" pace="0"></vitrine-pipeline></div><vitrine-next id="still" autoplay></vitrine-next>`);
  await expect(page.locator("#still li")).toHaveCount(6);
  expect((await page.evaluate(() => document.querySelector("#hidden").run())).ids).toHaveLength(2);
  await expect(page.locator("#still .embed")).not.toHaveAttribute("data-live");
  await page.emulateMedia({ reducedMotion: "no-preference" });
  await page.locator("#still").evaluate((element) => element.after(element.cloneNode()));
  await expect(page.locator("#still .embed").last()).toHaveAttribute("data-live");
  await page.evaluate(() => document.body.replaceChildren());
  const client = await page.context().newCDPSession(page);
  /** What there is after some elements have come, were in sight, and went. */
  async function after(times) {
    await page.evaluate(async (times) => {
      const seen = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      for (let n = 0; n < times; n++) {
        const elements = ["pipeline", "next", "attention", "tokens"].map((name) => document.body.appendChild(document.createElement(`vitrine-${name}`)));
        await seen();
        for (const element of elements) element.remove();
      }
      await seen();
    }, times);
    await client.send("HeapProfiler.collectGarbage");
    await client.send("HeapProfiler.collectGarbage");
    const { nodes, jsEventListeners } = await client.send("Memory.getDOMCounters");
    return { nodes, jsEventListeners };
  }
  const before = await after(5);
  const then = await after(50);
  expect(then.jsEventListeners - before.jsEventListeners).toBeLessThan(50); // one of each would be as many
  expect(then.nodes - before.nodes).toBeLessThan(500);
});

elsewhere("messages count only between an element and its own frame", async ({ page, site }) => {
  const body = `<!doctype html><title>A post</title><vitrine-pipeline prompt="Once upon a time" temperature="0" max-tokens="1" pace="0"></vitrine-pipeline>
    <iframe title="another" src="${site}v1/embed.html#v1.AAAA"></iframe><script type="module" src="${site}v1/embed.js"></script>
    <script>addEventListener("message", ({ source, data }) => source === frames[0] && data.type === "embed-size" && (globalThis.told = data.height))</script>`;
  const server = createServer((_, response) => response.writeHead(200, { "Content-Type": "text/html" }).end(body));
  await once(server.listen(0, "localhost"), "listening");
  try {
    await page.goto(`http://localhost:${server.address().port}/`);
    await expect(page.locator("vitrine-pipeline g.stage").first()).toBeAttached();
    await page.evaluate(() => {
      globalThis.heard = [];
      for (const type of ["stage", "token", "paused", "done"]) document.addEventListener(type, ({ detail }) => heard.push(detail));
      document.querySelector("vitrine-pipeline").run();
    });
    const frame = page.locator("vitrine-pipeline iframe").last();
    await expect.poll(() => page.evaluate(() => heard.length), { timeout: 40_000 }).toBeGreaterThan(0);
    await expect.poll(() => page.evaluate(() => heard.at(-1)?.type)).toBe("done");
    const height = await frame.evaluate((element) => element.offsetHeight);
    const lies = [{ context: "iframe.resize", height: 9999 }, { vitrine: 1, type: "done", detail: { lie: 1 } }];
    await page.evaluate((lies) => lies.forEach((lie) => postMessage(lie, "*")), lies);
    await page.getByTitle("another").scrollIntoViewIfNeeded();
    const another = page.frames().find((one) => one.url().endsWith("#v1.AAAA"));
    await expect(another.getByText("The link is cut off. Nothing of it can be read.")).toBeVisible();
    const bottom = () => another.evaluate(() => document.querySelector("vitrine-pipeline").shadowRoot.querySelector(".problems").getBoundingClientRect().bottom);
    await expect.poll(async () => (await page.evaluate(() => globalThis.told)) >= (await bottom()), "the words are in its height").toBe(true);
    await another.evaluate((lies) => lies.forEach((lie) => parent.postMessage(lie, "*")), lies);
    // What is posted later is read later.
    await page.evaluate(() => new Promise((resolve) => (addEventListener("message", resolve, { once: true }), postMessage("last", "*"))));
    expect(await page.evaluate(() => heard.filter(({ lie }) => lie))).toEqual([]);
    expect(await frame.evaluate((element) => element.offsetHeight)).toBe(height);
    const again = await page.evaluate(async () => {
      const element = document.querySelector("vitrine-pipeline");
      await element.run();
      return (await element.run())?.ids.length;
    });
    expect(again, "one run after another has its own result").toBe(1);
    // A run that fails there ends here too.
    await page.context().route("**/*.gguf", (route) => route.abort());
    expect(await page.evaluate(async () => {
      const element = document.querySelector("vitrine-pipeline").cloneNode();
      element.setAttribute("model", "gone.gguf");
      document.body.prepend(element);
      return element.run();
    })).toBeNull();
    // Its own frame may say how high it is, but not without end.
    await page.frames().find((one) => one.url().includes("element=") && !one.url().includes("gone")).evaluate(() => parent.postMessage({ context: "iframe.resize", height: 1e12 }, "*"));
    await expect.poll(() => frame.evaluate((element) => element.offsetHeight)).toBe(10_000);
  } finally {
    server.close();
  }
});
