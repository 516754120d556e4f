// Models by address, from servers as they are.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { sharded, whole } from "./checkpoint.js";
import { expect, openAPI, serve, test } from "./fixtures.js";

/** A GGUF file of several MB. */
const large = readFileSync(`models/${JSON.parse(readFileSync("models/manifest.json", "utf8")).models[0].url}`);
/** The checkpoint as a GGUF file of 100 kB. */
const gguf = (() => {
  const folder = mkdtempSync(join(tmpdir(), "checkpoint-"));
  for (const [name, bytes] of Object.entries(whole)) writeFileSync(join(folder, name), bytes);
  execFileSync("build/quantize", ["-in", folder, "-out", join(folder, "m.gguf"), "-type", "f32"]);
  const bytes = readFileSync(join(folder, "m.gguf"));
  rmSync(folder, { recursive: true });
  return bytes;
})();
const page = Buffer.from("\ufeff\n<!DOCTYPE html><html><title>Start</title></html>");
const sum = (/** @type {Buffer} */ bytes) => createHash("sha256").update(bytes).digest("hex");

/**
 * @typedef {object} Answer
 * @property {number} [status]
 * @property {Record<string, string>} [headers]
 * @property {Buffer} [body]
 * @property {number} [breaks] after so many bytes the connection does
 * @property {boolean} [chunked] without a length
 */

/**
 * A server of another origin, which lets every site read.
 *
 * @param {Record<string, Buffer>} files by their paths
 * @param {(request: { method: string, path: string, range: string, n: number }) => Answer | undefined} [how] what it does
 *   otherwise than in order; n: requests of the path before
 */
async function serveFiles(files, how = () => undefined) {
  /** @type {{ method: string, path: string, range: string, n: number }[]} */
  const asked = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "", "http://x").pathname.slice(1);
    const now = { method: request.method ?? "", path, range: request.headers.range ?? "", n: asked.filter((earlier) => earlier.path === path).length };
    asked.push(now);
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Access-Control-Expose-Headers", "Content-Range, ETag, X-Linked-Etag");
    const file = files[path];
    const { status, headers = {}, body, breaks, chunked = false } = how(now) ?? {};
    const [, from, to] = /bytes=(\d+)-(\d*)/.exec(now.range) ?? [];
    const end = file && Math.min(to ? Number(to) + 1 : file.length, file.length);
    const part = !body && file && from !== undefined;
    const bytes = body ?? (part ? file.subarray(Number(from), end) : file) ?? Buffer.from("<Error/>");
    response.writeHead(status ?? (part ? 206 : file || body ? 200 : 404), {
      ...(!chunked && { "Content-Length": bytes.length }),
      ...(part && { "Content-Range": `bytes ${from}-${end - 1}/${file.length}` }),
      ...headers,
    });
    if (request.method === "HEAD") return response.end();
    if (breaks === undefined) return response.end(bytes);
    response.write(bytes.subarray(0, breaks), () => setTimeout(() => response.destroy(), 50));
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const stop = () => (server.closeAllConnections(), server.close());
  return { url: `http://localhost:${port}/`, asked, stop };
}

/** @param {Record<string, Buffer>} files @param {string} folder */
const at = (files, folder) => Object.fromEntries(Object.entries(files).map(([name, bytes]) => [folder + name, bytes]));

/**
 * Loads a model from such a server, by the API.
 *
 * @param {import("@playwright/test").Page} page
 * @param {Parameters<typeof serveFiles>} how
 * @param {string} path
 */
async function load(page, how, path) {
  const { url, asked, stop } = await serveFiles(...how);
  try {
    const outcome = await page.evaluate(async (model) => {
      try {
        const engine = await vitrine.createEngine({ model });
        const { ids } = await engine.generate("ab a", { temperature: 0, maxTokens: 4, ignoreEos: true }).result;
        engine.close();
        return { code: "none", message: "", ids, notes: engine.quantized?.notes ?? [] };
      } catch (error) {
        return { code: error.code, message: error.message, ids: [], notes: [], isError: error instanceof vitrine.VitrineError };
      }
    }, url + path);
    return { ...outcome, url, asked };
  } finally {
    stop();
  }
}

/** Put before the workers' scripts: they try again after a twentieth of the time. */
const hasten = `{
  const { setTimeout } = self;
  self.setTimeout = (does, ms, ...rest) => setTimeout(does, ms < 5000 ? ms / 20 : ms, ...rest);
}`;

