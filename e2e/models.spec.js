// How a model comes: what stalls is said, and what came is kept on the device.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { whole } from "./checkpoint.js";
import { expect, openAPI, openPage, pass, test } from "./fixtures.js";

test.use({ reuseContext: false, expectedErrors: [/Failed to load resource/] }); // what a server lacks or refuses, the browser says on its console

test.describe("what stalls while the page loads", () => {
  for (const [what, pattern] of [["the model", "**/*.gguf"], ["the engine's script", "**/worker-*.js"]]) {
    test(`${what} is said to, can be cancelled, and comes when it is asked for again`, async ({ page, context }) => {
      await context.route(pattern, () => {}); // which never answers
      await page.clock.install();
      await page.goto("./");
      await expect(page.locator("#loading")).toBeVisible();
      await expect(page.locator("#loading").getByRole("button")).toHaveCount(0);
      await expect(async () => {
        await pass(page, 12);
        await expect(page.locator("#loading")).toContainText(new RegExp(`Nothing has come for \\d+ s. The page waits for ${what}.`), { timeout: 500 });
      }).toPass();
      await page.locator("#loading").screenshot({ path: test.info().outputPath("stalled.png") });
      await page.locator("#loading").getByRole("button", { name: "Cancel" }).click();
      await expect(page.locator("#loading")).toBeHidden();
      await expect(page.locator("#status")).toContainText("No model loaded");
      await page.locator(".model-button").click();
      await page.getByRole("button", { name: "Default model" }).click();
      const retry = page.locator("#loading").getByRole("button", { name: "Try again" });
      await expect(async () => { // what comes before it may take a while, and is progress
        await pass(page, 12);
        await expect(retry).toBeVisible({ timeout: 500 });
      }).toPass();
      await context.unroute(pattern);
      await page.locator(".loading-foot .secondary").dispatchEvent("click"); // bytes of another file that come just now hide it
      await expect(page.locator(".model-state")).toContainText("on this device");
    });
  }
});

test("a model is kept for the next visit, listed with its size, and can be deleted", async ({ page, requests }) => {
  const ofModel = () => requests.filter((url) => url.endsWith(".gguf")).length;
  await openPage(page);
  await expect(page.locator(".model-state")).toHaveText("5.0 MB, on this device");
  await openPage(page);
  await expect(page.locator(".model-state")).toHaveText("5.0 MB, from this device");
  expect(ofModel()).toBe(1);
  await page.locator(".model-button").click();
  const list = page.getByRole("list", { name: "Stored on this device" });
  await expect(list.getByRole("listitem")).toHaveCount(1);
  await expect(list).toContainText("tiny5.0 MB, localhost");
  await page.locator("#model-menu").screenshot({ path: test.info().outputPath("stored.png") });
  await list.getByRole("button", { name: /^tiny/ }).click();
  await expect(page.locator(".model-state")).toHaveText("5.0 MB, on this device");
  expect(ofModel()).toBe(1);
  await page.locator(".model-button").click();
  await page.getByRole("button", { name: "Delete tiny from this device" }).click();
  await expect(list).toBeHidden();
  await openPage(page);
  await expect(page.locator(".model-state")).toHaveText("5.0 MB, on this device");
  expect(ofModel()).toBe(2);
});

test("a stored copy that was changed is refused and dropped, and comes again", async ({ page }) => {
  await openAPI(page);
  const got = await page.evaluate(async () => {
    const { createEngine, storedModels } = globalThis.vitrine;
    const load = () => createEngine().then(({ info, close }) => info.from, ({ code, message }) => `${code} ${/SHA-256/.test(message)}`);
    const said = [await load()];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const key of await cache.keys()) {
        const answer = await cache.match(key);
        const bytes = new Uint8Array(await answer.arrayBuffer());
        bytes[bytes.length - 1000] ^= 1;
        await cache.put(key, new Response(bytes, { headers: answer.headers }));
      }
    }
    said.push(await load(), (await storedModels()).length, await load(), await load());
    return said;
  });
  expect(got).toEqual(["network", "model.format true", 0, "network", "stored"]);
});

