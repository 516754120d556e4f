// What can go wrong around the engine: each has its code, says what to do, and nothing waits for ever.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, openAPI, openPage, pass, serve, setting, speed, test } from "./fixtures.js";
import { TRAP, modelOfHugeNumbers } from "./faults.js";

/** Browsers say on the console what they refuse. */
const refusals = [/Failed to load resource|Content.Security.Policy|[Tt]rusted|MIME|Refused/];

const call = (/** @type {object} */ options) => globalThis.vitrine.createEngine(options).then(
  (engine) => (engine.close(), { code: "none" }),
  (error) => ({ code: error.code, message: error.message, isError: error instanceof globalThis.vitrine.VitrineError }),
);

/** What an engine that is started now says. @param {import("@playwright/test").Page} page */
const start = (page) => page.evaluate(call, {});

test.describe("arguments", () => {
  test.beforeEach(({ page }) => openAPI(page));

  test("that are of no use are refused by name", async ({ page }) => {
    const got = await page.evaluate(async () => {
      const { createEngine, VitrineError } = globalThis.vitrine;
      const engine = await createEngine();
      const of = (/** @type {() => any} */ f) =>
        Promise.resolve().then(f).then(() => "none", (error) => (error instanceof VitrineError ? `${error.code}: ${error.message}` : `other: ${error}`));
      const made = {};
      const create = { null: null, text: "model.gguf", list: [], "{ url }": { url: "x" }, "{ modle }": { modle: "x" }, "{ nThreads }": { nThreads: 2 }, "{ zzzzzz }": { zzzzzz: 1 },
        "threads 2n": { threads: 2n }, "simd 1": { simd: 1 }, "onProgress 5": { onProgress: 5 }, "signal null": { signal: null }, "signal {}": { signal: {} }, "folder 1": { folder: 1 }, "model null": { model: null }, "model 5n": { model: 5n } };
      for (const [name, options] of Object.entries(create)) made[`create ${name}`] = await of(() => createEngine(options));
      const run = { null: null, "{ max_tokens }": { max_tokens: 5 }, "{ top_k }": { top_k: 5 }, "{ temprature }": { temprature: 1 }, "{ maxNewTokens }": { maxNewTokens: 1 }, "seed 5n": { seed: 5n }, "banned 5n": { banned: [5n] }, "stop 5n": { stop: 5n }, "stop [5n]": { stop: [5n] },
        "pace 5n": { pace: 5n }, "topK f": { topK: () => 1 }, "topP symbol": { topP: Symbol("p") }, "ignoreEos 1n": { ignoreEos: 1n }, "stages 1n": { stages: 1n }, "signal 1": { signal: 1 }, "temperature null": { temperature: null } };
      for (const [name, options] of Object.entries(run)) made[`run ${name}`] = await of(() => engine.generate("Once", options).result);
      for (const [name, prompt] of Object.entries({ "5n": 5n, "[5n]": [5n], undefined: undefined, null: null, "a function": () => 1 })) {
        made[`prompt ${name}`] = await of(() => engine.generate(prompt).result);
        made[`logits ${name}`] = await of(() => engine.logits(prompt));
        if (name !== "[5n]") made[`tokenize ${name}`] = await of(() => engine.tokenize(prompt));
      }
      const going = engine.generate("Once", { maxTokens: 2 });
      for (const ms of [5n, NaN, -1, "1", undefined]) made[`setPace ${ms}`] = await of(() => going.setPace(ms));
      await going.result;
      const whole = await engine.generate("Once", { maxTokens: 1, topK: undefined, signal: undefined, stop: undefined }).result;
      made.undefined = whole.ids.length === 1 ? "argument: " : "none";
      return made;
    });
    for (const [what, said] of Object.entries(got)) expect(said, what).toMatch(/^argument: /);
    expect(got["create { url }"]).toContain('no option "url": do you mean model?');
    expect(got["create { modle }"]).toContain("do you mean model?");
    expect(got["create { zzzzzz }"]).toContain("there are model, folder, threads");
    expect(got["run { max_tokens }"]).toContain("do you mean maxTokens?");
    expect(got["run { temprature }"]).toContain("do you mean temperature?");
    expect(got["run { maxNewTokens }"]).toContain("do you mean maxTokens?");
    expect(got["run seed 5n"]).toContain("seed is a BigInt");
    expect(got["run banned 5n"]).toContain("banned[0] is a BigInt");
    expect(got["prompt undefined"]).toContain("prompt is undefined");
  });

  test("that are files of another kind are named for what they are", async ({ page }) => {
    const files = {
      empty: [], "a picture": [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10], "a web page": [...Buffer.from("<!doctype html><title>x</title>")],
      "a PyTorch checkpoint": [...Buffer.from("PK\x03\x04\x00\x00archive/data.pkl")], "a zip archive": [...Buffer.from("PK\x03\x04\x00\x00model.gguf")],
      "a safetensors file": [16, 0, 0, 0, 0, 0, 0, 0, ...Buffer.from('{"a":{}}')], "a Git LFS pointer": [...Buffer.from("version https://git-lfs.github.com/spec/v1\n")],
      "cut short": [...Buffer.from("GGUF\x03\x00\x00\x00")],
    };
    const got = await page.evaluate(async ([call, files]) => {
      const made = {};
      for (const [what, bytes] of Object.entries(files)) made[what] = await (0, eval)(call)({ model: new Blob([Uint8Array.from(bytes)]) });
      const whole = { "config.json": "{}", "tokenizer.json": "{}", "model.safetensors": "<!doctype html>" };
      made.checkpoint = await (0, eval)(call)({ model: Object.entries(whole).map(([name, text]) => new File([text], name)) });
      return made;
    }, [String(call), files]);
    for (const what of Object.keys(files)) {
      expect(got[what].code, what).toBe("model.format");
      expect(got[what].message).toMatch(new RegExp(`^the file is ${what}.*: .*The parser's words: `));
    }
    expect(got.checkpoint.message).toContain("the file is a web page");
  });

  test("a model whose numbers are none says in which stage", async ({ page }) => {
    const file = modelOfHugeNumbers().toString("base64");
    const got = await page.evaluate(async (file) => {
      const bytes = await (await fetch(`data:;base64,${file}`)).arrayBuffer();
      const engine = await globalThis.vitrine.createEngine({ model: bytes });
      const outcomes = [];
      for (const stages of [true, false, "live"]) outcomes.push(await engine.generate("Once", { stages, maxTokens: 2 }).result.catch(({ code, message }) => ({ code, message })));
      return outcomes;
    }, file);
    for (const { code, message } of got) {
      expect(code).toBe("numeric");
      expect(message).toContain("choose another file");
    }
    expect(got[0].message).toMatch(/the stage \S+ of layer 0/);
  });
});

