// A user's own model: the page makes of a checkpoint what tools/quantize makes of it, and nothing leaves the device.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { large, sharded, whole } from "./checkpoint.js";
import { expect, generate, openAPI, openPage, serve, test, violations } from "./fixtures.js";

const { models } = JSON.parse(readFileSync("models/manifest.json", "utf8"));
const tiny = "../shared/checkpoints/tiny";

/**
 * Writes a checkpoint's folder.
 *
 * @param {string} parent
 * @param {string} name
 * @param {Record<string, Buffer>} files
 */
function folder(parent, name, files) {
  const path = join(parent, name);
  mkdirSync(path, { recursive: true });
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(path, file), bytes);
  return path;
}

/** What the native tool makes of a folder. @param {string} path @param {string} out @param {string} name */
function native(path, out, name) {
  execFileSync("build/quantize", ["-in", path, "-out", out, "-name", name]);
  return readFileSync(out);
}

/** @param {Record<string, Buffer>} files as the file picker takes them */
const picked = (files) => Object.entries(files).map(([name, buffer]) => ({ name, mimeType: "", buffer }));

/** @param {Record<string, Buffer>} files @param {string} name */
const without = (files, name) => Object.fromEntries(Object.entries(files).filter(([key]) => key !== name));

/**
 * Saves the file that the page has made, and returns its bytes.
 *
 * @param {import("@playwright/test").Page} page
 */
