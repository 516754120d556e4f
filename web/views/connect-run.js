/** @import {EngineInfo, Result, RunEvent, TokenPiece} from "../vitrine.js" */
/** @import {Strings} from "../i18n/en.js" */
/** @import {Pacer} from "../pace.js" */
/** @import {Views} from "../app.js" */
/** @import {Session} from "./session.js" */
/** @import {Settings} from "./settings.js" */
/** @import {Token} from "./chip.js" */
import { RESTS } from "../pace.js";
import { failureOf } from "./failure.js";
import { listen } from "./kit.js";

/** Milliseconds after the last key until the prompt's tokens are counted. */
const countAfter = 150;

/** Failures after which the engine does not answer again. @type {string[]} */
const ended = ["closed", "environment", "internal", "memory"];

/**
 * A run, from the button to its result, as the page shows it.
 *
 * @param {Session} session
 * @param {Views} views
 * @param {Strings} strings
 * @param {{ reopen: () => void, pacer: Pacer, signal: AbortSignal }} options `reopen` loads the model again that could not be loaded
 */
export function connectRun(session, views, strings, { reopen, pacer, signal }) {
  const { page, panels, prompt, sampling, meter, chips, readout, diagram, status, button, speed, notice } = views;
  /** @type {Settings | null} of the run that is going on, or the last one */
  let settings = null;
  /** @type {Result | null} */
  let result = null;
  let begun = false; // the engine has taken the prompt
  let paced = ""; // how the run was slowed down; empty at full speed
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
    result = null;
    begun = false;
    paced = speed.pace() > 0 ? speed.words() : "";
    notice.hide();
    prompt.setError("");
    button.show(true);
    if (!session.info) status.say(strings.status.waiting);
  }

  /** @param {TokenPiece[]} pieces the prompt's; the engine starts now */
  function onPieces(pieces) {
    begun = true;
    setRest();
    status.start(session.info?.layers ?? 0, settings?.maxTokens ?? 0);
    meter.start();
    chips.reset();
    chips.prompt(pieces);
    showCount(pieces);
    diagram.reset();
  }

  /** @param {RunEvent[]} events */
  function onEvents(events) {
    for (const event of events) {
      diagram.show(event);
      status.show(event);
      chips.show(event);
      meter.show(event);
    }
  }

  /** @param {Result} done */
  function onDone(done) {
    result = done;
    chips.finish(done.finishReason === "stop" ? done.text.length : Infinity);
    const cut = chips.generated().slice(done.text.length);
    const found = settings?.stop.find((text) => cut.startsWith(text)) ?? "";
    const words = strings.status.done(meter.finish(done, /** @type {EngineInfo} */ (session.info), found, paced));
    status.say(words);
    status.announce(words);
  }

  /** @param {{ error: unknown }} failure */
  function onFailure({ error }) {
    const { code, why } = failureOf(error);
    if (begun) {
      chips.finish(Infinity);
      meter.fail();
    }
    if (code === "prompt.empty") refuse(strings.prompt.empty);
    else if (code === "prompt.too_long") refuse(strings.prompt.tooLong);
    else notice.show(code, [why], ended.includes(code) ? [{ label: strings.errors.reopen, does: reopen }] : []);
  }

  function onEnd() {
    button.show(false);
    if (!result) status.say(session.info ? strings.status.idle : strings.status.noModel);
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
    if (session.running) paced = strings.speed.changing;
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
  return { generate };
}