const api = test.extend({
  site: [
    async ({}, use) => {
      const dir = mkdtempSync(join(tmpdir(), "site-"));
      cpSync("dist", dir, { recursive: true });
      for (const name of readdirSync(dir).filter((name) => /^(worker|quantizer)-\w+\.js$/.test(name))) {
        writeFileSync(join(dir, name), hasten + readFileSync(join(dir, name), "utf8"));
      }
      const { url, stop } = await serve(dir);
      await use(url);
      await stop();
      rmSync(dir, { recursive: true });
    },
    { scope: "worker" },
  ],

  // The server is of another origin, which the fixture's own page may not ask.
  page: async ({ context }, use) => {
    const page = await context.newPage();
    await openAPI(page);
    await use(page);
  },
});

const needed = ["model.safetensors", "config.json", "vocab.json", "merges.txt"];
/** @param {Answer} answer @returns {Parameters<typeof serveFiles>[1]} */
const missing = (answer) => ({ path }) => (needed.some((name) => path.endsWith(name)) ? undefined : answer);

api("an optional file is absent whatever the server says", async ({ page: tab }) => {
  api.setTimeout(120_000);
  for (const answer of [
    { status: 404 }, // web/worker/remote.test.js has the others
    { status: 409 },
    { status: 200, body: page, headers: { "Content-Type": "application/json" } },
    { status: 403, body: page },
  ]) {
    const { code, message, notes } = await load(tab, [at(whole, "m/"), missing(answer)], "m/model.safetensors");
    expect({ answer: answer.status, code, message }).toEqual({ answer: answer.status, code: "none", message: "" });
    expect(notes.filter((note) => note.includes("left out"))).toEqual([]);
  }
  // What may be there is said.
  const { code, notes } = await load(tab, [at(whole, "m/"), ({ path }) => (path.endsWith("added_tokens.json") ? { status: 503 } : undefined)], "m/model.safetensors");
  expect(code).toBe("none");
  expect(notes.filter((note) => note.includes("left out"))).toEqual([expect.stringMatching(/^added_tokens\.json was left out: .*503 Service Unavailable/)]);
});