test.describe("a worker", () => {
  /** Ways to end it, run in it. @type {Record<string, [code: string, does: (trap: number[]) => void]>} */
  const ends = {
    "that ends": ["engine.silent", () => void setTimeout(() => self.close())],
    "that hangs": ["engine.silent", () => void setTimeout(() => { for (;;); })],
    "with an error that nothing catches": ["engine.error", () => void setTimeout(() => { throw new Error("oops"); })],
    "whose code traps": ["engine.trap", (trap) => void setTimeout(() => new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(trap))).exports.f())],
    "whose code traps behind a promise": ["engine.trap", (trap) => void Promise.resolve().then(() => new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(trap))).exports.f())],
  };
  for (const [what, [code, does]] of Object.entries(ends)) {
    test(`${what} is noticed during a run, whose events stay`, async ({ page }) => {
      await page.clock.install();
      await openAPI(page);
      await page.evaluate(async () => {
        const engine = (globalThis.engine = await globalThis.vitrine.createEngine());
        const run = engine.generate("Once upon a time", { maxTokens: 200, ignoreEos: true, pace: 20 });
        globalThis.events = 0;
        globalThis.outcome = (async () => {
          for await (const event of run) globalThis.events += Number(event.type === "stage");
        })().then(() => ({ code: "none" }), (error) => ({ code: error.code, message: error.message }));
      });
      await page.waitForFunction(() => globalThis.events > 20);
      await page.workers()[0].evaluate(does, TRAP);
      if (code === "engine.silent") await pass(page, 9);
      const outcome = await page.evaluate(() => globalThis.outcome);
      expect(outcome).toEqual({ code, message: expect.stringContaining("Load the model again") });
      expect(await page.evaluate(() => globalThis.events)).toBeGreaterThan(20);
      expect(await page.evaluate(() => globalThis.engine.tokenize("a").catch((error) => error.code))).toBe(code);
      await expect.poll(() => page.workers().length).toBe(0);
    });
  }

  test("that is busy for a while is not taken for dead", async ({ page }) => {
    await page.clock.install();
    await openAPI(page);
    await page.evaluate(async () => void (globalThis.engine = await globalThis.vitrine.createEngine()));
    const busy = () => void setTimeout(() => { for (const end = performance.now() + 1500; performance.now() < end; ); });
    await page.workers()[0].evaluate(busy);
    await pass(page, 5.5); // while it is
    const ids = await page.evaluate(async () => (await globalThis.engine.generate("Once", { maxTokens: 5, ignoreEos: true }).result).ids);
    await pass(page, 5.5);
    await page.evaluate(() => globalThis.engine.tokenize("a"));
    expect(ids).toHaveLength(5);
  });

  test("that does not stop is closed", async ({ page }) => {
    await page.addInitScript(() => {
      const { postMessage } = Worker.prototype;
      Worker.prototype.postMessage = function (message, ...rest) {
        if (message.method !== "abort") postMessage.call(this, message, ...rest);
      };
    });
    await page.clock.install();
    await openAPI(page);
    await page.evaluate(async () => {
      const engine = await globalThis.vitrine.createEngine();
      const controller = new AbortController();
      const run = engine.generate("Once", { maxTokens: 250, ignoreEos: true, pace: 2, signal: controller.signal });
      globalThis.tokens = 0;
      globalThis.code = (async () => {
        for await (const event of run) if (event.type === "token" && ++globalThis.tokens === 1) controller.abort();
      })().then(() => "none", (error) => error.code);
    });
    await page.waitForFunction(() => globalThis.tokens > 1);
    await pass(page, 9);
    expect(await page.evaluate(() => globalThis.code)).toBe("engine.silent");
  });

  test("ends a run that rests, and one that waits for another, at once", async ({ page }) => {
    await openAPI(page);
    const got = await page.evaluate(async () => {
      const engine = await globalThis.vitrine.createEngine();
      const signals = [new AbortController(), new AbortController()];
      const runs = signals.map(({ signal }) => engine.generate("Once", { pace: 60_000, signal }).result);
      await new Promise((resolve) => setTimeout(resolve, 500));
      const begun = performance.now();
      signals[1].abort();
      const second = (await runs[1]).finishReason;
      signals[0].abort();
      return { second, first: (await runs[0]).finishReason, seconds: (performance.now() - begun) / 1000 };
    });
    expect(got).toEqual({ first: "aborted", second: "aborted", seconds: expect.any(Number) });
    expect(got.seconds).toBeLessThan(3);
  });

  test("that ends is said on the page, and the model can be loaded again", async ({ page }) => {
    await page.clock.install();
    await openPage(page, { at: speed.visible });
    await setting(page, { maxTokens: 60 });
    await page.getByRole("button", { name: "Generate" }).click();
    await expect(page.locator("#chips .chip").nth(8)).toBeAttached();
    await page.workers()[0].evaluate(() => void setTimeout(() => { for (;;); }));
    await page.keyboard.press("Escape");
    await pass(page, 9);
    await expect(page.locator("#notice")).toContainText("The engine does not answer.");
    await expect(page.locator("#generate")).toHaveAttribute("data-running", "false");
    await page.getByRole("button", { name: "Load the model again" }).click();
    await expect(page.locator("#status")).toContainText("Ready");
    await expect(page.locator("#notice")).toBeEmpty();
  });
});

