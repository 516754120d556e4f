/** @import { Breakpoint, Progress, RunEvent, StageName } from "../vitrine.d.ts" */
/** @import { Framed } from "./frame.js" */
/** @import { linkOf } from "./attributes.js" */
/** @import { Picture } from "./shell.js" */
import { VitrineError } from "../client/error.js";
import { ENDED, failureOf, tooLong } from "../client/failure.js";
import { control as controlStrings } from "../i18n/control-en.js";
import { embed as strings } from "../i18n/embed-en.js";
import { stages as stageStrings } from "../i18n/stages-en.js";
import { listen, send } from "../kit/dom.js";
import { size } from "../kit/numbers.js";
import { label, messageOf } from "../kit/text.js";
import { connectBreakpoints, connectControl } from "../run/control.js";
import { RESTS } from "../run/frames.js";
import { placeOf, whereWords } from "../run/place.js";
import { Session } from "../run/session.js";
import { stages } from "../run/stages.js";
import { createRunState } from "../run/state.js";
import { mountTransport } from "../views/transport.js";
import { breakpointsOf, settingsOf, wholeOf } from "./attributes.js";
import { shareEngine } from "./engines.js";
import { createGoto } from "./goto.js";
import { report } from "./report.js";

/** @typedef {{ prompt?: string, temperature?: number, topK?: number, topP?: number, seed?: number, maxTokens?: number, pace?: number, paused?: boolean }} RunOptions */

const PACE = 5; // ms after each stage, so that the eye can follow the layers: as on the page

/**
 * The element's own run: engine, events, transport.
 *
 * @param {HTMLElement} element
 * @param {Picture} picture
 * @param {{ app: HTMLElement, signal: AbortSignal, framed: (lost: () => void) => Framed | null, link: Awaited<ReturnType<typeof linkOf>> }} options `framed` puts a frame in the place
 *   of all this, where the policy of the host page allows no engine; null where that is not possible either
 */
