import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { Session } from "./session.js";
import { createRunState } from "./state.js";

const settings = { temperature: 0, topK: 0, topP: 1, seed: 1, maxTokens: 1, stop: [] };
const done = { type: "done", text: "", ids: [], promptIds: [], finishReason: "length", tokensPerSecond: 1, promptMs: 1 };

function deferred() {
  /** @type {any} */
  const own = {};
  own.promise = new Promise((resolve, reject) => Object.assign(own, { resolve, reject }));
  return own;
}

/** An engine each of whose runs generates one token and ends; one of the prompt "long" goes on until it is stopped. @param {string} name */
function engineOf(name) {
  const { promise: ended, resolve: lose } = deferred();
  return {
    info: { name, context: 4 },
    ended,
    lose,
    closed: false,
    close() {
      this.closed = true;
    },
    tokenize: async (/** @type {string} */ text) => [...text].map((text) => ({ id: text.codePointAt(0), text })),
    generate: (/** @type {string} */ prompt, /** @type {any} */ { switches = [], signal }) => ({
      switches,
      state: "running",
      close() {},
      setPace() {},
      async *batches() {
        if (prompt === "") throw new Error("the prompt is empty");
        yield [{ type: "stage", stage: "prompt", step: 0, layer: -1, position: 0, time: 0 }, { type: "token", id: 7, piece: "t", text: "t", probability: 0.5, step: 0, position: prompt.length }];
        if (prompt === "long") await new Promise((resolve) => signal.addEventListener("abort", resolve));
        yield [done];
      },
    }),
  };
}

/** A session whose loads end when they are told to. */
function begun() {
  /** @type {{ source: unknown, signal: AbortSignal, resolve: (engine: unknown) => void, reject: (why: unknown) => void }[]} */
  const loads = [];
  const session = new Session(createRunState(), /** @type {any} */ (({ model, signal }) => {
    const { promise, resolve, reject } = deferred();
    signal.addEventListener("abort", () => reject(signal.reason));
    loads.push({ source: model, signal, resolve, reject });
    return promise;
  }));
  /** @type {string[]} */
  const told = [];
  for (const type of ["engine", "loadfailure", "loadend", "lost", "cleared", "runfailure", "end"]) session.addEventListener(type, () => told.push(type));
  return { session, loads, told };
}

/** One that has a model. */
async function loaded() {
  const all = begun();
  all.session.open("a");
  const engine = engineOf("a");
  all.loads[0].resolve(engine);
  await turn();
  all.told.length = 0;
  return { ...all, engine };
}

test("a prompt that the engine refuses is not that of the run which is shown", async () => {
  const { session, told } = await loaded();
  session.generate("Hi", settings);
  assert.equal(session.prompt, "", "none has begun");
  await turn();
  assert.deepEqual([session.prompt, session.state.phase, session.state.tokens.length], ["Hi", "ended", 1]);
  session.generate("", settings);
  await turn();
  assert.deepEqual(told, ["end", "runfailure", "end"]);
  assert.deepEqual([session.prompt, session.state.phase, session.state.tokens.length], ["Hi", "ended", 1]);
  session.generate("again and again, longer than four tokens are".repeat(20), settings); // no tokenizer need see it
  await turn();
  assert.equal(session.prompt, "Hi");
});

test("a run that waits for its model waits for the one that is opened in its place, and ends with the last", async () => {
  const { session, loads, told } = begun();
  session.open("a");
  session.generate("Hi", settings);
  session.open("b");
  await turn();
  assert.equal(session.running, true, "the load that it waited for was given up");
  loads[1].resolve(engineOf("b"));
  await turn();
  assert.deepEqual([session.prompt, session.state.phase], ["Hi", "ended"]);
  assert.deepEqual(told, ["engine", "loadend", "end"]);

  for (const [ends, tells] of /** @type {[(all: ReturnType<typeof begun>) => void, string[]][]} */ ([
    [({ loads }) => loads[0].reject(new Error("no such file")), ["loadfailure", "loadend", "end"]],
    [({ session }) => session.cancelLoad(), ["loadend", "end"]],
    [({ session }) => session.stop(), ["end"]],
  ])) {
    const all = begun();
    all.session.open("a");
    all.session.generate("Hi", settings);
    ends(all);
    await turn();
    assert.deepEqual([all.session.running, all.told], [false, tells]);
  }
});

test("a load that is given up while the run before it ends changes no model", async () => {
  const { session, loads, told, engine } = await loaded();
  session.generate("long", settings);
  await turn();
  session.open("b");
  const other = engineOf("b");
  session.addEventListener("end", () => session.cancelLoad(), { once: true });
  loads[1].resolve(other);
  await turn();
  assert.deepEqual(told, ["end", "loadend"]);
  assert.deepEqual([session.info?.name, engine.closed, other.closed], ["a", false, true]);
  session.generate("Hi", settings);
  await turn();
  assert.equal(session.state.phase, "ended");
});

test("what a model has generated goes with it; where the same one is loaded again, it stays", async () => {
  const { session, loads, told } = await loaded();
  session.generate("Hi", settings, { switches: [{ off: "position" }] });
  await turn();
  const { state } = session;
  assert.deepEqual(state.switches, [{ off: "position" }]);
  const shown = () => [session.source, session.info?.name, session.prompt, state.phase, state.pieces.length, state.tokens.length, state.switches.length, state.settings, session.run];

  session.open("a");
  loads[1].resolve(engineOf("a, again"));
  await turn();
  assert.deepEqual(shown(), ["a", "a, again", "Hi", "ended", 2, 1, 1, settings, null]);
  assert.deepEqual(told, ["end", "engine", "loadend"]);

  session.open("b");
  loads[2].reject(new Error("no such file"));
  await turn();
  assert.deepEqual(shown(), ["a", "a, again", "Hi", "ended", 2, 1, 1, settings, null], "it has not come");

  told.length = 0;
  session.open("b");
  loads[3].resolve(engineOf("b"));
  await turn();
  assert.deepEqual(shown(), ["b", "b", "", "idle", 0, 0, 0, null, null]);
  assert.deepEqual(told, ["cleared", "engine", "loadend"]);
});

test("another model takes the place of one whose run is under way, and nothing of that stays", async () => {
  const { session, loads } = await loaded();
  session.generate("long", settings);
  await turn();
  session.open(undefined);
  loads[1].resolve(engineOf("default"));
  await turn();
  assert.deepEqual([session.info?.name, session.prompt, session.state.phase, session.state.tokens.length, session.running], ["default", "", "idle", 0, false]);
});

test("says whether its engine still answers", async () => {
  const { session, loads, told, engine } = await loaded();
  assert.equal(session.alive, true);
  engine.lose(new Error("it trapped"));
  await turn();
  assert.deepEqual([session.alive, session.info?.name, told], [false, "a", ["lost"]]);
  session.open("a");
  loads[1].resolve(engineOf("a"));
  await turn();
  assert.equal(session.alive, true);
  assert.equal(begun().session.alive, false);
});
