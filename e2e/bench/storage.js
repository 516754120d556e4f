// Cache Storage beside the origin private file system, for a file of a model's size: `node e2e/bench/storage.js`.
// Both write the same chunks and read into the same buffer, in a worker, as the engine's does, by turns in one page.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { findChromium } from "../chromium.js";
import { serve } from "../fixtures.js";

const ROUNDS = Number(process.env.ROUNDS ?? 7);
const MIB = 130; // 136 MB

/** What the worker does; it stands alone. @param {number} count of chunks */
function measure(count) {
  const chunk = crypto.getRandomValues(new Uint8Array(65536));
  const mib = new Uint8Array(1 << 20);
  for (let at = 0; at < mib.length; at += chunk.length) mib.set(chunk, at);

  function stream() {
    let left = count;
    return new ReadableStream({ pull: (to) => (left-- > 0 ? to.enqueue(mib.slice()) : to.close()) }, { highWaterMark: 1 });
  }
  /** @param {ReadableStream} from */
  async function readAll(from) {
    const reader = from.getReader({ mode: "byob" });
    let [buffer, bytes] = [new ArrayBuffer(1 << 20), 0];
    for (;;) {
      const { value, done } = await reader.read(new Uint8Array(buffer));
      if (done) return bytes;
      bytes += value.byteLength;
      buffer = value.buffer;
    }
  }
  const handle = async () => (await (await navigator.storage.getDirectory()).getFileHandle("model", { create: true }));
  const ways = {
    "write, Cache Storage": async () => (await caches.open("model")).put("/model", new Response(stream())),
    "write, file, synchronous": async () => {
      const file = await (await handle()).createSyncAccessHandle();
      for (let i = 0; i < count; i++) file.write(mib.slice(), { at: i << 20 });
      file.close();
    },
    "read, Cache Storage": async () => readAll((await (await caches.open("model")).match("/model")).body),
    "read, file, synchronous": async () => {
      const file = await (await handle()).createSyncAccessHandle({ mode: "read-only" });
      let bytes = 0;
      for (let got; (got = file.read(mib, { at: bytes })) > 0; ) bytes += got;
      file.close();
      return bytes;
    },
    "read, file, as a stream": async () => readAll((await (await handle()).getFile()).stream()),
  };
  onmessage = async ({ data: round }) => {
    const times = {};
    const all = Object.entries(ways);
    if (round % 2) all.reverse().sort(([a], [b]) => Number(b.startsWith("write")) - Number(a.startsWith("write"))); // what is read must be written
    for (const [name, way] of all) {
      const begun = performance.now();
      const bytes = await way();
      times[name] = performance.now() - begun;
      if (name.startsWith("read") && bytes !== count << 20) throw new Error(`${name}: ${bytes} bytes`);
    }
    await caches.delete("model");
    await (await navigator.storage.getDirectory()).removeEntry("model");
    postMessage(times);
  };
}

const folder = mkdtempSync(join(tmpdir(), "storage-"));
writeFileSync(join(folder, "index.html"), "<!doctype html><title>storage</title>");
writeFileSync(join(folder, "worker.js"), `(${measure})(${MIB})`);
const { url, stop } = await serve(folder);
// A profile on the disk: in a private window both are kept in memory.
const browser = await chromium.launchPersistentContext(join(folder, "profile"), { executablePath: findChromium(), args: ["--disable-gpu", "--no-first-run"] });
try {
  const page = await browser.newPage();
  await page.goto(url);
  /** @type {Record<string, number>[]} */
  const rounds = await page.evaluate(async (count) => {
    const worker = new Worker("/worker.js");
    const rounds = [];
    for (let i = 0; i < count; i++) {
      rounds.push(await new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
        worker.postMessage(i);
      }));
    }
    return rounds;
  }, ROUNDS);
  for (const name of Object.keys(rounds[0])) {
    const times = rounds.map((round) => round[name]).toSorted((a, b) => a - b);
    console.log(`${name}: median ${(times[times.length >> 1] / 1000).toFixed(2)} s, from ${(times[0] / 1000).toFixed(2)} to ${(times.at(-1) / 1000).toFixed(2)} s`);
  }
} finally {
  await browser.close();
  await stop();
  rmSync(folder, { recursive: true });
}