test.describe("a file of Vitrine", () => {
  test.use({ expectedErrors: refusals });
  test.beforeEach(({ page }) => openAPI(page));

  /** What happens to the module: how it is answered, and the code. @type {Record<string, [code: string, answer: (route: import("@playwright/test").Route) => Promise<void>]>} */
  const modules = {
    "cut short": ["engine.file", async (route) => fulfill(route, (bytes) => bytes.subarray(0, 1e6))],
    "longer": ["engine.file", async (route) => fulfill(route, (bytes) => Buffer.concat([bytes, Buffer.from([0, 2, 1, 0])]))],
    "damaged": ["engine.file", async (route) => fulfill(route, (bytes) => bytes.fill(0xff, 5000, 9000))],
    "of another version": ["engine.file", async (route) => fulfill(route, (bytes) => Buffer.concat([Buffer.from([0, 97, 115, 109, 1, 0, 0, 0]), bytes.subarray(8, 8)]))],
    "a web page": ["engine.file", async (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" })],
    "missing": ["engine.load", async (route) => route.fulfill({ status: 404 })],
    "out of reach": ["engine.load", async (route) => route.abort("connectionreset")],
  };
  /** @param {import("@playwright/test").Route} route @param {(bytes: Buffer) => Buffer} change */
  async function fulfill(route, change) {
    const response = await route.fetch();
    await route.fulfill({ contentType: "application/wasm", body: change(Buffer.from(await response.body())) });
  }
  for (const [what, [code, answer]] of Object.entries(modules)) {
    test(`its WebAssembly, that is ${what}`, async ({ page, context }) => {
      await context.route("**/*.wasm", answer);
      expect(await start(page)).toEqual({ code, isError: true, message: expect.stringMatching(/\.wasm.*[Rr]eload the page/) });
    });
  }

  const isolated = { "cross-origin-embedder-policy": "require-corp" };
  const scripts = {
    "missing": ["engine.load", (route) => route.fulfill({ status: 404 }), "404"],
    "out of reach": ["engine.load", (route) => route.abort("connectionreset"), "could not be reached"],
    "a web page": ["engine.file", (route) => route.fulfill({ contentType: "text/html", headers: isolated, body: "<!doctype html>" }), "text/html"],
    "cut short": ["engine.file", (route) => route.fulfill({ contentType: "text/javascript", headers: isolated, body: "let a = {" }), "cut short"],
    "broken": ["engine.file", (route) => route.fulfill({ contentType: "text/javascript", headers: isolated, body: "throw new Error('oops')" }), "oops"],
  };
  for (const [what, [code, answer, words]] of Object.entries(scripts)) {
    test(`the engine's script, that is ${what}`, async ({ page, context }) => {
      await context.route("**/worker-*.js", answer);
      const got = await start(page);
      expect(got).toEqual({ code, isError: true, message: expect.stringMatching(/worker-.*\.js/) });
      expect(got.message).toContain(words);
    });
  }

  test("a script that is loaded when it is needed", async ({ page, context }) => {
    await context.route("**/open-*.js", (route) => route.abort("connectionreset"));
    const got = await page.evaluate(async (call) => (0, eval)(call)({ model: [new File(["x"], "a.gguf")] }), String(call));
    expect(got).toEqual({ code: "engine.load", isError: true, message: expect.stringContaining("open-") });
  });
});

test.describe("a site that forbids", () => {
  test.use({ expectedErrors: refusals });

  /** Gives every answer a policy. @param {import("@playwright/test").BrowserContext} context @param {string} policy */
  const forbid = (context, policy) => context.route("**", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), "content-security-policy": policy } });
  });

  for (const [policy, words] of [["script-src 'self' 'unsafe-eval'; worker-src 'none'", "worker-src 'self'"], ["require-trusted-types-for 'script'; trusted-types other", "trusted-types vitrine"]]) {
    test(`workers, by ${policy}`, async ({ page, context }) => {
      await forbid(context, policy);
      await openAPI(page);
      const got = await start(page);
      expect(got).toEqual({ code: "environment", isError: true, message: expect.stringContaining(words) });
    });
  }

  test("WebAssembly, on the page", async ({ page, context }) => {
    await forbid(context, "default-src 'self'");
    await page.goto("./");
    await expect(page.locator("#notice")).toContainText("The engine cannot run here.");
    await expect(page.locator("#notice")).toContainText("'wasm-unsafe-eval'");
    await expect(page.locator("#notice")).toContainText("environment");
  });

  test("addresses that are not trusted types takes ours", async ({ page, context }) => {
    await forbid(context, "require-trusted-types-for 'script'");
    await openAPI(page);
    expect(await start(page)).toEqual({ code: "none" });
  });

  test("an origin of its own still has the engine", async ({ context, site }) => {
    const page = await context.newPage();
    await context.route(`${site}**`, async (route) => {
      const response = await route.fetch();
      const headers = { ...response.headers(), "access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin" };
      await route.fulfill({ response, headers });
    });
    await page.route("**/outer", (route) => route.fulfill({ contentType: "text/html", body: `<iframe sandbox="allow-scripts" src="${site}probe"></iframe>` }));
    const probe = `<script type=module>import { createEngine } from "./vitrine.js";
      const said = createEngine().then((engine) => engine.generate("Once", { temperature: 0, maxTokens: 2 }).result).then(({ ids }) => "ids " + ids.length, (error) => error.code + error.message);
      parent.postMessage(await said, "*");</script>`;
    await context.route("**/probe", (route) => route.fulfill({ contentType: "text/html", headers: { "cross-origin-embedder-policy": "require-corp", "cross-origin-resource-policy": "cross-origin" }, body: probe }));
    await page.addInitScript(() => addEventListener("message", ({ data }) => void (globalThis.said = data)));
    await page.goto(`${site}outer`);
    expect(await (await page.waitForFunction(() => globalThis.said)).jsonValue()).toBe("ids 2");
  });
});

