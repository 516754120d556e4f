import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import test from "node:test";
import { HEAD_BYTES } from "../client/head.js";
import { readHead } from "./head.js";

const patience = { tries: 2, waitMs: 1, stallMs: 20_000 };
const file = Buffer.alloc(HEAD_BYTES + 1000, "abcdefg");

/** A server of the file, which knows ranges or not, and is busy at first or not. @param {import("node:test").TestContext} t @param {boolean} ranges @param {boolean} busy */
async function serve(t, ranges, busy = false) {
  const asked = [];
  let closed = false;
  const server = createServer((request, response) => {
    asked.push(request.headers.range);
    response.on("close", () => (closed = true));
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range).map(Number);
    if (busy && asked.length === 1) return response.writeHead(503).end();
    if (request.url !== "/m.gguf") return response.writeHead(404).end();
    if (!ranges) return void response.writeHead(200).write(file.subarray(0, 5000)); // and goes on for ever
    const part = file.subarray(from, to + 1);
    response.writeHead(206, { "Content-Range": `bytes ${from}-${from + part.length - 1}/${file.length}` }).end(part);
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  t.after(() => (server.closeAllConnections(), server.close()));
  return { url: `http://localhost:${server.address().port}/`, asked, closed: () => closed };
}

test("a head is asked for piece by piece, to the end of the file at most", async (t) => {
  const { url, asked } = await serve(t, true);
  const { next } = readHead(`${url}m.gguf`);
  assert.equal((await next()).length, HEAD_BYTES);
  assert.deepEqual(asked, [`bytes=0-${HEAD_BYTES - 1}`], "nothing ahead of what is wanted");
  assert.deepEqual(Buffer.from(await next()), file.subarray(HEAD_BYTES));
  assert.equal(await next(), null);
  assert.equal(asked.length, 2);
});

test("where the server knows no ranges the file comes as a stream, which ends when it is closed", async (t) => {
  const { url, asked, closed } = await serve(t, false);
  const { next, close } = readHead(`${url}m.gguf`);
  assert.deepEqual(Buffer.from(await next()), file.subarray(0, 5000));
  assert.equal(closed(), false);
  await close();
  while (!closed()) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(asked.length, 1);
});

test("a server that is busy is asked again", async (t) => {
  const { url, asked } = await serve(t, true, true);
  assert.equal((await readHead(`${url}m.gguf`, patience).next()).length, HEAD_BYTES);
  assert.equal(asked.length, 2);
});

test("without a network the whole file does, where a service worker has that", async (t) => {
  const asked = [];
  t.mock.method(globalThis, "fetch", async (_, { headers } = {}) => {
    asked.push(headers?.Range ?? "whole");
    if (headers) throw new TypeError("Failed to fetch");
    return new Response(file);
  });
  const { next, close } = readHead("http://localhost:1/m.gguf", { ...patience, tries: 1 });
  const first = await next();
  assert.deepEqual(Buffer.from(first), file.subarray(0, first.length));
  assert.deepEqual(asked, [`bytes=0-${HEAD_BYTES - 1}`, "whole"]);
  await close();
});

test("what cannot be had is a network error", async (t) => {
  const { url } = await serve(t, true);
  await assert.rejects(readHead(`${url}away.gguf`, patience).next(), { code: "network", message: /the server answered 404/ });
  await assert.rejects(readHead("http://localhost:1/m.gguf", patience).next(), { code: "network" });
});
