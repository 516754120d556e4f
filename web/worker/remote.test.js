import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import test from "node:test";
import { freed } from "./freed.js";
import { fetchRemote, openBlob, openRemote } from "./remote.js";

const window = 4 << 20;
const data = new Uint8Array(2 * window + 1000).map((_, i) => i ^ (i >> 8) ^ (i >> 16));

/**
 * A server with one file.
 *
 * @param {import("node:test").TestContext} t
 * @param {(ranges: string[]) => { ranged?: boolean, told?: boolean, tag?: string, fail?: boolean }} [how] by the ranges that were asked for so far:
 *   whether it gives parts, and tells the length of the whole; its tag; whether it breaks off
 */
async function serve(t, how = () => ({})) {
  /** @type {string[]} */
  const ranges = [];
  const server = createServer((request, response) => {
    if (request.url !== "/file") return response.writeHead(request.url === "/forbidden" ? 403 : 404).end();
    const { range } = request.headers;
    ranges.push(range ?? "");
    const { ranged = true, told = true, tag = "a", fail = false } = how(ranges);
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(range ?? "") ?? [];
    const part = ranged && from ? data.subarray(Number(from), Number(to) + 1) : data;
    response.writeHead(ranged && from ? 206 : 200, {
      ETag: `"${tag}"`,
      "Content-Length": part.length,
      ...(ranged && from && told && { "Content-Range": `bytes ${from}-${Number(from) + part.length - 1}/${data.length}` }),
    });
    if (fail) response.write(part.subarray(0, 10), () => response.destroy());
    else response.end(part);
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  t.after(() => (server.closeAllConnections(), server.close()));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { address: `http://localhost:${port}/file`, ranges };
}

/** Reads all of a file as the converter does. @param {import("./remote.js").OpenFile | null} file */
async function readAll(file) {
  assert.ok(file);
  const all = new Uint8Array(file.size);
  for (let at = 0; at < file.size; at += window) all.set(await file.read(at, Math.min(window, file.size - at)), at);
  return all;
}

test("a file comes part by part, each asked for once", async (t) => {
  const { address, ranges } = await serve(t);
  const whole = /** @type {[number, number][]} */ ([]);
  const file = await openRemote(address, (loaded, total) => void whole.push([loaded, total]));
  assert.deepEqual(await readAll(file), data);
  assert.deepEqual(ranges, ["bytes=0-4194303", "bytes=4194304-8388607", "bytes=8388608-8389607"]);
  assert.deepEqual(whole, []);
  // Out of order it is right too.
  assert.deepEqual(await file?.read(window, 100), data.subarray(window, window + 100));
  assert.deepEqual(await file?.read(5, 7), data.subarray(5, 12));
});

test("what a read gave is freed by the next one", async (t) => {
  const { address } = await serve(t);
  for (const file of [openBlob(new Blob([data])), await openRemote(address, () => {})]) {
    assert.ok(file);
    const { size, read } = freed(file);
    assert.equal(size, data.length);
    const last = 2 * window; // where the last part begins
    const first = await read(0, 100);
    assert.deepEqual(first, data.subarray(0, 100));
    for (const offset of [window, last, last, 0]) {
      const length = Math.min(window, size - offset);
      const array = await read(offset, length);
      assert.deepEqual(array, data.subarray(offset, offset + length));
    }
    assert.equal(first.buffer.byteLength, 0);
  }
});

for (const [what, how] of /** @type {const} */ ([
  ["gives no parts", { ranged: false }],
  ["does not tell the length of the whole", { told: false }],
])) {
  test(`a file of a server that ${what} comes as a whole`, async (t) => {
    const { address, ranges } = await serve(t, () => how);
    const progress = /** @type {[number, number][]} */ ([]);
    const file = await openRemote(address, (loaded, total) => void progress.push([loaded, total]));
    assert.deepEqual(await readAll(file), data);
    assert.deepEqual(progress.at(-1), [data.length, data.length]);
    assert.ok(ranges.length <= 2);
  });
}

test("a part that breaks off is asked for again", async (t) => {
  const { address, ranges } = await serve(t, (ranges) => ({ fail: ranges.length === 1 || ranges.length === 3 }));
  assert.deepEqual(await readAll(await openRemote(address, () => {})), data);
  assert.equal(ranges.length, 5);
});

test("a file that is gone half-way is an error", async (t) => {
  const { address } = await serve(t, (ranges) => ({ fail: ranges.length > 1 }));
  await assert.rejects(openRemote(address, () => {}).then(readAll), { code: "network", message: /broke off|could not be reached/ });
});

test("a file that changes half-way is an error", async (t) => {
  const { address } = await serve(t, (ranges) => ({ tag: ranges.length > 1 ? "b" : "a" }));
  await assert.rejects(openRemote(address, () => {}).then(readAll), { code: "model.format", message: /changed/ });
});

test("a file that is not there is null, and one that is refused an error", async (t) => {
  const { address } = await serve(t);
  assert.equal(await openRemote(new URL("/none", address).href, () => {}), null);
  assert.equal(await fetchRemote(new URL("/none", address).href), null);
  await assert.rejects(fetchRemote(new URL("/forbidden", address).href), { code: "network", message: /403/ });
  await assert.rejects(fetchRemote("http://localhost:1/"), { code: "network", message: /could not be reached/ });
  assert.deepEqual(await readAll(await fetchRemote(address)), data);
});