test("createEngine works in a worker, by any address", async ({ page, context }) => {
  await openAPI(page);
  const code = `
    import { createEngine } from "./vitrine.js";
    const address = ${JSON.stringify(await page.evaluate(() => globalThis.model))};
    const said = {};
    for (const [what, model] of [["default", undefined], ["whole", address], ["relative", "./models/" + address.split("/").at(-1)], ["URL", new URL(address)]]) {
      const engine = await createEngine({ model });
      said[what] = (await engine.generate("Once", { temperature: 0, maxTokens: 2 }).result).ids.length;
      engine.close();
    }
    postMessage(said);`;
  await context.route("**/inner.js", (route) => route.fulfill({ contentType: "text/javascript", headers: { "cross-origin-embedder-policy": "require-corp" }, body: code }));
  const said = await page.evaluate(() => new Promise((resolve) => {
    const worker = new Worker("inner.js", { type: "module" });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => resolve(message);
  }));
  expect(said).toEqual({ default: 2, whole: 2, relative: 2, URL: 2 });
});

test("a page of another origin imports the engine from serve -cors, and is told what it lacks without", async ({ context, site }) => {
  const { url, stop } = await serve("dist", "-cors");
  try {
    const page = await context.newPage();
    await page.goto(`${site}vitrine.d.ts`);
    const ids = await page.evaluate(async (url) => {
      const { createEngine } = await import(`${url}vitrine.js`);
      const engine = await createEngine({ threads: 2 });
      return (await engine.generate("Once", { temperature: 0, maxTokens: 2 }).result).ids.length;
    }, url);
    expect(ids).toBe(2);
    // A server that lets others have the API, but not the worker.
    await context.route(`${url}worker-*.js`, (route) => route.abort("failed")); // as the browser does
    const got = await page.evaluate(async (url) => (await import(`${url}vitrine.js`)).createEngine().catch(({ code, message }) => ({ code, message })), url);
    expect(got).toEqual({ code: "engine.load", message: expect.stringContaining("Access-Control-Allow-Origin") });
  } finally {
    await stop();
  }
});

test("from a file the page says that it needs a server, and how", async ({ browser }) => {
  const page = await browser.newPage();
  await page.goto(pathToFileURL(resolve("dist/index.html")).href);
  await expect(page.getByText("This page needs a web server.")).toBeVisible();
  await expect(page.getByText("python3 -m http.server 8080")).toBeVisible();
  await expect(page.getByText("Vitrine did not start")).toBeHidden();
  await page.close();
});

test.describe("where a script of the page does not load", () => {
  test.use({ expectedErrors: refusals });
  test("the page says so", async ({ page }) => {
    await page.route("**/chunk-*.js", (route) => route.fulfill({ status: 503 }));
    await page.goto("./");
    await expect(page.getByText("Vitrine did not start")).toBeVisible();
    await page.unroute("**/chunk-*.js");
    await page.reload();
    await expect(page.locator("#unstarted")).toBeHidden();
    await expect(page.locator("#app")).toBeVisible();
  });
});
