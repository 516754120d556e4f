import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import test from "node:test";
import { gzipSync } from "node:zlib";
import { openBlob } from "./blob.js";
import { download } from "./download.js";
import { free, freed } from "./freed.js";
import { fetchRemote, openRemote } from "./remote.js";

const window = 4 << 20;
const data = new Uint8Array(2 * window + 1000).map((_, i) => Math.imul(i, 0x9e3779b1) >> 13);
const other = data.map((byte) => byte ^ 1);
const small = data.subarray(0, 1000);
const digest = (/** @type {Uint8Array} */ bytes) => createHash("sha256").update(bytes).digest("hex");
const soon = { tries: 3, waitMs: 1, stallMs: 20_000 };
/** Little patience with a server that does it; a machine that others use may be slow to answer itself. @param {string} what */
const withOne = (what) => (what.startsWith("stands still") ? { ...soon, stallMs: 500 } : soon);
const zipped = gzipSync(data);
const zippedStart = gzipSync(data.subarray(0, window));
const page = Buffer.from("\n<!DOCTYPE html><title>Start</title>".padEnd(2000));

/**
 * What a server does with a request: its file, and what differs from an orderly answer.
 *
 * @typedef {object} Turn
 * @property {Uint8Array} [file]
 * @property {number} [status]
 * @property {Record<string, string | string[] | undefined>} [headers] undefined takes one away
 * @property {[from: number, to: number]} [part] which part it sends, whatever was asked for; to is not among it
 * @property {boolean} [ranged] whether it gives parts
 * @property {number} [breaks] after so many bytes the connection does
 * @property {number} [stalls] after so many bytes nothing comes
 * @property {boolean} [chunked] without a length
 * @property {(body: Uint8Array) => Uint8Array} [body] what is sent in the place of it
 */

/**
 * A server with one file.
 *
 * @param {import("node:test").TestContext} t
 * @param {(asked: string, n: number, path: string) => Turn} [how] by the range that is asked for, and the number of requests before
 */