test("storage that is full or forbidden leaves the model running", async ({ page, context }) => {
  await openAPI(page);
  const devtools = await context.newCDPSession(page);
  await devtools.send("Storage.overrideQuotaForOrigin", { origin: new URL(page.url()).origin, quotaSize: 1e6 });
  const load = () => page.evaluate(async () => {
    const engine = await globalThis.vitrine.createEngine();
    const { ids } = await engine.generate("Once", { temperature: 0, maxTokens: 2 }).result;
    engine.close();
    return { stored: engine.info.stored, notes: engine.info.notes, ids: ids.length };
  });
  expect(await load()).toEqual({ stored: false, notes: [expect.stringContaining("storage for this site is full")], ids: 2 });
});

test("a checkpoint of a server is quantized once, and kept while it is the same", async ({ page }) => {
  let tag = '"1"';
  const asked = [];
  await page.context().route("**/m/*", (route) => {
    const name = new URL(route.request().url()).pathname.split("/").at(-1);
    asked.push(`${route.request().method()} ${name}`);
    const body = whole[name];
    return route.fulfill(body ? { status: 200, headers: { ETag: tag }, body: route.request().method() === "HEAD" ? "" : body } : { status: 404 });
  });
  await openAPI(page);
  const load = () => page.evaluate(async () => {
    const engine = await globalThis.vitrine.createEngine({ model: "m/model.safetensors" });
    const { ids } = await engine.generate("ab a", { temperature: 0, maxTokens: 4, ignoreEos: true }).result;
    engine.close();
    return { from: engine.info.from, stored: engine.info.stored, file: engine.quantized.file.name, ids };
  });
  const first = await load();
  expect(first).toMatchObject({ from: "network", stored: true, file: "m-q8_0.gguf" });
  asked.length = 0;
  expect(await load()).toEqual({ ...first, from: "stored" });
  expect(asked).toEqual(["HEAD model.safetensors"]);
  tag = '"2"';
  expect(await load()).toEqual(first);
  await page.context().route("**/m/*", (route) => route.abort("internetdisconnected"));
  expect(await load()).toEqual({ ...first, from: "stored" });
});

const sum = (/** @type {Buffer} */ bytes) => createHash("sha256").update(bytes).digest("hex");

/**
 * A hub, and the host that it sends browsers on to for large files, as huggingface.co does it.
 *
 * @param {(path: string, n: number) => { status: number, headers?: Record<string, string>, body?: Buffer } | undefined} [how] what it does
 *   otherwise; n: requests of the path before
 */
async function serveHub(how = () => undefined) {
  /** @type {string[]} */
  const asked = [];
  const weights = whole["model.safetensors"];
  const ETag = `"${sum(weights).slice(0, 32)}"`; // of the host for large files
  const line = { ends: weights.length }; // of the host for large files: offset after which it breaks off
  /** @param {import("node:http").ServerResponse} response @param {number} status @param {Record<string, string>} headers @param {Buffer} [body] */
  const answer = (response, status, headers, body = Buffer.from("")) => {
    response.writeHead(status, { "Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag, X-Linked-Etag, Content-Range, Retry-After", "Content-Length": body.length, ...headers });
    response.end(response.req.method === "HEAD" ? undefined : body);
  };
  const cdn = createServer((request, response) => {
    asked.push(`cdn ${request.method}`);
    const [, from, to] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? "") ?? [];
    if (line.ends < weights.length && request.method === "GET") {
      response.writeHead(from === undefined ? 200 : 206, { "Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag, Content-Range", ETag, "Content-Length": weights.length - Number(from ?? 0), ...(from && { "Content-Range": `bytes ${from}-${weights.length - 1}/${weights.length}` }) });
      return response.write(weights.subarray(Number(from ?? 0), line.ends), () => setTimeout(() => response.destroy(), 10));
    }
    if (from === undefined) return answer(response, 200, { ETag }, weights);
    const end = Math.min(to ? Number(to) + 1 : weights.length, weights.length);
    answer(response, 206, { ETag, "Content-Range": `bytes ${from}-${end - 1}/${weights.length}` }, weights.subarray(Number(from), end));
  });
  const hub = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://x");
    const n = asked.filter((earlier) => earlier.endsWith(` ${pathname}`)).length;
    asked.push(`${request.method} ${pathname}`);
    const other = how(pathname, n);
    if (other) return answer(response, other.status, other.headers ?? {}, other.body);
    const [, , kind, name] = /^\/([^/]+\/[^/]+)\/(resolve|raw)\/main\/(.+)$/.exec(pathname) ?? [];
    if (name === "model.safetensors" && kind === "raw") return answer(response, 200, {}, Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${sum(weights)}\nsize ${weights.length}\n`));
    if (name === "model.safetensors") return answer(response, 302, { Location: `http://127.0.0.1:${/** @type {any} */ (cdn.address()).port}/blob`, "X-Linked-Etag": `"${sum(weights)}"` });
    const body = name && whole[name];
    answer(response, body ? 200 : 404, body ? { ETag: `"${sum(body).slice(0, 40)}"` } : {}, body);
  });
  await Promise.all([once(cdn.listen(0, "127.0.0.1"), "listening"), once(hub.listen(0, "localhost"), "listening")]);
  const stop = () => [cdn, hub].forEach((server) => (server.closeAllConnections(), server.close()));
  return { url: `http://localhost:${/** @type {any} */ (hub.address()).port}`, asked, line, stop };
}