async function save(page) {
  await page.locator(".model-button").click();
  const waiting = page.waitForEvent("download");
  await page.getByRole("link", { name: "Save the GGUF file" }).click();
  const download = await waiting;
  await page.keyboard.press("Escape");
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

/** @param {import("@playwright/test").Page} page */
const made = (page) => expect(page.locator(".model-state")).toContainText("quantized here");

/**
 * Drops files or folders of this machine on the page.
 *
 * @param {import("@playwright/test").Page} page
 * @param {string[]} paths
 */
async function drop(page, paths) {
  const devtools = await page.context().newCDPSession(page);
  const data = { items: [], files: paths.map((path) => join(process.cwd(), path)), dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver"]) await devtools.send("Input.dispatchDragEvent", { type, x: 400, y: 300, data });
  await expect(page.locator(".drop")).toContainText("Nothing is uploaded");
  await devtools.send("Input.dispatchDragEvent", { type: "drop", x: 400, y: 300, data });
}

for (const [what, files] of Object.entries({ "a checkpoint": whole, "a checkpoint in several files": sharded })) {
  test(`${what} from the picker becomes what the tool makes of it`, async ({ page }, info) => {
    const want = native(folder(info.outputPath(), "small", files), info.outputPath("small.gguf"), "model");
    await openPage(page);
    await page.getByLabel("Open model files").setInputFiles(picked(files));
    await made(page);
    const { name, bytes } = await save(page);
    expect(name).toBe("model-q8_0.gguf");
    expect(bytes.equals(want)).toBe(true);
    await generate(page);
    await expect(page.locator("#meter")).toContainText("tokens/s");
  });
}

test("a folder that is dropped gives the model its name", async ({ page }, info) => {
  const path = folder(info.outputPath(), "my tales", { ...whole, ".hidden": Buffer.from("{") });
  const want = native(path, info.outputPath("tales.gguf"), "my tales");
  await openPage(page);
  await drop(page, [path.slice(process.cwd().length + 1)]);
  await made(page);
  await expect(page.locator(".model-name")).toHaveText("my tales");
  const { name, bytes } = await save(page);
  expect(name).toBe("my-tales-q8_0.gguf");
  expect(bytes.equals(want)).toBe(true);
});

test("files that are dropped belong together", async ({ page }, info) => {
  const path = folder(info.outputPath(), "small", whole).slice(process.cwd().length + 1);
  await openPage(page);
  await drop(page, Object.keys(whole).map((name) => join(path, name)));
  await made(page);
});

/**
 * The page's checkpoints through the API; each value is a file's text, as bytes in Latin-1.
 *
 * @param {import("@playwright/test").Page} page
 * @param {Record<string, Buffer>} files
 */
function create(page, files) {
  const latin = Object.entries(files).map(([name, bytes]) => [name, bytes.toString("latin1")]);
  return page.evaluate(async (latin) => {
    const files = latin.map(([name, text]) => new File([Uint8Array.from(text, (c) => c.charCodeAt(0))], name));
    return vitrine.createEngine({ model: files }).then(
      (engine) => ({ code: "none", message: engine.quantized?.file.name ?? "" }),
      (error) => ({ code: error.code, message: error.message, isError: error instanceof vitrine.VitrineError }),
    );
  }, latin);
}

test("what cannot be converted is refused, with what to do", async ({ page }) => {
  test.setTimeout(120_000);
  await openAPI(page);
  const weights = whole["model.safetensors"];
  const header = 8 + Number(weights.readBigUInt64LE());
  const changed = (at, bytes) => ({ ...whole, "model.safetensors": Buffer.concat([weights.subarray(0, at), Buffer.from(bytes), weights.subarray(at + bytes.length)]) });
  const json = (change) => ({ ...whole, "config.json": Buffer.from(JSON.stringify({ ...JSON.parse(String(whole["config.json"])), ...change })) });
  const nan = [0, 0, 0xc0, 0x7f];
  for (const [what, files, code, words] of [
    ["no config", without(whole, "config.json"), "model.incomplete", "config.json"],
    ["no tokenizer", without(without(whole, "vocab.json"), "merges.txt"), "model.incomplete", "tokenizer.json"],
    ["no merges", without(whole, "merges.txt"), "model.incomplete", "merges.txt"],
    ["no weights", without(whole, "model.safetensors"), "model.incomplete", "model.safetensors"],
    ["no index", without(sharded, "model.safetensors.index.json"), "model.incomplete", "model.safetensors.index.json"],
    ["no second shard", without(sharded, "model-00002-of-00002.safetensors"), "model.incomplete", "model-00002-of-00002.safetensors"],
    ["cut off", { ...whole, "model.safetensors": weights.subarray(0, weights.length - 5) }, "model.format", "cut off"],
    ["empty", { ...whole, "model.safetensors": Buffer.alloc(0) }, "model.format", "0 bytes"],
    ["a header that lies", changed(0, [255, 255, 255, 255, 255, 255, 255, 127]), "model.format", "header length"],
    ["NaN", changed(header, nan), "model.format", "h.0.attn.c_attn.bias"],
    ["another architecture", json({ model_type: "llama" }), "model.format", "llama"],
    ["another shape", json({ n_inner: 128 }), "model.format", "mlp.c_fc"],
    ["PyTorch's format", { ...without(whole, "model.safetensors"), "pytorch_model.bin": Buffer.from("PK\x03\x04") }, "model.unsupported", "go run ./tools/quantize -in pytorch_model.bin"],
    ["two models", { ...whole, "other.gguf": Buffer.from("GGUF"), "another.gguf": Buffer.from("GGUF") }, "argument", "two models"],
    ["nothing", {}, "model.incomplete", "no files"],
  ]) {
    const outcome = await create(page, files);
    expect({ what, ...outcome, message: "" }).toEqual({ what, code, message: "", isError: true });
    expect(outcome.message, what).toContain(words);
    expect(outcome.message).not.toMatch(/panic|goroutine|undefined|\[object/);
  }
  expect(await create(page, whole)).toEqual({ code: "none", message: "model-q8_0.gguf" });
});

test("a missing file is named, and the model before stays", async ({ page }) => {
  await openPage(page);
  await page.locator(".model-button").focus();
  await page.getByLabel("Open model files").setInputFiles(picked(without(whole, "config.json")));
  const alert = page.getByRole("alert");
  await expect(alert).toContainText("model.incomplete");
  await expect(alert).toContainText("config.json");
  await expect(alert).toContainText("stays loaded");
  await alert.getByRole("button", { name: "Close" }).focus();
  await page.keyboard.press("Enter");
  await expect(alert).toBeEmpty();
  await expect(page.locator(".model-button")).toBeFocused(); // where it was before
  await page.getByLabel("Open model files").setInputFiles(picked(without(whole, "config.json")));
  const choosing = page.waitForEvent("filechooser");
  await alert.getByRole("button", { name: "Choose the files again" }).click();
  await (await choosing).setFiles(picked(whole));
  await made(page);
});

test("quantizing stops when its signal is aborted", async ({ page }) => {
  await openAPI(page);
  const latin = Object.entries(whole).map(([name, bytes]) => [name, bytes.toString("latin1")]);
  const { phases, same } = await page.evaluate(async (latin) => {
    const files = latin.map(([name, text]) => new File([Uint8Array.from(text, (c) => c.charCodeAt(0))], name));
    const controller = new AbortController();
    const reason = new Error("enough");
    const phases = [];
    const onProgress = ({ phase, loaded, total }) => {
      phases.push(phase);
      if (phase === "quantize" && loaded < total) controller.abort(reason);
    };
    const same = await vitrine.createEngine({ model: files, signal: controller.signal, onProgress }).then(() => "made", (error) => error === reason);
    await new Promise((resolve) => setTimeout(resolve, 500));
    return { phases, same };
  }, latin);
  expect(same).toBe(true);
  expect(phases.at(-1)).toBe("quantize");
});

test("a page that is not isolated makes the same of a checkpoint", async ({ browser }, info) => {
  const want = native(folder(info.outputPath(), "small", whole), info.outputPath("small.gguf"), "model");
  const { url, stop } = await serve("dist", "-isolate=false");
  const page = await browser.newPage();
  try {
    await openPage(page, { address: url });
    await page.getByLabel("Open model files").setInputFiles(picked(whole));
    await made(page);
    expect((await save(page)).bytes.equals(want)).toBe(true);
    await generate(page);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
  } finally {
    await page.close();
    await stop();
  }
});

test("a large checkpoint takes little memory", async ({ page, browser }, info) => {
  test.skip(process.platform !== "linux", "the memory of a process is read from /proc");
  const path = folder(info.outputPath(), "large", large.files);
  truncateSync(join(path, "model.safetensors"), large.weightsBytes); // zeros that take no room on the disk
  await openAPI(page);
  await page.evaluate(() => document.body.append(Object.assign(document.createElement("input"), { type: "file", multiple: true })));
  await page.locator("input").setInputFiles(Object.keys(whole).map((name) => join(path, name)));
  const devtools = await browser.newBrowserCDPSession();
  /** The most that a renderer has had so far, in MB. */
  const peak = async () => {
    const { processInfo } = await devtools.send("SystemInfo.getProcessInfo");
    const status = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => readFileSync(`/proc/${id}/status`, "utf8"));
    return Math.max(...status.map((text) => Number(/VmHWM:\s+(\d+)/.exec(text)[1]) / 1e3));
  };
  // Stopped before the model is loaded: the engine's own memory is not what is measured.
  const quantize = (/** @type {number} */ share) =>
    page.evaluate((share) => {
      const controller = new AbortController();
      const onProgress = ({ phase, loaded, total }) => phase === "quantize" && loaded >= share * total && controller.abort(new Error("enough"));
      return vitrine.createEngine({ model: document.querySelector("input").files, signal: controller.signal, onProgress }).then(() => "made", ({ message }) => message);
    }, share);
  expect(await quantize(0)).toBe("enough");
  const before = await peak();
  expect(await quantize(1)).toBe("enough");
  expect(await peak() - before).toBeLessThan(200); // the 305 MB that are read do not fit
});

test("a checkpoint of many windows becomes what the tool makes of it", async ({ page }, info) => {
  test.skip(!existsSync(tiny), `${tiny} is not here`);
  const want = native(tiny, info.outputPath("tiny.gguf"), "model");
  await openAPI(page);
  await page.evaluate(() => document.body.append(Object.assign(document.createElement("input"), { type: "file", multiple: true })));
  await page.locator("input").setInputFiles(["config.json", "model.safetensors", "vocab.json", "merges.txt"].map((name) => join(tiny, name)));
  const outcome = await page.evaluate(async () => {
    const progress = [];
    const onProgress = (p) => p.phase === "quantize" && progress.push(p);
    const engine = await vitrine.createEngine({ model: document.querySelector("input").files, onProgress });
    const digest = await crypto.subtle.digest("SHA-256", await engine.quantized.file.arrayBuffer());
    const { text } = await engine.generate("What is the capital of France?", { temperature: 0, maxTokens: 12 }).result;
    return { progress, digest: [...new Uint8Array(digest)], text, bytes: engine.info.bytes };
  });
  expect(Buffer.from(outcome.digest).toString("hex")).toBe(createHash("sha256").update(want).digest("hex"));
  expect(outcome.bytes).toBe(want.length);
  expect(outcome.text).toContain("Paris");
  const loaded = outcome.progress.map((p) => p.loaded);
  expect(loaded.length).toBeGreaterThan(2);
  expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
  expect(loaded.at(-1)).toBe(outcome.progress.at(-1).total);
});

/**
 * A model in several GGUF files, as the tool writes it, by name.
 *
 * @param {import("@playwright/test").TestInfo} info
 */
function split(info) {
  const path = folder(info.outputPath(), "small", whole);
  execFileSync("build/quantize", ["-in", path, "-out", info.outputPath("parts.gguf"), "-split", "20kB"]);
  const names = readdirSync(info.outputPath()).filter((name) => name.startsWith("parts-")).sort();
  expect(names.length).toBeGreaterThan(2);
  return Object.fromEntries(names.map((name) => [name, readFileSync(info.outputPath(name))]));
}

test("a GGUF file in several parts runs as the one file does", async ({ page }, info) => {
  const parts = split(info);
  const names = Object.keys(parts);
  const one = native(info.outputPath("small"), info.outputPath("one.gguf"), "small");
  await openAPI(page);
  const shuffled = Object.fromEntries([...names.slice(1), names[0]].map((name) => [name, parts[name]]));
  const runs = [];
  for (const files of [{ "one.gguf": one }, shuffled]) {
    runs.push(
      await page.evaluate(async (latin) => {
        const files = latin.map(([name, text]) => new File([Uint8Array.from(text, (c) => c.charCodeAt(0))], name));
        const engine = await vitrine.createEngine({ model: files });
        const { ids } = await engine.generate("ab a", { temperature: 0, maxTokens: 8, ignoreEos: true }).result;
        const { name, parameters, weights, bytes } = engine.info;
        return { run: { ids, name, parameters, weights }, bytes, quantized: engine.quantized };
      }, Object.entries(files).map(([name, bytes]) => [name, bytes.toString("latin1")])),
    );
  }
  expect(runs[1].run).toEqual(runs[0].run);
  expect(runs.map(({ quantized }) => quantized)).toEqual([null, null]);
  expect(runs[1].bytes).toBe(Object.values(parts).reduce((sum, { length }) => sum + length, 0));

  for (const [what, files, code, words] of [
    ["one alone", { [names[0]]: parts[names[0]] }, "model.incomplete", names[1]],
    ["all but one", without(parts, names[1]), "model.incomplete", names[1]],
    ["one alone under another name", { "tales.gguf": parts[names[0]] }, "model.incomplete", "part 2 is missing"],
    ["another model's", { ...parts, "tales-00001-of-00002.gguf": one }, "argument", "two models"],
    ["the first twice", { ...parts, [names[1]]: parts[names[0]] }, "model.format", "split.no"],
  ]) {
    const outcome = await create(page, files);
    expect({ what, ...outcome, message: "" }).toEqual({ what, code, message: "", isError: true });
    expect(outcome.message, what).toContain(words);
  }
});

test("opening a model needs no pointer, and has no accessibility violations", async ({ page }) => {
  test.setTimeout(120_000); // axe looks at the page three times
  const check = async () => expect(await violations(page)).toEqual([]);
  page.on("filechooser", (chooser) => chooser.setFiles(picked(whole)));
  await openPage(page);
  await page.locator(".model-button").focus();
  await page.keyboard.press("Enter");
  for (const name of ["4,291,584 parameters", "tinyDefault model", ...models.slice(1).map(({ name }) => name), "tiny", "Delete", "GPT-2 from huggingface.co", "Open model files", "Model URL", "Load"]) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent);
    expect(focused.slice(0, name.length)).toBe(name); // a stored model has its size behind it
  }
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.type("ftp://nowhere");
  await page.keyboard.press("Enter");
  await expect(page.locator("#model-address")).toHaveAttribute("aria-invalid", "true");
  await check();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await made(page);
  await expect(page.locator('#status [role="status"]')).toContainText("You can save");
  await page.setViewportSize({ width: 360, height: 740 });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.locator(".model-button").focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab"); // what the model is comes first
  await expect(page.getByRole("link", { name: "Save the GGUF file" })).toBeFocused();
  await check();
  await page.keyboard.press("Escape");
  await page.getByLabel("Open model files").setInputFiles(picked(without(whole, "config.json")));
  await expect(page.getByRole("alert")).toContainText("config.json is missing");
  await check();
});

