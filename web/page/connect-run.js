/** @import {Result, RunEvent, TokenPiece} from "../vitrine.js" */
/** @import {Strings} from "../i18n/en.js" */
/** @import {Pacer} from "../run/frames.js" */
/** @import {Views} from "../app.js" */
/** @import {Session} from "./session.js" */
/** @import {Settings, Typed} from "../run/settings.js" */
/** @import {Token} from "../kit/chip.js" */
import { RESTS } from "../run/frames.js";
import { ending } from "./ending.js";
import { failureOf } from "./failure.js";
import { listen } from "../kit/dom.js";

/** Milliseconds after the last key until the prompt's tokens are counted. */
const countAfter = 150;

/** Failures after which the engine does not answer again. @type {string[]} */
const ended = ["closed", "engine.error", "engine.silent", "engine.trap", "internal", "memory"];

/**
 * A run, from the button to its result, as the page shows it.
 *
 * @param {Session} session
 * @param {Views} views
 * @param {Strings} strings
 * @param {{ reopen: () => void, pacer: Pacer, signal: AbortSignal }} options `reopen` loads the model again that could not be loaded
 */
export function connectRun(session, views, strings, { reopen, pacer, signal }) {
  const { page, panels, prompt, sampling, meter, chips, readout, spoken, diagram, status, button, speed, notice } = views;
  /** @type {Settings | null} of the run that is going on, or the last one */
  let settings = null;
  let begun = false; // the engine has taken the prompt
  let paused = false; // the run was slowed down
  let over = ""; // how the run ended, in words
  let room = 0; // how many tokens can follow the prompt
  let timer = 0;

  function generate() {
    if (session.running) return;
    if (prompt.value() === "") return refuse(strings.prompt.empty);
    const read = sampling.read();
    if (!read) return panels.unfold();
    settings = read;
    if (!session.info && !session.loading) reopen();
    session.generate(prompt.value(), settings);
  }

  /** @param {string} message what is wrong with the prompt */
  function refuse(message) {
    panels.unfold();
    prompt.setError(message);
    prompt.focus();
  }

  function onStart() {
    over = "";
    begun = false;
    paused = speed.pace() > 0;
    notice.hide();
    prompt.setError("");
    button.show(true);
    if (!session.info) status.say(strings.status.waiting);
  }

  /** @param {TokenPiece[]} pieces the prompt's; the engine starts now */
  function onPieces(pieces) {
    begun = true;
    setRest();
    const { maxTokens, ...drawn } = /** @type {Settings} */ (settings);
    showCount(pieces);
    status.start(session.info?.layers ?? 0, Math.min(maxTokens, room));
    meter.start(drawn);
    chips.reset();
    spoken.reset();
    chips.prompt(pieces);
    diagram.reset();
  }

  /** @param {RunEvent[]} events */
  function onEvents(events) {
    for (const event of events) {
      diagram.show(event);
      status.show(event);
      chips.show(event);
      spoken.show(event);
      meter.show(event);
    }
  }

  /** @param {Result} done */
  function onDone(done) {
    chips.finish(done.finishReason === "stop" ? done.text.length : Infinity);
    const cut = chips.generated().slice(done.text.length);
    spoken.finish(cut.length);
    const stop = settings?.stop.find((text) => cut.startsWith(text)) ?? "";
    over = ending(strings.ending, done, { context: session.info?.context ?? 0, stop });
    status.announce(`${over} ${meter.finish(done, paused)}`);
  }

  /** @param {{ error: unknown }} failure */
  function onFailure({ error }) {
    const { code, why } = failureOf(error);
    if (begun) {
      chips.finish(Infinity);
      over = strings.ending.failed;
      spoken.finish(0);
    }
    if (code === "prompt.empty") refuse(strings.prompt.empty);
    else if (code === "prompt.too_long") refuse(strings.prompt.tooLong);
    else notice.show(code, [why], ended.includes(code) ? [{ label: strings.errors.reopen, does: reopen }] : []);
  }

  function onEnd() {
    button.show(false);
    status.say(over || (session.info ? strings.status.idle : strings.status.noModel));
    count();
  }

  async function count() {
    const text = prompt.value();
    const pieces = text === "" ? [] : await session.tokenize(text);
    if (pieces && text === prompt.value()) showCount(pieces);
  }

  /** @param {TokenPiece[]} pieces */
  function showCount(pieces) {
    if (!session.info) return;
    const { context } = session.info;
    room = context + 1 - Math.max(1, pieces.length); // a full context predicts one token more
    sampling.setRoom(Math.max(0, room));
    prompt.setCount(strings.prompt.tokens(pieces.length, context), pieces.length > context);
  }

  async function copy() {
    try {
      await navigator.clipboard.writeText(chips.text());
      meter.copied(true);
      status.announce(strings.output.copied);
    } catch {
      status.say(strings.output.copyFailed);
      status.announce(strings.output.copyFailed);
    }
  }

  /** @param {number} pace */
  function onPace(pace) {
    if (pace > 0) paused = true;
    session.setPace(pace);
    setRest();
  }

  /** How much of the time the page leaves to the engine. */
  function setRest() {
    const beside = (session.info?.threads ?? 1) < navigator.hardwareConcurrency;
    pacer.setRest(speed.pace() > 0 ? RESTS.paused : beside ? RESTS.beside : RESTS.among);
  }

  listen(page, "pace", onPace, signal);
  listen(page, "generate", generate, signal);
  listen(page, "stop", () => session.stop(), signal);
  listen(page, "copytext", copy, signal);
  listen(page, "keepseed", (/** @type {string} */ seed) => sampling.set({ seed }), signal);
  listen(page, "samplinginput", (/** @type {Typed} */ { seed }) => meter.setKept(seed), signal);
  listen(page, "tokenread", (/** @type {Token | null} */ token) => readout.show(token), signal);
  listen(session, "start", onStart, signal);
  listen(session, "pieces", onPieces, signal);
  listen(session, "events", onEvents, signal);
  listen(session, "done", onDone, signal);
  listen(session, "runfailure", onFailure, signal);
  listen(session, "end", onEnd, signal);
  listen(session, "engine", count, signal);
  listen(
    page,
    "promptinput",
    (/** @type {{ text: string }} */ { text }) => {
      diagram.setPrompt(text);
      clearTimeout(timer);
      timer = setTimeout(count, countAfter);
    },
    signal,
  );
  session.setPace(speed.pace());
  sampling.set({}); // tells the seed that is kept
  return { generate };
}