async function serve(t, how = () => ({})) {
  /** @type {string[]} */
  const ranges = [];
  const server = createServer((request, response) => {
    const { range = "" } = request.headers;
    const turn = how(range, ranges.push(range) - 1, request.url ?? "");
    const { file = data, ranged = true, body = (bytes) => bytes } = turn;
    const [, from, to] = /bytes=(\d+)-(\d*)/.exec(range) ?? [];
    const partial = ranged && from !== undefined;
    const part = turn.part ?? [Number(from), Math.min(to ? Number(to) + 1 : file.length, file.length)];
    const bytes = body(partial ? file.subarray(...part) : file);
    const headers = {
      "Content-Length": turn.chunked ? undefined : String(bytes.length),
      ETag: '"a"',
      "Content-Range": partial ? `bytes ${part[0]}-${part[1] - 1}/${file.length}` : undefined,
      ...turn.headers,
    };
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
    response.writeHead(turn.status ?? (partial ? 206 : 200));
    const end = turn.breaks ?? turn.stalls;
    if (end === undefined) return response.end(bytes);
    response.write(bytes.subarray(0, end), () => turn.breaks !== undefined && setTimeout(() => response.destroy(), 10));
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  t.after(() => (server.closeAllConnections(), server.close()));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { address: `http://localhost:${port}/file`, ranges };
}

/** Reads all of a file as the converter does. @param {import("./blob.js").OpenFile} file */
async function readAll(file) {
  const all = new Uint8Array(file.size);
  for (let at = 0; at < file.size; at += window) all.set(await file.read(at, Math.min(window, file.size - at)), at);
  return all;
}

const open = (/** @type {string} */ address, patience = soon) => openRemote(address, () => {}, patience);

/** Reads a file from its beginning to its end, as the engine does. @param {string} address */
async function readStream(address, patience = soon) {
  const file = await download(address, { patience });
  const all = [];
  for (let piece; (piece = await file.next()); ) all.push(piece.slice());
  return new Uint8Array(Buffer.concat(all));
}

/** The two ways of reading. */
const ways = { "by parts": (/** @type {string} */ address, patience = soon) => open(address, patience).then(readAll), "as a whole": readStream };

test("a file comes part by part, each asked for once", async (t) => {
  const { address, ranges } = await serve(t);
  const whole = /** @type {[number, number][]} */ ([]);
  let some = 0;
  const file = await openRemote(address, (loaded, total) => void whole.push([loaded, total]), undefined, () => some++);
  assert.deepEqual(await readAll(file), data);
  assert.ok(some > 3, "it is told more often than parts are there");
  assert.deepEqual(ranges, ["bytes=0-4194303", "bytes=4194304-8388607", "bytes=8388608-8389607"]);
  assert.deepEqual(whole, []);
  // Out of order it is right too.
  assert.deepEqual(await file.read(window, 100), data.subarray(window, window + 100));
  assert.deepEqual(await file.read(5, 7), data.subarray(5, 12));
});

test("what a read gave is freed by the next one", async (t) => {
  const { address } = await serve(t);
  for (const file of [openBlob(new Blob([data])), await open(address)]) {
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

test("a read that fails says why, also when it is tried again", async (t) => {
  // As browsers do, and Node does not: nothing is transferred twice.
  const { structuredClone } = globalThis;
  const gone = new WeakSet();
  t.after(() => (globalThis.structuredClone = structuredClone));
  globalThis.structuredClone = (value, options) => {
    for (const buffer of /** @type {object[]} */ (options?.transfer ?? [])) {
      if (gone.has(buffer)) throw new Error("already detached");
      gone.add(buffer);
    }
    return structuredClone(value, options);
  };
  let calls = 0;
  const { read } = freed({ size: 8, read: async () => (calls++ === 0 ? new Uint8Array(8) : Promise.reject(new Error("cut"))) });
  const first = await read(0, 8);
  for (let i = 0; i < 3; i++) await assert.rejects(read(0, 8), /cut/);
  assert.equal(first.buffer.byteLength, 0);
  assert.throws(() => free(first), /detached/);
});

/** Servers that give what is asked for in their own way. */
for (const [what, how] of /** @type {[string, Parameters<typeof serve>[1]][]} */ ([
  ["gives no parts", () => ({ ranged: false })],
  ["does not tell the length of the whole", () => ({ headers: { "Content-Range": undefined } })],
  ["tells it as a star", (asked) => (asked ? { headers: { "Content-Range": "bytes 0-4194303/*" } } : {})],
  ["sends another part first", (asked) => (asked ? { part: [100, 100 + window] } : {})],
  ["refuses parts with 416", (asked) => (asked ? { status: 416, headers: { "Content-Range": "bytes */1" }, body: () => new Uint8Array() } : {})],
  ["sends several parts in one", (asked) => (asked ? { headers: { "Content-Type": "multipart/byteranges; boundary=x", "Content-Range": undefined }, body: () => Buffer.from("--x\r\n") } : {})],
  ["compresses parts", (asked) => (asked ? { headers: { "Content-Encoding": "gzip" }, body: () => zippedStart } : {})],
  ["gives parts of some bytes", (asked) => (asked ? { part: [0, 10] } : {})],
  ["gives no length at all", () => ({ ranged: false, chunked: true })],
  ["compresses the whole", () => ({ ranged: false, headers: { "Content-Encoding": "gzip" }, body: () => zipped })],
  ["breaks off once in the whole", (_, n) => ({ ranged: n > 0, breaks: n === 0 ? 3_000_000 : undefined })],
  ["breaks off again and again, and gives parts", (_, n) => ({ ranged: n > 0, breaks: n < 6 ? 1_200_000 : undefined })],
  ["breaks off once, and gives no parts", (_, n) => ({ ranged: false, breaks: n === 0 ? 3_000_000 : undefined })],
  ["breaks off once, and tells no part", (_, n) => ({ ranged: n > 0, headers: n > 0 ? { "Content-Range": undefined } : {}, breaks: n === 0 ? 3_000_000 : undefined })],
  ["breaks off once, and then sends another part", (_, n) => ({ ranged: n > 0, breaks: n === 0 ? 3_000_000 : undefined, part: [0, data.length] })],
  ["stands still once", (_, n) => ({ ranged: n > 0, stalls: n === 0 ? 3_000_000 : undefined })],
  ["is busy first", (_, n) => (n < 2 ? { status: 503, body: () => Buffer.from("busy") } : { ranged: false })],
])) {
  test(`a file of a server that ${what} comes as a whole`, async (t) => {
    const { address, ranges } = await serve(t, how);
    const progress = /** @type {[number, number][]} */ ([]);
    const file = await openRemote(address, (loaded, total) => void progress.push([loaded, total]), withOne(what));
    assert.deepEqual(await readAll(file), data);
    assert.equal(progress.at(-1)?.[0], data.length);
    assert.ok(ranges.length <= 8);
  });
}

/** Servers that give parts, in their own way. @type {[string, Parameters<typeof serve>[1], number][]} */
const inParts = [
  ["gives less than is asked for", (asked) => shorter(asked, 1_500_000), 7],
  ["breaks off in the first part, and in a later one", (_, n) => ({ breaks: n === 0 || n === 2 ? 1_000_000 : undefined }), 5],
  ["stands still in a part", (_, n) => ({ stalls: n === 1 ? 1_000_000 : undefined }), 4],
  ["gives a whole in the place of a part", (_, n) => ({ ranged: n !== 1 }), 2],
  ["is busy in between", (_, n) => ({ status: n === 1 ? 429 : undefined }), 4],
  ["sends the wrong part once", (_, n) => (n === 1 ? { part: [0, window] } : {}), 4],
  ["has another tag on each of its nodes", (_, n) => ({ headers: { ETag: `"node-${n % 2}"` } }), 5],
  ["has weak and strong tags", (_, n) => ({ headers: { ETag: n % 2 ? 'W/"a"' : '"a"' } }), 5],
  ["has another tag for each answer", (_, n) => ({ headers: { ETag: `"${n}"` } }), 12],
  ["gives tags now and then", (_, n) => ({ headers: { ETag: n % 2 ? undefined : '"a"' } }), 5],
];

/** @param {string} asked @param {number} most @returns {Turn} */
function shorter(asked, most) {
  const [from, to] = (/(\d+)-(\d+)/.exec(asked) ?? []).slice(1).map(Number);
  return { part: [from, Math.min(to + 1, from + most, data.length)] };
}

for (const [what, how, most] of inParts) {
  test(`a file of a server that ${what} comes by parts`, async (t) => {
    const { address, ranges } = await serve(t, how);
    const file = await open(address, withOne(what));
    assert.deepEqual(await readAll(file), data);
    assert.ok(ranges.every((range) => range !== ""));
    assert.ok(ranges.length <= most, `${ranges.length} requests`);
  });
}

test("a file that changes in its first part is not mixed of both", async (t) => {
  const { address } = await serve(t, (_, n) => (n === 0 ? { breaks: 1_000_000 } : { file: other, headers: { ETag: '"b"' } }));
  assert.deepEqual(await ways["by parts"](address), other);
});

/** Servers that cannot be read from, from the second request on. */
for (const [what, how, code, message] of /** @type {[string, Turn, string, RegExp][]} */ ([
  ["breaks off each time", { breaks: 1000 }, "network", /broke off after 4,19\d,304 of 8,389,608 bytes.*try again/],
  ["stands still each time", { stalls: 1000 }, "network", /stands still after/],
  ["is gone", { status: 404 }, "network", /404 Not Found/],
  ["fails", { status: 500 }, "network", /500 Internal Server Error/],
  ["sends a part that begins elsewhere", { part: [0, window] }, "network", /bytes 4194304-8388607\/8389608 were asked for, and the server sent bytes 0-4194303\/8389608/],
  ["sends a part that begins one byte later", { part: [window + 1, 2 * window] }, "network", /bytes 4194304-8388607\/8389608 were asked for, and the server sent bytes 4194305-8388607/],
  ["says another end than it sends", { headers: { "Content-Range": `bytes ${window}-${window + 99}/${data.length}` } }, "network", /bytes 4194304-8388607\/8389608 were asked for, and the server sent bytes 4194304-4194403\/8389608/],
  ["says more than was asked for", { part: [window, data.length] }, "network", /bytes 4194304-8388607\/8389608 were asked for, and the server sent bytes 4194304-8389607\/8389608/],
  ["says another length of the whole", { headers: { "Content-Range": `bytes ${window}-${2 * window - 1}/9999999` } }, "network", /bytes 4194304-8388607\/8389608 were asked for, and the server sent bytes 4194304-8388607\/9999999/],
  ["names no part", { headers: { "Content-Range": undefined } }, "network", /a part that it does not name/],
  ["names a part in other units", { headers: { "Content-Range": "lines 1-2/3" } }, "network", /sent lines 1-2\/3/],
  ["gives a part of the compressed file", { headers: { "Content-Encoding": "gzip" }, body: () => zipped.subarray(window, 2 * window) }, "network", /broke off/],
  ["has another file under another tag", { file: other, headers: { ETag: '"b"' } }, "model.format", /changed while it was read/],
  ["has another file, and gives it whole", { file: other, ranged: false }, "model.format", /changed while it was read/],
  ["has a shorter file, and gives it whole", { file: data.subarray(0, 5_000_000), ranged: false }, "model.format", /changed while it was read/],
])) {
  test(`a server that ${what} is said to`, async (t) => {
    const { address } = await serve(t, (_, n) => (n === 0 ? {} : how));
    await assert.rejects(ways["by parts"](address, withOne(what)), (/** @type {import("../client/error.js").VitrineError} */ error) => {
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.ok(error.message.startsWith(address));
      return true;
    });
  });
}

/** Servers that break off in the whole, and then go on wrongly. */
for (const [what, how, code, message] of /** @type {[string, Turn, string, RegExp][]} */ ([
  ["breaks off each time", { breaks: 5000 }, "network", /broke off after [\d,]+ of 8,389,608 bytes.*try again/],
  ["has no more to give", { part: [0, 0], status: 416 }, "network", /broke off/],
  ["sends the wrong part under the right name", { body: (bytes) => bytes.map((b) => b ^ 1) }, "model.format", /changed/],
  ["has another file", { file: other, ranged: false }, "model.format", /changed/],
  ["has a file of another length", { file: data.subarray(0, 8_000_000) }, "model.format", /changed/],
])) {
  test(`a server that breaks off and then ${what} is said to`, async (t) => {
    const { address } = await serve(t, (_, n) => (n === 0 ? { breaks: 6_000_000 } : how));
    await assert.rejects(ways["as a whole"](address), { code, message });
  });
}

for (const [way, read] of Object.entries(ways)) {
  test(`a web page, or a pointer, is known ${way}`, async (t) => {
    const { address } = await serve(t, () => ({ file: page }));
    await assert.rejects(read(address), { code: "model.format", message: /is a web page.*\/resolve\//, absent: true });
    await assert.rejects(read(`${new URL(address).origin}/a/b/blob/main/c.gguf`), { message: /\/a\/b\/resolve\/main\/c\.gguf$/ });
    const pointer = await serve(t, () => ({ file: Buffer.from("version https://git-lfs.github.com/spec/v1\noid sha256:0\n") }));
    await assert.rejects(read(pointer.address), { code: "model.format", message: /is a pointer of Git LFS/ });
  });

  for (const status of [400, 401, 403, 404, 410]) {
    test(`a file is absent ${way} where the server answers ${status}`, async (t) => {
      const { address, ranges } = await serve(t, () => ({ status, body: () => Buffer.from("<Error/>") }));
      await assert.rejects(read(address), { code: "network", absent: true, message: new RegExp(`the server answered ${status}`) });
      assert.equal(ranges.length, 1);
    });
  }

  test(`the sum that a hub gives is checked ${way}`, async (t) => {
    for (const [file, path, headers, good] of /** @type {[Uint8Array, string, Record<string, string>, boolean][]} */ ([
      [data, "/file", { "X-Linked-Etag": `"${digest(data)}"` }, true],
      [small, "/file", { "X-Linked-Etag": `"${digest(other)}"` }, false],
      [small, "/a/b/resolve/main/file", { ETag: `"${digest(small)}"` }, true],
      [small, "/a/b/resolve/main/file", { ETag: `W/"${digest(other)}"` }, false],
      [small, "/a/b/resolve/main/file", { ETag: '"abc"' }, true],
      [small, "/file", { ETag: `W/"${digest(other)}"` }, true], // of another server: no sum
    ])) {
      const { address } = await serve(t, () => ({ file, headers }));
      const reading = read(new URL(path, address).href);
      if (good) assert.deepEqual(await reading, file, path);
      else await assert.rejects(reading, { code: "model.format", message: new RegExp(`SHA-256 ${digest(file)}.*${digest(other)}`) });
    }
  });

  test(`a hub that sends the browser on to another server is asked for the sum ${way}`, async (t) => {
    for (const [sum, good] of /** @type {[string, boolean][]} */ ([[digest(small), true], [digest(other), false], ["", true]])) {
      const pointer = Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${sum}\nsize ${small.length}\n`);
      const elsewhere = await serve(t, () => ({ file: small, headers: { ETag: `"${digest(other)}"` } })); // a hash of its own kind
      const { address } = await serve(t, (_, __, path) =>
        path.includes("/raw/") ? { file: pointer } : { status: 302, headers: { Location: elsewhere.address, "Content-Range": undefined } });
      const reading = read(`${new URL(address).origin}/a/b/resolve/main/m.safetensors`);
      if (good) assert.deepEqual(await reading, small);
      else await assert.rejects(reading, { code: "model.format" });
    }
  });
}

test("an empty file is a file", async (t) => {
  const { address } = await serve(t, (asked) => ({ file: new Uint8Array(), ...(asked && { status: 416, headers: { "Content-Range": "bytes */0" } }) }));
  assert.equal((await open(address)).size, 0);
  assert.equal((await fetchRemote(address, soon)).size, 0);
});

test("a server that is not there is said to be", async () => {
  for (const read of Object.values(ways)) await assert.rejects(read("http://localhost:1/"), { code: "network", message: /could not be reached/ });
  await assert.rejects(open("http://localhost:1/a/b/blob/main/c.safetensors"), { message: /\/a\/b\/resolve\/main\/c\.safetensors$/ });
});

test("a server that is busy when a download is taken up again is waited for, and gives the rest alone", async (t) => {
  const cut = 3 << 20;
  for (const [what, headers, status] of /** @type {[string, Record<string, string>, number][]} */ ([["429", { "Retry-After": "1" }, 429], ["503", {}, 503], ["500", {}, 500]])) {
    const { address, ranges } = await serve(t, (_, n) => (n === 0 ? { breaks: cut } : n === 1 ? { status, headers } : {}));
    const begun = performance.now();
    assert.deepEqual(await readStream(address), data, what);
    assert.equal(ranges.length, 3, what);
    assert.ok(ranges.slice(1).every((range) => range.startsWith("bytes=")), `${what}: ${ranges}`);
    if (status === 429) assert.ok(performance.now() - begun >= 1000, what);
  }
});

test("a server that is busy at first is asked again", async (t) => {
  for (const status of [429, 500, 503]) {
    const { address, ranges } = await serve(t, (_, n) => (n === 0 ? { status } : {}));
    assert.deepEqual(await readStream(address), data, String(status));
    assert.equal(ranges.length, 2);
  }
});

test("weights of which no model that fits can be made are refused by what the server says, before they come", async (t) => {
  const { address, ranges } = await serve(t, () => ({ headers: { "Content-Range": "bytes 0-4194303/30000000000" } }));
  await assert.rejects(open(address), { code: "memory", message: /has 8\.0 GB and needs at least 9\.6 GB/ });
  assert.equal(ranges.length, 1);
});
