import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import test from "node:test";
import { setImmediate as later } from "node:timers/promises";
import { beginParts, begunDownloads, dropBegun } from "../client/begun.js";
import { Begun } from "./begun.js";
import { download } from "./download.js";
import { storage } from "./fake-storage.js";
import { openKept } from "./kept.js";

const data = new Uint8Array(1_000_000).map((_, i) => Math.imul(i, 0x9e3779b1) >> 13);
const sha256 = createHash("sha256").update(data).digest("hex");
const patience = { tries: 2, waitMs: 1, stallMs: 2000 };

/**
 * A server whose line can be cut.
 *
 * @param {import("node:test").TestContext} t
 */
async function serve(t) {
  const line = { ends: data.length, tag: '"1"', file: data, sha256: "" }; // ends: offset after which nothing comes any more
  /** @type {number[]} */
  const froms = [];
  const server = createServer((request, response) => {
    const [, from] = /bytes=(\d+)-/.exec(request.headers.range ?? "") ?? [];
    if (from !== undefined) froms.push(Number(from));
    const at = Number(from ?? 0);
    response.setHeader("ETag", line.tag);
    if (line.sha256) response.setHeader("X-Linked-Etag", `"${line.sha256}"`);
    if (from) response.setHeader("Content-Range", `bytes ${at}-${line.file.length - 1}/${line.file.length}`);
    response.writeHead(from ? 206 : 200, { "Content-Length": line.file.length - at });
    if (line.ends >= line.file.length) return response.end(line.file.subarray(at));
    response.write(line.file.subarray(at, Math.max(line.ends, at)), () => setTimeout(() => response.destroy(), 10));
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  t.after(() => (server.closeAllConnections(), server.close()));
  return { address: `http://localhost:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}/resolve/a.gguf`, line, froms };
}

/** One visit: the file, or the code of the error. @param {string} address */
async function visit(address) {
  const file = await download(address, { patience, store: true });
  const all = [];
  try {
    for (let piece; (piece = await file.next()); ) all.push(piece.slice());
    return new Uint8Array(Buffer.concat(all));
  } catch (error) {
    return /** @type {any} */ (error).code;
  }
}

test("a network that is gone at every tenth of a download costs no byte twice, visit by visit", async (t) => {
  storage(t);
  const { address, line, froms } = await serve(t);
  line.sha256 = sha256;
  for (let tenth = 1; tenth < 10; tenth++) {
    line.ends = (tenth * data.length) / 10;
    assert.equal(await visit(address), "network");
    assert.deepEqual(await begunDownloads(), [{ address, bytes: line.ends, total: data.length }]);
  }
  line.ends = data.length;
  assert.deepEqual(await visit(address), data);
  assert.ok(froms.at(-1) > 0.89 * data.length, String(froms));
  assert.deepEqual(await begunDownloads(), [], "what is whole is no beginning");
});

test("what comes is written while the download goes on, so that a page that is closed loses little", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  /** @type {[number, number][]} */
  const put = [];
  const begun = new Begun("http://localhost/a", new Blob([data.subarray(0, 10)]), async (at, { size }) => void put.push([at, size]));
  await begun.add(0, data.slice(0, 10)); // which is here
  await begun.add(10, data.slice(10, 30));
  await begun.add(30, data.slice(30, 35));
  assert.deepEqual(put, []);
  t.mock.timers.tick(2000);
  await begun.add(35, data.slice(35, 40));
  await begun.leave();
  assert.deepEqual(put, [[10, 25], [35, 5]]);
  for (let at = 40; at < 9e6; at += data.length) await begun.add(at, data);
  await later();
  assert.deepEqual(put.slice(2), [[40, 9e6]], "more than 8 MiB do not wait");
});

test("a part that is being written when the file is whole does not stay behind", async (t) => {
  storage(t);
  const address = "http://localhost/a";
  const put = await beginParts({ address, version: "1", total: 10 << 20 });
  let goOn = () => {};
  const slow = new Promise((resolve) => (goOn = () => resolve(undefined)));
  const begun = new Begun(address, new Blob(), (at, part) => slow.then(() => put?.(at, part)));
  await begun.add(0, new Uint8Array(9 << 20));
  await later(); // the part is on its way
  const dropped = begun.drop();
  await later();
  goOn();
  await dropped;
  await later();
  assert.deepEqual(await begunDownloads(), []);
});

test("what was begun of another version, or is damaged, is never mixed with what comes", async (t) => {
  const all = storage(t);
  const { address, line } = await serve(t);
  const begin = async () => {
    line.ends = data.length / 2;
    assert.equal(await visit(address), "network");
    line.ends = data.length;
  };
  await begin();
  Object.assign(line, { tag: '"2"', file: data.map((byte) => byte ^ 1) });
  assert.deepEqual(await visit(address), line.file);

  Object.assign(line, { file: data, sha256 });
  await begin();
  for (const parts of all.values()) for (const { bytes } of parts.values()) bytes[1000] ^= 1; // before what is compared
  assert.equal(await visit(address), "model.format");
  assert.deepEqual(await begunDownloads(), [], "a wrong sum drops it");
  assert.deepEqual(await visit(address), data);

  await begin();
  for (const parts of all.values()) for (const { bytes } of parts.values()) bytes[bytes.length - 1] ^= 1;
  assert.equal(await visit(address), "model.format");
  assert.deepEqual(await visit(address), data);
});

test("a part that the browser has removed ends what is there; what is not wanted any more is dropped", async (t) => {
  const all = storage(t);
  const { address, line } = await serve(t);
  for (const ends of [300_000, 600_000]) {
    line.ends = ends;
    await visit(address);
  }
  const [parts] = all.values();
  parts.delete([...parts.keys()][0]);
  assert.equal((await begunDownloads())[0].bytes, 0);
  line.ends = data.length;
  assert.deepEqual(await visit(address), data);
  line.ends = 300_000;
  await visit(address);
  await dropBegun(address);
  assert.deepEqual(await begunDownloads(), []);
});

test("a model that breaks off is gone on with; one that the engine refuses is not", async (t) => {
  storage(t);
  const { address, line } = await serve(t);
  const open = () => openKept(address, { sha256: "", bytes: -1, store: true, spare: [] });
  line.ends = 300_000;
  const first = await open();
  await assert.rejects(async () => {
    while (await first.next());
  }, { code: "network" });
  await first.settle(false);
  assert.equal((await begunDownloads())[0].bytes, 300_000);
  line.ends = data.length;
  const second = await open();
  assert.ok(await second.next());
  await second.settle(false);
  assert.deepEqual(await begunDownloads(), []);
});

test("little or no storage leaves a download as it is", async (t) => {
  const { address, line } = await serve(t);
  const cut = async () => {
    line.ends = 300_000;
    assert.equal(await visit(address), "network");
    line.ends = data.length;
    assert.deepEqual(await visit(address), data);
  };
  await cut();
  storage(t, { room: 1000 });
  await cut();
  assert.deepEqual(await begunDownloads(), []);
  storage(t);
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { value: { storage: { estimate: async () => ({ quota: 2e6, usage: 0 }) } }, configurable: true });
  t.after(() => (before ? Object.defineProperty(globalThis, "navigator", before) : delete (/** @type {any} */ (globalThis).navigator)));
  line.ends = 300_000;
  await visit(address);
  assert.deepEqual(await begunDownloads(), [], "three times the file must be free");
});