test("GPT-2 comes from the hub with one press, and the next time from the device", async ({ context, site }) => {
  const { url, asked, line, stop } = await serveHub((path, n) => (path.endsWith("config.json") && n === 0 ? { status: 429, headers: { "Retry-After": "1" } } : undefined));
  try {
    const page = await context.newPage();
    /** @type {string[]} */
    const foreign = [];
    context.on("request", (request) => !/^(data|blob):/.test(request.url()) && !request.url().startsWith(site) && foreign.push(request.url()));
    await openPage(page, { address: `${site}?hub=${url}` });
    const { host } = new URL(url);
    await page.locator(".model-button").click();
    await page.getByText(`GPT-2 from ${host}`).click();
    const row = page.locator(".hub-models li").filter({ hasText: /^openai-community\/gpt2(?!-)/ });
    await expect(row).toContainText("Licence MIT");
    await expect(row).toContainText("Parameters124 MDownload548 MBStored135 MBIn memory242 MB");
    await page.locator("#model-menu").screenshot({ path: test.info().outputPath("hub.png") });
    expect({ foreign, asked }).toEqual({ foreign: [], asked: [] });
    const all = line.ends;
    line.ends = Math.round(all / 2);
    await row.getByRole("button", { name: `openai-community/gpt2: Download from ${host}` }).click();
    await expect(page.locator("#notice")).toContainText("broke off");
    line.ends = all;
    asked.length = 0;
    await page.locator(".model-button").click();
    await page.getByRole("list", { name: "Stored on this device" }).getByRole("button", { name: /^openai-community\/gpt2.* so far, go on/ }).click();
    await expect(page.locator(".model-state")).toContainText("quantized here");
    await expect(page.locator(".model-name")).toHaveText("gpt2");
    expect(asked).toContain("cdn GET");
    expect(asked).toContain("GET /openai-community/gpt2/raw/main/model.safetensors");
    asked.length = 0;
    await page.locator(".model-button").click();
    await row.getByRole("button", { name: "openai-community/gpt2: Open" }).click();
    await expect(page.locator(".model-state")).toContainText("from this device");
    expect(asked.filter((one) => /^(cdn )?GET/.test(one))).toEqual([]);
    await page.locator(".model-button").click();
    await page.getByLabel("Another GPT-2 model").fill("gpt2");
    await page.keyboard.press("Enter");
    await expect(page.locator("#hub-id-error")).toContainText("Write the owner and the name");
  } finally {
    stop();
  }
});