export function connectLive(element, picture, { app, signal, framed, link }) {
  const state = createRunState();
  const session = new Session(state, shareEngine);
  /** @type {RunOptions} of the newest run */
  let asked = {};
  let pace = PACE;
  let failed = false;
  /** @type {string | null} the attribute model, of the engine that there is */
  let opened = null;
  /** @type {string | null} the attribute breakpoints, as it was read */
  let written = null;
  let linked = link; // null for a run of another prompt
  /** @type {Framed | null} */
  let frame = null;
  /** @type {Promise<unknown> | null} the run that it took over */
  let inFrame = null;
  /** @type {(() => void)[]} who wait for the end */
  let waiting = [];

  const places = createGoto(session, fail);
  const transport = mountTransport(picture.transport, { strings: controlStrings.transport, granularity: "stage", signal });
  const breakpoints = connectBreakpoints(app, { at: [], run: () => session.run, show: showBreakpoints, fail, signal });
  connectControl(app, {
    state: () => state,
    run: () => session.run,
    follow: (goes) => session.follow(goes),
    start: ({ paused }) => begin({ ...asked, paused }),
    fork() {}, // an element keeps no branches
    redecoded() {},
    pick() {},
    fail,
    signal,
  });

  /** @param {Breakpoint[]} now */
  function showBreakpoints(now) {
    picture.setBreakpoints(now);
    transport.setBreakpoints(now.length);
  }

  /** Those of the attribute, where it says something else than before; where it does not, those that the reader has set stay. */
  function readBreakpoints() {
    const text = element.getAttribute("breakpoints");
    if (text === written) return;
    try {
      send(app, "breakpoints", breakpointsOf(text));
    } catch (error) {
      throw new VitrineError("argument", `the attribute breakpoints is no JSON: ${messageOf(error)}`);
    }
    written = text;
  }

  /** There is an engine of the model that the attribute names, or will be. */
  function open() {
    const model = element.getAttribute("model");
    if (model !== opened) session.close();
    if (session.info || session.loading) return;
    opened = model;
    picture.say(strings.starting, NaN);
    session.open(model ?? undefined);
  }

  /** @param {RunOptions} how */
  function begin(how) {
    try {
      readBreakpoints();
    } catch (error) {
      fail(error);
      return release();
    }
    asked = how;
    failed = false;
    picture.begin();
    picture.look?.(null);
    open();
    pace = how.pace ?? wholeOf(element, "pace") ?? picture.usual.pace ?? PACE;
    session.setPace(pace);
    const prompt = how.prompt ?? picture.prompt.value();
    linked = link?.prompt === prompt ? link : null;
    const settings = { ...settingsOf(element, how, picture.usual), ...(linked && { stop: linked.stop }) };
    session.generate(prompt, settings, { paused: how.paused || goal() !== null, breakpoints: breakpoints.now(), ...linked?.further });
    setHead();
  }

  /** A new engine has forgotten it, and a run before has had its own. */
  const setHead = () => session.setHead(wholeOf(element, "head") ?? 0);

  /** Where the attributes want the machine to stand, or null. */
  function goal() {
    if (linked?.stands) {
      const { stage, layer = -1, position } = linked.stands;
      return stage === undefined ? null : { stage, layer, position };
    }
    const stage = /** @type {StageName | null} */ (element.getAttribute("stage"));
    if (stage === null || !Object.hasOwn(stages, stage)) return null;
    return { stage, layer: stages[stage].perLayer ? wholeOf(element, "layer") ?? 0 : -1 };
  }

  /** @param {unknown} error */
  function fail(error) {
    const { code, why } = failureOf(error);
    if (code === "closed" && session.running) return; // it is of the run before
    failed = true;
    picture.say(strings.failed(why));
    if (ENDED.includes(code)) session.close(); // the next run opens another one
    if (code !== "environment") return;
    frame ??= framed(() => (frame = null));
    inFrame = frame?.run(asked) ?? null;
  }

  function show() {
    if (state.number > 0) picture.show(state); // before, the recording stays
    transport.show(state);
    picture.setRunning(session.running);
    picture.pacer.setRest(state.phase !== "running" || pace > 0 ? RESTS.paused : RESTS.among);
    if (state.phase === "paused" || state.phase === "ended") picture.pacer.hurry();
    const place = placeOf(state);
    if (failed || !session.info || state.phase === "waiting") return;
    if (state.phase === "paused" && place) picture.say(strings.paused(whereWords(place, controlStrings.place, (stage) => stageStrings[stage].long)));
    else picture.say(strings.live(label(session.info.name)));
  }

  /** @param {RunEvent[]} events */
  function tell(events) {
    for (const event of events) {
      if (event.type === "paused" || event.type === "resumed") failed = false; // what was asked for since was done
      if (event.type === "paused" && event.reason === "entry" && goal() && !asked.paused && !places.leads) send(app, "goto", goal());
      const stage = "stage" in event ? event.stage : event.type === "token" ? "append" : state.last?.stage;
      if (event.type === "resumed" || event.type === "rewound" || event.type === "log" || !stage) continue;
      report(element, event.type, { ...event, stage, node: picture.nodeOf(stage) });
    }
  }

  /** @param {Progress} progress */
  function onProgress({ phase, loaded, total }) {
    const { value, unit } = size(loaded, total || loaded);
    if (phase === "model") picture.say(total > 0 ? strings.loading(value, size(total).value, unit) : strings.loadingSome(value, unit), total > 0 ? loaded / total : NaN);
  }

  function release() {
    const told = waiting;
    waiting = [];
    for (const resolve of told) resolve();
  }

  async function finish() {
    show();
    try {
      if (state.done && session.run) await picture.ended?.(session.run);
    } catch (error) {
      fail(error);
    }
    release();
  }

  listen(session, "progress", onProgress, signal);
  listen(session, "events", tell, signal);
  listen(session, "state", show, signal);
  listen(session, "end", finish, signal);
  listen(session, "engine", (/** @type {import("../vitrine.d.ts").EngineInfo} */ info) => {
    setHead();
    picture.setModel(info, state);
  }, signal);
  listen(session, "toolong", ({ characters }) => fail(tooLong(characters)), signal);
  signal.addEventListener("abort", release); // it is in no document any more
  for (const failure of ["loadfailure", "runfailure", "lost"]) listen(session, failure, ({ error }) => fail(error), signal);

  return {
    /** @param {RunOptions} options @returns {Promise<unknown>} */
    async run(options) {
      if (signal.aborted) return null;
      if (frame) return frame.run(options);
      const before = state.done;
      const ended = new Promise((resolve) => waiting.push(() => resolve(undefined)));
      if (session.run && state.phase === "paused") send(app, "control", { do: "run" });
      else if (!session.running) begin(options);
      await ended;
      return inFrame ?? (state.done === before ? null : state.done);
    },
    pause: async () => (frame ? frame.pause() : session.run?.pause()),
    /** @param {Parameters<import("../vitrine.d.ts").Run["step"]>[0]} options */
    async step(options) {
      if (frame) return frame.step(options);
      if (!session.run) return session.running ? null : (begin({ paused: true }), null);
      const stands = await session.run.step(options);
      session.follow();
      return stands;
    },
    goto: async (/** @type {import("./step.js").Step} */ where) => (frame ? frame.goto(where) : places.to(where)),
    stop: async () => (frame ? frame.stop() : session.stop()),
    shown: () => (state.number > 0 ? { model: opened, breakpoints: breakpoints.now() } : null),
    close: () => session.close(),
  };
}
