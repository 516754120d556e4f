import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import test from "node:test";
import { byAddress, find, put, storedModels } from "../client/stored.js";
import { storage } from "./fake-storage.js";
import { openKept } from "./kept.js";

const data = new Uint8Array(3_000_000).map((_, i) => Math.imul(i, 0x9e3779b1) >> 13);
const sha256 = createHash("sha256").update(data).digest("hex");

/** @param {import("node:test").TestContext} t @param {Record<string, string>} headers that can be changed meanwhile */
async function serve(t, headers = {}) {
  let requests = 0;
  const server = createServer((_, answer) => (requests++, answer.writeHead(200, { "Content-Length": data.length, ...headers }).end(data)));
  server.listen(0, "localhost");
  await once(server, "listening");
  t.after(() => (server.closeAllConnections(), server.close()));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { address: `http://localhost:${port}/models/a%20b.gguf`, requests: () => requests, stop: () => (server.closeAllConnections(), server.close()) };
}

/** Reads a model as the engine does. @param {string} address @param {{ sum?: string, sound?: boolean, store?: boolean }} [how] */
async function read(address, { sum = "", sound = true, store = true } = {}) {
  const { next, stored, settle } = await openKept(address, { sha256: sum, bytes: -1, store, spare: [] });
  const all = [];
  for (let piece; (piece = await next()); ) all.push(piece.slice());
  assert.deepEqual(new Uint8Array(Buffer.concat(all)), data);
  return { stored, end: await settle(sound) };
}

test("a model with a known sum comes from its server once", async (t) => {
  storage(t);
  const { address, requests } = await serve(t);
  assert.deepEqual(await read(address, { sum: sha256 }), { stored: false, end: "kept" });
  assert.deepEqual(await read(address, { sum: sha256 }), { stored: true, end: "kept" });
  assert.equal(requests(), 1);
  const [model, ...more] = await storedModels();
  assert.deepEqual({ ...model, file: 0, delete: 0, more: more.length }, { name: "a b", url: address, bytes: data.length, file: 0, delete: 0, more: 0 });
  assert.deepEqual(new Uint8Array(await (await model.file()).arrayBuffer()), data);
  await model.delete();
  assert.deepEqual(await storedModels(), []);
  await assert.rejects(model.file(), /load it again/);
});

test("an address with a lone % is one too, and names its model", async (t) => {
  storage(t);
  const { address } = await serve(t);
  await read(address.replace("a%20b", "50%"), { sum: sha256 });
  assert.equal((await storedModels())[0].name, "50%");
});

test("one that is not sound is not kept, and one that was kept is dropped", async (t) => {
  storage(t);
  const { address, requests } = await serve(t);
  await read(address, { sum: sha256, sound: false });
  assert.deepEqual(await storedModels(), []);
  await read(address, { sum: sha256 });
  assert.deepEqual(await read(address, { sum: sha256, sound: false }), { stored: true, end: "" });
  assert.deepEqual(await read(address, { sum: sha256 }), { stored: false, end: "kept" });
  assert.equal(requests(), 3);
});

test("of another one the server is asked whether it is the same", async (t) => {
  storage(t);
  const headers = { ETag: '"1"' };
  const { address, stop } = await serve(t, headers);
  assert.equal((await read(address)).stored, false);
  assert.equal((await read(address)).stored, true);
  headers.ETag = '"2"';
  assert.equal((await read(address)).stored, false);
  assert.equal((await find(byAddress(address)))?.known.tag, '"2"');
  stop();
  assert.equal((await read(address)).stored, true, "without a network");
});

test("one that nothing tells from another version is not kept, nor where nobody wants it", async (t) => {
  storage(t);
  const { address } = await serve(t);
  assert.deepEqual(await read(address), { stored: false, end: "" });
  assert.deepEqual(await read(address, { sum: sha256, store: false }), { stored: false, end: "" });
  assert.deepEqual(await storedModels(), []);
});

test("full, forbidden and absent storage leave the model as it is", async (t) => {
  const { address } = await serve(t);
  assert.deepEqual(await read(address, { sum: sha256 }), { stored: false, end: "refused" }, "absent");
  storage(t, { room: 1e6 });
  assert.deepEqual(await read(address, { sum: sha256 }), { stored: false, end: "full" });
  Object.defineProperty(globalThis, "caches", { get: () => { throw new DOMException("no", "SecurityError"); }, configurable: true });
  assert.deepEqual(await read(address, { sum: sha256 }), { stored: false, end: "refused" });
  assert.deepEqual(await storedModels(), []);
});

test("what is kept in another form is removed", async (t) => {
  const all = storage(t);
  all.set("vitrine-models-0", new Map());
  all.set("another", new Map());
  await put("files/a", new Blob([data]), { name: "a", url: "", bytes: 5 });
  assert.deepEqual([...all.keys()].sort(), ["another", "vitrine-models-1"]);
});