test("what a hub refuses is said, and the model before stays", async ({ context, site }) => {
  const { url, stop } = await serveHub((path) => {
    const [, owner] = path.split("/");
    return /^\d+$/.test(owner) ? { status: Number(owner) } : owner === "damaged" && path.includes("/raw/") ? { status: 200, body: Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 1\n`) } : undefined;
  });
  try {
    const page = await context.newPage();
    await openPage(page, { address: `${site}?hub=${url}` });
    for (const [owner, words] of [["401", "wants a login"], ["403", "wants a login"], ["404", "404"], ["damaged", "SHA-256"]]) {
      await page.locator(".model-button").click();
      await page.locator("#hub-id").evaluate((field) => (field.closest("details").open = true));
      await page.locator("#hub-id").fill(`${owner}/m`);
      await page.keyboard.press("Enter");
      await expect(page.locator("#notice")).toContainText(words);
      await expect(page.locator("#notice")).toContainText("The model tiny stays loaded.");
      await page.locator("#notice").getByRole("button", { name: "Close" }).click();
    }
  } finally {
    stop();
  }
});

test("a download that is cut off is listed with what has come, and goes on from there in a later visit", async ({ context, site }) => {
  const model = readFileSync("models/vitrine-tiny-q8_0.gguf");
  let ends = 2.6e6; // the line is slow, and then gives nothing more
  const froms = [];
  const server = createServer((request, response) => {
    const [, from] = /bytes=(\d+)-/.exec(request.headers.range ?? "") ?? [];
    froms.push(Number(from ?? 0));
    const part = from ? { "Content-Range": `bytes ${from}-${model.length - 1}/${model.length}` } : {};
    const some = { "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "Range", "Access-Control-Expose-Headers": "ETag, Content-Range", ETag: '"1"' };
    response.writeHead(request.method === "OPTIONS" ? 204 : from ? 206 : 200, { ...some, ...part, ...(request.method !== "OPTIONS" && { "Content-Length": model.length - Number(from ?? 0) }) });
    if (request.method === "OPTIONS") response.end();
    else if (ends >= model.length) response.end(model.subarray(Number(from ?? 0)));
    else {
      let at = Number(from ?? 0);
      const drip = setInterval(() => {
        response.write(model.subarray(at, Math.min(at + 80_000, ends)));
        if ((at += 80_000) >= ends) clearInterval(drip);
      }, 200);
    }
  });
  await once(server.listen(0, "localhost"), "listening");
  try {
    const page = await context.newPage();
    const address = `http://localhost:${/** @type {any} */ (server.address()).port}/m.gguf`;
    await page.goto(`${site}?model=${address}`);
    await page.getByRole("button", { name: /^Load it from localhost:\d+$/ }).click();
    await expect(page.locator("#loading")).toContainText(/About \d+ seconds left/);
    await expect.poll(() => page.evaluate(async () => (await (await caches.open("vitrine-begun-1")).keys()).length)).toBeGreaterThan(0);
    await context.route("**/vitrine-tiny*.gguf", () => {}); // the default model does not come either
    await page.goto(site);
    await page.locator(".model-button").click();
    const row = page.getByRole("list", { name: "Stored on this device" }).getByRole("listitem").filter({ hasText: "go on" });
    await expect(row).toHaveText(/^m\.gguf[0-2]\.\d of 5\.0 MB so far, go on/);
    ends = model.length;
    froms.length = 0;
    await row.getByRole("button", { name: /^m\.gguf/ }).click();
    await expect(page.locator(".model-state")).toHaveText("5.0 MB, on this device");
    await expect(page.locator("#status")).toContainText("Ready");
    expect(froms.at(-1)).toBeGreaterThan(0);
    await page.locator(".model-button").click();
    await expect(row).toHaveCount(0);
    await expect(page.getByRole("button", { name: "Delete m from this device" })).toBeVisible();
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("a model that will not fit is refused by its size, before it comes", async ({ page }) => {
  await page.route("**/manifest.json", (route) => route.fulfill({ json: { models: [{ name: "huge", url: "vitrine-tiny-q8_0.gguf", bytes: 6e9 }] } }));
  await page.goto("./");
  await expect(page.locator("#notice")).toContainText("There is not enough memory for this model.");
  await expect(page.locator("#notice")).toContainText("The model file has 6.0 GB and needs at least 7.2 GB of memory");
});

test("a list of models needs no sum, and takes one in capitals", async ({ page }) => {
  const { models: [model] } = JSON.parse(readFileSync("models/manifest.json", "utf8"));
  await openAPI(page);
  expect(await page.evaluate(() => globalThis.vitrine.createEngine({ store: false }).then(({ info }) => info.parameters))).toBe(model.parameters);
  for (const [sha256, end] of [[undefined, "network"], [model.sha256.toUpperCase(), "network"], ["0".repeat(64), "model.format"]]) {
    await page.route("**/manifest.json", (route) => route.fulfill({ json: { models: [{ ...model, sha256 }] } }));
    expect(await page.evaluate(() => globalThis.vitrine.createEngine().then(({ info }) => info.from, ({ code }) => code))).toBe(end);
  }
});

test("a name and a token of any length are shown cut, and act on nothing around them", async ({ page }, info) => {
  const name = `evil\0\u202egpj.${"n".repeat(1_000_000)}`; // which the GGUF file then has too
  const tokens = Object.entries(JSON.parse(String(whole["vocab.json"])));
  const [, last] = tokens.pop();
  const files = { ...whole, "vocab.json": Buffer.from(JSON.stringify(Object.fromEntries(tokens))), "added_tokens.json": Buffer.from(JSON.stringify({ [`\u202e${"t".repeat(1_000_000)}`]: last })) };
  await openPage(page);
  await page.evaluate(async ({ files, name }) => {
    const list = Object.entries(files).map(([file, text]) => new File([Uint8Array.from(text, (c) => c.charCodeAt(0))], file));
    document.querySelector("#app").dispatchEvent(new CustomEvent("model", { detail: { files: list, folder: name }, bubbles: true }));
  }, { files: Object.fromEntries(Object.entries(files).map(([file, bytes]) => [file, bytes.toString("latin1")])), name });
  await expect(page.locator(".model-state")).toContainText("quantized here", { timeout: 40_000 });
  const shown = await page.locator(".model-name").textContent();
  expect(shown.length).toBeLessThan(130);
  expect(shown).not.toMatch(/[\0\u202e]/);
  await page.locator(".model-button").click();
  expect((await page.locator("#model-menu").evaluate((menu) => menu.scrollHeight))).toBeLessThan(4000);
  await page.screenshot({ path: info.outputPath("names.png") });
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Special tokens" }).click();
  const token = page.locator(".special-menu button").filter({ hasText: "ttt" });
  await expect(token).toBeVisible();
  expect((await token.textContent()).length).toBeLessThan(150);
  await expect(token).not.toContainText("\u202e");
});

test("a prompt of 5 MB is refused for its length, and the engine is asked nothing of it", async ({ page }) => {
  await page.addInitScript(() => {
    globalThis.longest = 0; // text that a worker was sent
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (message, ...rest) {
      globalThis.longest = Math.max(globalThis.longest, JSON.stringify(message)?.length ?? 0);
      return postMessage.call(this, message, ...rest);
    };
  });
  await openPage(page);
  await expect(page.locator("#prompt-count")).toHaveText(/\d+ of 256 tokens/);
  await page.locator("#prompt").evaluate((area) => {
    area.hidden = true; // what the browser itself takes to lay it out is its own
    area.value = "word ".repeat(1_000_000);
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await expect(page.locator("#prompt-count")).toHaveText("5,000,000 characters, too long for 256 tokens");
  await page.getByRole("button", { name: "Generate" }).click();
  await expect(page.locator("#prompt-error")).toContainText("does not fit the model's context");
  const longest = await page.evaluate(() => globalThis.longest);
  expect(longest).toBeGreaterThan(0);
  expect(longest).toBeLessThan(100_000);
});

test("the menu lists what else models/manifest.json has", async ({ page }) => {
  await page.route("**/manifest.json*", async (route) => {
    const { models: [tiny] } = await (await route.fetch()).json();
    await route.fulfill({ json: { models: [tiny, { ...tiny, name: "second", url: `${tiny.url}?second` }] } });
  });
  await openPage(page);
  await page.locator(".model-button").click();
  const row = page.getByRole("list", { name: "Models", exact: true }).getByRole("button", { name: "second" });
  const facts = "4,291,584 parameters, download 5.0 MB, in memory 10.0 MB, MIT";
  await expect(page.getByRole("button", { name: "Default model" })).toContainText(facts);
  await expect(page.getByRole("button", { name: "Default model" }).locator(".recent-name"), "as it is called where it is stored").toHaveText("tiny");
  await expect(row).toContainText(facts);
  await row.click();
  await expect(page.locator(".model-button")).toBeVisible();
  await page.locator(".model-button").click();
  await expect(row).toHaveAttribute("aria-current", "true");
});
