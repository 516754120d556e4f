import assert from "node:assert/strict";
import { test } from "node:test";
import { VitrineError } from "../client/error.js";
import { strings } from "../i18n/en.js";
import { connectModel } from "./connect-model.js";

const { errors } = strings;
/** A view, whatever is asked of it. */
const view = () => new Proxy(/** @type {any} */ ({}), { get: (own, name) => own[name] ?? (() => {}), set: (own, name, value) => ((own[name] = value), true) });

/** A page whose session has loaded "a"; `fail` lets a load fail. @param {boolean} alive */
function loaded(alive) {
  const opened = /** @type {unknown[]} */ ([]);
  const session = /** @type {any} */ (Object.assign(new EventTarget(), {
    info: null, source: undefined, alive: false, running: false, quantized: null,
    open: (/** @type {unknown} */ source) => opened.push(source),
  }));
  const names = ["model", "recent", "stored", "hub", "notice", "loading", "status", "diagram", "inspector", "tools", "prompt", "controls"];
  const views = /** @type {any} */ (Object.fromEntries(names.map((name) => [name, view()])));
  views.page = new EventTarget();
  views.status.say = (/** @type {string} */ words) => (shown.status = words);
  /** @type {{ status?: string, words: string[], buttons: { label: string, does: () => void }[] }} */
  const shown = { words: [], buttons: [] };
  views.notice.show = (/** @type {string} */ code, /** @type {string[]} */ words, /** @type {any[]} */ buttons) => Object.assign(shown, { words, buttons });
  const { open, reopen } = connectModel(session, views, strings, new AbortController().signal);
  open("a");
  Object.assign(session, { info: { name: "A", addedTokens: [] }, source: "a", alive });
  session.dispatchEvent(new CustomEvent("engine", { detail: session.info }));
  const fail = (/** @type {string} */ source) => {
    open(source);
    session.dispatchEvent(new CustomEvent("loadfailure", { detail: { source, error: new VitrineError("network", "no answer") } }));
    session.dispatchEvent(new CustomEvent("loadend"));
  };
  return { opened, shown, open, reopen, fail };
}

test("the model that is loaded again is the one that the page had, whatever was tried since", () => {
  const { opened, open, reopen, fail } = loaded(false);
  fail("b");
  reopen();
  open("c"); // and is given up
  reopen();
  assert.deepEqual(opened, ["a", "b", "a", "c", "a"]);
});

test("a model whose engine has ended does not stay loaded, and can be loaded again", () => {
  const alive = loaded(true);
  alive.fail("b");
  assert.ok(alive.shown.words.includes(errors.kept("A")));
  assert.deepEqual(alive.shown.buttons.map(({ label }) => label), [errors.openFile, errors.retry]);
  assert.equal(alive.shown.status, strings.status.idle);
  const dead = loaded(false);
  dead.fail("b");
  assert.equal(dead.shown.status, strings.status.lost);
  assert.ok(!dead.shown.words.includes(errors.kept("A")));
  assert.deepEqual(dead.shown.buttons.map(({ label }) => label), [errors.reopen, errors.retry]);
  dead.shown.buttons[0].does();
  assert.deepEqual(dead.opened, ["a", "b", "a"]);
  dead.fail("a");
  assert.deepEqual(dead.shown.buttons.map(({ label }) => label), [errors.useDefault, errors.retry]);
});
