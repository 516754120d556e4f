import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import test from "node:test";
import { setImmediate as later } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { VitrineError } from "./error.js";
import { WorkerLink } from "./link.js";
import { settingsOf } from "./options.js";

/** A worker that only says that it lives and that a run has begun. */
class Worker {
  /** @type {any[]} */
  static messages = [];
  onmessage = (/** @type {{ data: object }} */ _) => {};

  /** @param {{ id?: number, method?: string, ask?: boolean }} message */
  postMessage(message) {
    Worker.messages.push(message);
    if (message.ask) this.onmessage({ data: { alive: true } });
    if (message.method === "generate") this.onmessage({ data: { id: message.id } });
  }

  terminate() {}
}
Object.assign(globalThis, { Worker, self: globalThis, origin: "null", VITRINE_WORKER: "worker.js" });

const of = /** @type {any} */ ({ info: { layers: 2, heads: 2 }, stages: ["prompt"] });
const closed = new VitrineError("closed", "the engine was closed");

test("a signal has a run's listener until the run is closed, or the engine", () => {
  const { signal } = new AbortController();
  const link = new WorkerLink(undefined);
  const [one] = [1, 2].map(() => link.generate("a", settingsOf({}), of, signal));
  assert.equal(getEventListeners(signal, "abort").length, 2);
  one.close();
  assert.equal(getEventListeners(signal, "abort").length, 1);
  link.close(closed);
  assert.equal(getEventListeners(signal, "abort").length, 0);
});

test("a run that was aborted and that nobody refers to any more does not end the engine", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc");
  const link = new WorkerLink(undefined);
  const controller = new AbortController();
  (() => link.generate("a", settingsOf({}), of, controller.signal).push(paused()))(); // no name here refers to it
  controller.abort();
  const isClosed = () => Worker.messages.some(({ method }) => method === "close");
  Worker.messages = [];
  for (let i = 0; i < 100 && !isClosed(); i++) {
    await later();
    gc();
  }
  assert.ok(isClosed());
  let ended = false;
  link.ended.then(() => (ended = true));
  t.mock.timers.tick(60_000);
  await later();
  assert.equal(ended, false);
  link.close(closed);
});

test("a run that was aborted ends, or stands elsewhere, or the engine is closed", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  for (const stands of [true, false]) {
    const link = new WorkerLink(undefined);
    const controller = new AbortController();
    const run = link.generate("a", settingsOf({}), of, controller.signal);
    run.result.catch(() => {});
    controller.abort();
    if (stands) run.push(paused());
    let ended = false;
    link.ended.then(() => (ended = true));
    t.mock.timers.tick(60_000);
    await later();
    assert.equal(ended, !stands);
    link.close(closed);
  }
});

/** The record that a run stands, as core/trace/writer.go writes it. */
function paused() {
  const json = new TextEncoder().encode('{"reason":"entry"}  ');
  return Uint8Array.of(3, 0, 0xff, 0xff, ...new Uint8Array(20), json.length, 0, 0, 0, ...json);
}

test("what is asked of a run that was refused is answered with the reason", async () => {
  const link = new WorkerLink(undefined);
  const reason = new VitrineError("argument", "temperature is -1");
  const run = link.refuse(reason, of);
  for (const ask of [run.result, run.inspect("mlp"), run.lens(), run.redecode({}), run.sweep(), run.step(), run.setSwitches([])]) {
    await assert.rejects(ask, (error) => error === reason);
  }
  link.close(closed);
});
