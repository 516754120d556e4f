import assert from "node:assert/strict";
import test from "node:test";
import { byCheckpoint, find, put } from "./client/stored.js";
import { createEngine } from "./vitrine.js";
import { storage } from "./worker/fake-storage.js";

/** A worker whose engine refuses every model. */
class Worker {
  static code = "";
  onmessage = (/** @type {{ data: object }} */ _) => {};

  /** @param {{ id?: number, method?: string, ask?: boolean }} message */
  postMessage({ id, method, ask }) {
    const answer = ask ? { alive: true } : method === "open" ? { id, code: Worker.code, message: "no" } : { id };
    queueMicrotask(() => this.onmessage({ data: answer }));
  }

  terminate() {}
}
Object.assign(globalThis, { Worker, self: globalThis, origin: "null", location: { href: "http://site.test/" }, VITRINE_WORKER: "worker.js" });

test("what was made of a checkpoint is removed where the engine says that it is unsound, and only there", async (t) => {
  storage(t);
  t.mock.method(globalThis, "fetch", async () => new Response(null, { headers: { ETag: '"1"' } }));
  const model = "http://hub.test/a/b/resolve/main/model.safetensors";
  await put(byCheckpoint(model), new Blob(["GGUF"]), { name: "b", url: model, bytes: 4, tag: '"1"', file: "b.gguf" });
  for (const [code, stays] of /** @type {[string, boolean][]} */ ([["engine.load", true], ["memory", true], ["model.format", false]])) {
    Worker.code = code;
    await assert.rejects(createEngine({ model }), { code });
    assert.equal((await find(byCheckpoint(model))) !== null, stays, code);
  }
});
