// What docs/embed.md shows runs as it stands there, under the policies that it states, on pages of other origins and of our own.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { elsewhere as plain, expect } from "./fixtures.js";

const docs = readFileSync("docs/embed.md", "utf8");
const blocks = (/** @type {string} */ language) => [...docs.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].filter(([, named]) => named === language).map(([, , code]) => code);
const [element, upgraded, frame] = blocks("html");
const [methods, messages] = blocks("js");
const [elsewhere, own, framed] = blocks("").map((text) => text.trim());

const test = plain.extend({
  /** Opens a page of another origin with this in it. */
  open: async ({ page, site }, use) => {
    const at = (/** @type {string} */ text) => text.replaceAll("https://vitrine.example/", site).replaceAll("https://vitrine.example", new URL(site).origin);
    let answer = { body: "", policy: "" };
    const server = createServer((_, response) => response.writeHead(200, { "Content-Type": "text/html", "Content-Security-Policy": `default-src 'none'; style-src 'none'; img-src data:; ${at(answer.policy)}` }).end(at(answer.body))).listen(0, "localhost");
    await once(server, "listening");
    await use(async (body, policy) => {
      answer = { body: `<!doctype html><html lang="en"><title>A post</title><link rel="icon" href="data:,">${body}`, policy };
      await page.goto(`http://localhost:${server.address().port}/`);
    });
    server.close();
  },
});

/** Runs the page's element to its end. @returns {Promise<any>} the event "done" */
const run = (page) => page.locator("vitrine-pipeline").evaluate(async (element) => {
  const done = new Promise((resolve) => element.addEventListener("done", ({ detail }) => resolve(detail)));
  await element.run({ maxTokens: 6, pace: 0, temperature: 0 });
  return done;
});

test("an element, a page's own diagram and a frame, each as three lines say, under the stated policies", async ({ page, open, site }) => {
  expect([element, upgraded, frame, methods, messages, elsewhere, own, framed].every(Boolean)).toBe(true);
  const refused = [];
  page.on("console", (message) => /Content.Security.Policy/.test(message.text()) && refused.push(message.text()));
  let loaded = 0; // bytes; what the browser has already counts as nothing
  page.on("requestfinished", async (request) => {
    const { responseBodySize } = await request.sizes();
    loaded += Math.max(0, responseBodySize);
  });
  const stated = [...docs.split("\n## Sizes")[1].matchAll(/\| (\d+) KB/g)].map(([, kilobytes]) => Number(kilobytes));
  const near = (/** @type {number} */ size) => expect.poll(() => Math.abs(loaded / 1000 - size), `${size} KB`).toBeLessThan(0.1 * size);

  await open(element, elsewhere);
  await expect(page.getByRole("button", { name: /^Run \(/ })).toContainText(docs.match(/default model \| ([\d.]+ MB)/)[1]);
  await near(stated[0]);
  await open(upgraded, elsewhere);
  await expect(page.locator("vitrine-pipeline g.stage")).toHaveCount(3);
  await near(stated[1]);
  expect(await run(page)).toMatchObject({ finishReason: "length" });
  await open(element, elsewhere);
  expect((await run(page)).text).toContain("Paris");

  await open(frame, framed);
  const said = page.waitForEvent("console", (message) => message.text().includes("Paris"));
  await page.evaluate(messages); // the page's own script, which its policy would have to allow
  await page.locator("iframe").evaluate((frame) => (frame.src = frame.src.replace("#", "?again#"))); // it may have been ready before
  await said;
  await expect(page.locator("iframe")).toHaveAttribute("style", /height: \d+px/);

  // On our own origin the page's policy is about the engine too.
  const body = `<!doctype html><html lang="en"><title>A post</title><link rel="icon" href="data:,">${element.replaceAll("https://vitrine.example/", site)}`;
  await page.route("**/post.html", (route) => route.fulfill({ contentType: "text/html", headers: { "Content-Security-Policy": `default-src 'none'; style-src 'none'; img-src data:; ${own}` }, body }));
  await page.goto(`${site}post.html`);
  const texts = [];
  page.on("console", (message) => texts.push(message.text()));
  await page.evaluate(`(async () => { await customElements.whenDefined("vitrine-pipeline"); ${methods} })()`);
  expect(texts.at(-1)).toContain("Paris");
  expect(texts).toContain("paused attention.mask O4");
  expect(page.frames(), "no frame was needed").toHaveLength(1);
  expect(refused).toEqual([]);
});