test.describe("from an address", () => {
  // Of the files that a checkpoint may have the server lacks some: the browser says so on its console.
  test.use({ expectedErrors: [/Failed to load resource.*404/] });
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  let dir = "";

  test.beforeEach(async ({}, info) => {
    dir = info.outputPath("site");
    execFileSync("cp", ["-R", "dist", dir]);
    server = await serve(dir);
  });
  test.afterEach(() => server.stop());

  for (const [how, files] of Object.entries({ "by parts": whole, "by parts, with its weights in several files": sharded, "as a whole": whole })) {
    test(`the server gives it ${how}`, async ({ context }, info) => {
      const want = native(folder(dir, "small", files), info.outputPath("small.gguf"), "small");
      const page = await context.newPage();
      const asked = [];
      const statuses = new Set();
      page.on("request", (request) => asked.push(request));
      page.on("response", (response) => response.url().endsWith(".safetensors") && statuses.add(response.status()));
      if (how === "as a whole") {
        await page.route("**/*.safetensors", async (route) => {
          const { range, ...headers } = route.request().headers();
          await route.continue({ headers });
        });
      }
      await openPage(page, { address: server.url });
      await page.locator(".model-button").click();
      const address = page.getByLabel("Model URL");
      await address.fill("ftp://example.com/model.safetensors");
      await address.press("Enter");
      await expect(page.locator("#model-address-error")).toContainText("http");
      await address.fill(`small/model.safetensors${files === sharded ? ".index.json" : ""}`);
      await address.press("Enter");
      await made(page);
      expect((await save(page)).bytes.equals(want)).toBe(true);
      const origin = new URL(server.url).origin;
      expect(asked.map((request) => request.url()).filter((url) => !/^(data|blob):/.test(url) && new URL(url).origin !== origin)).toEqual([]);
      expect(asked.every((request) => request.method() === "GET" && request.postData() === null)).toBe(true);
      expect([...statuses]).toEqual([how === "as a whole" ? 200 : 206]);
    });
  }

  test("of one part of a GGUF file brings the others", async ({ context }, info) => {
    const parts = split(info);
    folder(dir, "parts", parts);
    const names = Object.keys(parts);
    const page = await context.newPage();
    await openPage(page, { address: `${server.url}?model=parts/${names[1]}` });
    await expect(page.locator(".model-name")).toHaveText("small");
    await generate(page);
    rmSync(join(dir, "parts", names[2]));
    await page.locator(".model-button").click();
    await page.getByLabel("Model URL").fill(`parts/${names[0]}`);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("alert")).toContainText("model.incomplete");
    await expect(page.getByRole("alert")).toContainText(names[2]);
    await expect(page.getByRole("alert")).toContainText("small stays loaded");

    // A name may claim any number of parts.
    const asked = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.locator(".model-button").click();
    await page.getByLabel("Model URL").fill("parts/other-00001-of-99999.gguf");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("alert")).toContainText("other-99999-of-99999.gguf is missing");
    expect(asked.filter((url) => url.endsWith(".gguf"))).toHaveLength(1);
  });

  test("that is slow can be given up, and the model before stays", async ({ context }) => {
    folder(dir, "small", whole);
    const page = await context.newPage();
    await page.route("**/*.safetensors", () => {}); // never answered
    await openPage(page, { address: server.url });
    const name = await page.locator(".model-name").textContent();
    await page.locator(".model-button").click();
    await page.getByLabel("Model URL").fill("small/model.safetensors");
    await page.getByRole("button", { name: "Load", exact: true }).click();
    await expect(page.locator(".model-state")).toHaveText("loading another");
    await page.getByRole("button", { name: "Cancel" }).focus();
    await page.keyboard.press("Enter");
    await expect(page.locator(".model-button")).toBeFocused(); // where it was before
    await expect(page.locator(".model-state")).toContainText("on this device");
    await expect(page.locator(".model-name")).toHaveText(name);
    await expect(page.locator("#loading")).toBeHidden();
    await expect(page.getByRole("alert")).toBeEmpty();
    await generate(page);
  });

  test("in the page's own can be given up before there is a model", async ({ context }) => {
    folder(dir, "small", whole);
    const page = await context.newPage();
    const weights = /\/small\/model\.safetensors$/; // the page's own address also ends in the name
    await page.route(weights, () => {});
    await page.goto(`${server.url}?model=small/model.safetensors`, { waitUntil: "commit" });
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect(page.locator("#status")).toContainText("No model loaded");
    await page.unroute(weights);
    await page.getByRole("button", { name: "Generate" }).click(); // loads it again
    await made(page);
  });
});
