/** @import {TokenPiece} from "../vitrine.js" */
/** @import {Strings} from "../i18n/en.js" */
/** @import {Pacer} from "../run/frames.js" */
/** @import {Views} from "../app.js" */
/** @import {Typed} from "../run/settings.js" */
/** @import {Phase} from "../run/state.js" */
/** @import {Beginning} from "./controls.js" */
/** @import {Session} from "../run/session.js" */
import { listen } from "../kit/dom.js";
import { ending, speedOf } from "../run/ending.js";
import { RESTS } from "../run/frames.js";
import { cutOf, outputOf, textOf } from "../run/output.js";
import { roomAfter } from "../run/settings.js";
import { ENDED, failureOf, tooLong } from "../client/failure.js";

/** Milliseconds after the last key until the prompt's tokens are counted. */
const countAfter = 150;

/**
 * A run, from the button to its result, as the page shows it.
 *
 * @param {Session} session
 * @param {Views} views
 * @param {Strings} strings
 * @param {{ reopen: () => void, useDefault: () => void, pacer: Pacer, signal: AbortSignal }} options `reopen` loads the model again
 *   that could not be loaded, `useDefault` the default one
 */
export function connectRun(session, views, strings, { reopen, useDefault, pacer, signal }) {
  const { page, panels, prompt, sampling, meter, chips, readout, spoken, diagram, inspector, status, button, speed, controls, notice } = views;
  const { state } = session;
  /** @type {Phase} as the page shows it */
  let phase = state.phase;
  let over = ""; // how the run ended, in words
  let timer = 0;

  /** @param {Beginning} [how] with settings: in the place of a run that is under way, of the same prompt unless another one is given */
  async function generate({ settings, prompt: text = session.prompt, ...how } = {}) {
    if (settings) await session.leave();
    if (session.running) return;
    const read = settings ?? sampling.read();
    if (!read) return panels.unfold();
    if (!session.info && !session.loading) reopen();
    session.generate(settings ? text : prompt.value(), read, { ...how, ...controls.options() });
  }

  /** @param {string} message what is wrong with the prompt */
  function refuse(message) {
    panels.unfold();
    prompt.setError(message);
    prompt.focus();
  }

  /** The views draw what changed with the next frame, and then all of it is old. */
  function show() {
    controls.show();
    for (const view of [diagram, inspector, status, chips, readout, spoken, meter]) view.show(state);
    pacer.request(settle);
    const before = phase;
    phase = state.phase;
    if (phase === "paused") pacer.hurry(); // nothing computes that the page could take the processor from
    if (phase === before) return;
    button.show(session.running);
    setRest();
    if (phase === "waiting") return begin();
    if (phase === "idle") over = ""; // the run is forgotten
    if (!session.running) return; // it has ended without a result
    if (before === "waiting") start();
    if (phase === "ended") finish();
  }

  const settle = () => () => state.looked();

  function begin() {
    over = "";
    notice.hide();
    prompt.setError("");
    if (!session.info) status.say(strings.status.waiting);
  }

  function start() {
    showCount(state.pieces);
    status.announce(strings.status.running);
    pacer.hurry();
  }

  function finish() {
    const { done, settings } = state;
    if (!done) return;
    const cut = cutOf(outputOf(state));
    const stop = settings?.stop.find((text) => cut.startsWith(text)) ?? "";
    over = ending(strings.ending, done, { context: session.info?.context ?? 0, stop });
    status.announce(`${over} ${speedOf(strings.output, done).join(", ")}`);
    pacer.hurry();
  }

  /** @param {{ error: unknown }} failure */
  function onFailure({ error }) {
    const { code, why } = failureOf(error);
    if (phase !== "waiting") over = strings.ending.failed;
    if (controls.wrong(error)) return;
    if (code === "prompt.empty") refuse(strings.prompt.empty);
    else if (code === "prompt.too_long") refuse(strings.prompt.tooLong);
    else if (code === "numeric") notice.show(code, [why], [{ label: strings.errors.useDefault, does: useDefault }]);
    else notice.show(code, [why], ENDED.includes(code) ? [{ label: strings.errors.reopen, does: reopen }] : []);
  }

  /** @param {{ error: unknown }} lost */
  function onLost({ error }) {
    const { code, why } = failureOf(error);
    notice.show(code, [why], [{ label: strings.errors.reopen, does: reopen }]);
    status.say(strings.status.lost);
  }

  function onEnd() {
    button.show(false);
    status.say(over || (session.info ? strings.status.idle : strings.status.noModel));
    count();
  }

  async function count() {
    const text = prompt.value();
    if (session.info && session.tooLong(text)) {
      sampling.setRoom(0);
      return prompt.setCount(strings.prompt.characters(text.length, session.info.context), true);
    }
    const pieces = await session.tokenize(text);
    if (pieces && text === prompt.value()) showCount(pieces);
  }

  /** @param {TokenPiece[]} pieces */
  function showCount(pieces) {
    if (!session.info) return;
    const { context } = session.info;
    sampling.setRoom(roomAfter(pieces.length, context));
    prompt.setCount(strings.prompt.tokens(pieces.length, context), pieces.length > context);
  }

  async function copy() {
    try {
      await navigator.clipboard.writeText(textOf(outputOf(state)));
      meter.copied(true);
      status.announce(strings.output.copied);
    } catch {
      status.say(strings.output.copyFailed);
      status.announce(strings.output.copyFailed);
    }
  }

  /** @param {number} pace */
  function onPace(pace) {
    session.setPace(pace);
    setRest();
  }

  /** How much of the time the page leaves to the engine. */
  function setRest() {
    const beside = (session.info?.threads ?? 1) < navigator.hardwareConcurrency;
    pacer.setRest(phase !== "running" || speed.pace() > 0 ? RESTS.paused : beside ? RESTS.beside : RESTS.among);
  }

  /** @param {string} text */
  function onType(text) {
    state.type(text);
    show();
    clearTimeout(timer);
    timer = setTimeout(count, countAfter);
  }

  listen(page, "speed", onPace, signal);
  listen(page, "generate", () => generate(), signal);
  listen(page, "stop", () => session.stop(), signal);
  listen(page, "copytext", copy, signal);
  listen(page, "keepseed", (/** @type {string} */ seed) => sampling.set({ seed }), signal);
  listen(page, "samplinginput", (/** @type {Typed} */ { seed }) => meter.setKept(seed), signal);
  listen(page, "tokenread", (/** @type {number} */ position) => readout.read(position, state), signal);
  listen(page, "promptinput", (/** @type {{ text: string }} */ { text }) => onType(text), signal);
  listen(session, "state", show, signal);
  listen(session, "runfailure", onFailure, signal);
  listen(session, "toolong", ({ characters }) => onFailure({ error: tooLong(characters) }), signal);
  listen(session, "end", onEnd, signal);
  listen(session, "lost", onLost, signal);
  listen(session, "engine", count, signal);
  state.type(prompt.value());
  session.setPace(speed.pace());
  sampling.set({}); // tells the seed that is kept
  return { generate };
}