api("a file that is needed is missing, with what the server said", async ({ page: tab }) => {
  for (const [what, name, answer, code, words] of /** @type {[string, string, Answer, string, RegExp][]} */ ([
    ["weights refused", "model.safetensors", { status: 403 }, "network", /m\/model\.safetensors could not be loaded: the server answered 403 Forbidden/],
    ["weights that are a page", "model.safetensors", { body: page }, "model.format", /is a web page, not a file of a model.*\/resolve\//],
    ["config refused", "config.json", { status: 403 }, "model.incomplete", /config\.json is missing.*403 Forbidden/],
    ["config that is a page", "config.json", { body: page }, "model.incomplete", /config\.json is missing.*a web page/],
    ["config of a busy server", "config.json", { status: 500 }, "network", /config\.json could not be loaded: the server answered 500/],
    ["merges refused", "merges.txt", { status: 401 }, "model.incomplete", /merges\.txt is missing.*401 Unauthorized/],
    ["shard refused", "model-00002-of-00002.safetensors", { status: 403 }, "model.incomplete", /model-00002-of-00002\.safetensors is missing.*403 Forbidden/],
  ])) {
    const files = name.includes("-of-") ? sharded : whole;
    const model = files === sharded ? "m/model.safetensors.index.json" : "m/model.safetensors";
    const got = await load(tab, [at(files, "m/"), ({ path }) => (path.endsWith(name) ? answer : undefined)], model);
    expect({ what, code: got.code, isError: got.isError }).toEqual({ what, code, isError: true });
    expect(got.message, what).toMatch(words);
  }
});

api("the address of a hub's page becomes that of the file, in words", async ({ page: tab }) => {
  for (const [path, file] of [
    ["openai/gpt2/blob/main/model.safetensors", "openai/gpt2/resolve/main/model.safetensors"],
    ["openai/gpt2/blob/main/small.gguf", "openai/gpt2/resolve/main/small.gguf"],
    ["openai/gpt2/tree/main", "openai/gpt2/resolve/main/model.safetensors"],
  ]) {
    const { code, message, url } = await load(tab, [{}, () => ({ body: page })], path);
    expect({ path, code }).toEqual({ path, code: "model.format" });
    expect(message).toContain(`${url}${path} is a web page`);
    expect(message).toContain(url + file);
    const gone = await load(tab, [{}], path);
    expect(gone.code).toBe("network");
    expect(gone.message).toContain("the server answered 404");
    expect(gone.message).toContain(gone.url + file);
  }
});

api("what breaks off is gone on from, and said where it cannot be", async ({ page: tab }) => {
  const files = { "m.gguf": gguf, ...at(whole, "m/") };
  const want = [await load(tab, [files], "m.gguf"), await load(tab, [files], "m/model.safetensors")];
  expect(want.map(({ code }) => code)).toEqual(["none", "none"]);
  for (const [i, path] of ["m.gguf", "m/model.safetensors"].entries()) {
    const isModel = (/** @type {string} */ asked) => asked === path;
    const once = await load(tab, [files, (asked) => (isModel(asked.path) && asked.n === 0 ? { breaks: 60_000 } : undefined)], path);
    expect(once.message).toBe("");
    expect(once.ids).toEqual(want[i].ids);
    const always = await load(tab, [files, (asked) => (isModel(asked.path) ? { breaks: 1000 } : undefined)], path);
    expect(always.code).toBe("network");
    expect(always.message).toMatch(/(m\.gguf|model\.safetensors) broke off after [\d,]+ of [\d,]+ bytes, also when it was asked again: check the connection and try again/);
    // A part that says it is another is not taken: the whole is, or nothing.
    const wrong = (/** @type {string} */ range) => (range ? { headers: { "Content-Range": "bytes 5-9/10" } } : undefined);
    const other = await load(tab, [files, ({ path, n, range }) => (!isModel(path) ? undefined : n === 0 ? { breaks: 60_000 } : wrong(range))], path);
    if (path === "m.gguf") expect(other.ids).toEqual(want[i].ids);
    else expect(other).toMatchObject({ code: "network", message: expect.stringContaining("the server sent bytes 5-9/10") });
  }
});

api("servers that do not give parts as they are asked give the whole", async ({ page: tab }) => {
  const files = { "m.gguf": gguf, ...at(whole, "m/") };
  const elsewhere = await serveFiles(files);
  for (const path of ["m.gguf", "m/model.safetensors"]) {
    const want = await load(tab, [files], path);
    // What browsers decode and follow themselves; web/worker/remote.test.js has the other ways of servers.
    for (const [what, how] of /** @type {[string, (range: string) => Answer | undefined][]} */ ([
      ["no length", () => ({ body: files[path], chunked: true })],
      ["compressed", () => ({ body: gzipSync(files[path]), headers: { "Content-Encoding": "gzip" } })],
      ["a part of the compressed file", (range) => (range ? { status: 206, body: gzipSync(files[path]), headers: { "Content-Encoding": "gzip", "Content-Range": `bytes 0-99/${files[path].length}` } } : undefined)],
      ["another server", () => ({ status: 302, headers: { Location: elsewhere.url + path } })],
    ])) {
      const got = await load(tab, [files, (asked) => (asked.path === path ? how(asked.range) : undefined)], path);
      expect({ what, message: got.message, ids: got.ids }).toEqual({ what, message: "", ids: want.ids });
    }
    // A length that is more than there is.
    const { length } = files[path];
    const more = (/** @type {string} */ range) => (range ? { status: 416 } : { headers: { "Content-Length": String(length + 5) }, breaks: length });
    const long = await load(tab, [files, (asked) => (asked.path === path ? more(asked.range) : undefined)], path);
    expect(long).toMatchObject({ code: "network", message: expect.stringContaining("broke off") });
  }
  elsewhere.stop();
});

api("the sum that a hub gives is checked", async ({ page: tab }) => {
  const files = { "m.gguf": gguf, "a/b/resolve/main/m.gguf": gguf, ...at(whole, "a/b/resolve/main/") };
  for (const path of Object.keys(files).filter((path) => /gguf$|model\.safetensors$/.test(path))) {
    const good = sum(files[path]);
    for (const [tag, ok] of /** @type {[string, boolean][]} */ ([[good, true], [good.replace(/./g, "0"), false]])) {
      const { code, message } = await load(tab, [files, (asked) => (asked.path === path ? { headers: { "X-Linked-Etag": `"${tag}"` } } : undefined)], path);
      expect({ path, tag, code }).toEqual({ path, tag, code: ok ? "none" : "model.format" });
      if (!ok) expect(message).toContain(`arrived with the SHA-256 ${good}`);
    }
  }
});

api("a name that claims any number of parts is not as many requests", async ({ page: tab }) => {
  const name = (/** @type {number} */ n) => `p/m-${String(n).padStart(5, "0")}-of-99999.gguf`;
  /** @type {[string, Parameters<typeof serveFiles>[1], string][]} */
  const servers = [
    ["has none", () => ({ status: 404 }), "model.incomplete"],
    ["has its page for each", () => ({ body: page, headers: { "Content-Type": "text/html" } }), "model.incomplete"],
    ["has a page for each, of no type", () => ({ body: page }), "model.format"],
    ["refuses to say", () => ({ status: 403 }), "network"],
    ["has one file for each", () => ({ body: large }), "none"],
    ["answers no HEAD", ({ method }) => (method === "HEAD" ? { status: 405 } : { body: large }), "none"],
  ];
  for (const [what, how, code] of servers) {
    const got = await load(tab, [{}, how], name(1)); // parts are read ahead, some MB of them
    expect({ what, code: got.code }).toEqual({ what, code });
    expect(got.asked.length, what).toBeLessThan(10);
  }
});
