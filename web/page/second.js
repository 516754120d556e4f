/** @import { Run } from "../vitrine.d.ts" */
/** @import { ControlStrings } from "../i18n/control-en.js" */
/** @import { SecondStrings } from "../i18n/second-en.js" */
/** @import { StageStrings } from "../i18n/stages-en.js" */
/** @import { Asked } from "../views/second-form.js" */
/** @import { AskBeside } from "../views/inspector/second.js" */
/** @import { Pacer } from "../run/frames.js" */
/** @import { Second } from "./second-run.js" */
/** @import { Session } from "../run/session.js" */
import { el, listen, send } from "../kit/dom.js";
import { failureOf } from "../client/failure.js";
import { mountSecondForm } from "../views/second-form.js";
import { mountSecondResult } from "../views/second-result.js";
import { beginSecond } from "./second-run.js";
import { createTasks, placeWords } from "./second-tasks.js";

/**
 * A second run, which stands where the page's own stands. Sends "secondchange" when there is one or none any more, and
 * "secondstands" when both stand.
 *
 * @param {HTMLElement} page
 * @param {object} options
 * @param {Session} options.session
 * @param {SecondStrings} options.strings
 * @param {ControlStrings["place"]} options.places
 * @param {StageStrings} options.stages
 * @param {Pacer} options.pacer
 * @param {AbortSignal} options.signal
 */
export function connectSecond(page, { session, strings, places, stages, pacer, signal }) {
  const [formRoot, resultRoot] = [el("div"), el("div")];
  const form = mountSecondForm(formRoot, { strings: strings.form, signal });
  const result = mountSecondResult(resultRoot, { strings: strings.result, signal });
  const { state } = session;
  const where = placeWords({ places, stages, layers: () => state.info?.layers ?? 0 });
  const tasks = createTasks({ page, result, strings: strings.result, where });
  /** @type {Second | null} */
  let second = null;
  let starting = new AbortController();
  let task = new AbortController(); // a search, or a comparison of lenses
  let busy = false;
  /** @type {Promise<unknown>} settles when the second run stands where the first does */
  let followed = Promise.resolve();
  let waiting = false;
  /** @type {AskBeside | null} asks both for their difference, once the second stands where the first does */
  let ask = null;
  /** @type {Run | null} that the form was filled from */
  let filled = null;

  /** @param {Asked} asked */
  async function start(asked) {
    end();
    starting = new AbortController();
    const mine = starting.signal;
    const first = session.run;
    if (!first) return form.say(strings.form.refusals.nothing);
    form.say(strings.form.starting);
    try {
      const begun = await beginSecond(session, first, asked, { strings, loading: (share) => form.say(strings.form.loading(share)), signal: mine });
      if (!begun) return;
      if (mine.aborted) return closeSecond(begun);
      second = begun;
      form.close();
      result.begin(begun.name);
      read(begun);
      ask = async (stage, at) => (await followed, begun.pair.difference(stage, at));
      onState();
      send(page, "secondchange");
    } catch (error) {
      if (!mine.aborted) form.say(failureOf(error).why);
    }
  }

  /** Ends the comparison. @param {string} [why] */
  function end(why = "") {
    starting.abort();
    task.abort();
    if (!second) return;
    closeSecond(second);
    second = ask = null;
    const focused = result.end();
    form.open(focused);
    form.say(why);
    send(page, "secondchange");
  }

  /** Takes the events of the second run until it ends; what comes after an end is read when it has been sent somewhere. @param {Second} mine */
  async function read(mine) {
    if (mine.reading) return;
    mine.reading = true;
    try {
      for await (const events of mine.run.batches()) {
        for (const event of events) mine.state.add(event);
        if (mine === second) pacer.request(show);
      }
    } catch (error) {
      if (mine === second) end(failureOf(error).why);
    } finally {
      mine.reading = false;
    }
  }

  function show() {
    if (!second) return;
    const { pair } = second;
    result.texts(state.tokens, second.state.tokens);
    const both = pair.at;
    if (stands()) send(page, "secondstands");
    result.stand(both ? strings.result.stands(where(both)) : stands() ? strings.result.ended : strings.result.apart);
  }

  /** Whether both stand at one place, or have ended. */
  function stands() {
    return second !== null && (state.phase === "ended" ? second.run.state === "ended" : second.pair.at !== null);
  }

  /** The page's own run has moved, or is another one. */
  function onState() {
    if (session.run !== filled && state.settings && session.run) {
      filled = session.run;
      form.fill(session.prompt, state.settings);
    }
    if (!second) return;
    if (session.run !== second.pair.runs[0] || state.phase === "waiting") return end(strings.result.over);
    pacer.request(show);
    if (!waiting && !busy) follow(second);
  }

  /** @param {Second} mine */
  function follow(mine) {
    waiting = true;
    followed = followed.then(async () => {
      waiting = false;
      if (mine !== second) return;
      if (state.phase === "paused") await mine.pair.follow();
      else if (state.phase === "ended" && state.done?.finishReason !== "aborted" && mine.run.at) mine.run.resume();
      if (mine === second && mine.run.state !== "closed") read(mine);
    }).catch((error) => mine === second && result.say(failureOf(error).why));
  }

  /** @param {"part" | "agree"} what @param {(second: Second, signal: AbortSignal) => Promise<unknown>} does */
  async function work(what, does) {
    if (!second || busy) return;
    const mine = second;
    task = new AbortController();
    busy = true;
    result.setBusy(what);
    try {
      await followed;
      await does(mine, task.signal);
    } catch (error) {
      if (mine === second) result.say(task.signal.aborted ? strings.result.stopped : failureOf(error).why);
    } finally {
      busy = false;
      result.setBusy("");
      onState();
    }
  }

  listen(page, "second", start, signal);
  listen(page, "secondpart", (/** @type {{ bound: number }} */ { bound }) => work("part", (mine, stop) => tasks.part(mine, bound, stop)), signal);
  listen(page, "secondagree", () => work("agree", tasks.agree), signal);
  listen(page, "secondstop", () => task.abort(), signal);
  listen(page, "secondend", () => end(), signal);
  listen(session, "state", onState, signal);
  listen(session, "engine", () => end(), signal); // the first run went with its engine
  form.fill(session.prompt, null);

  return {
    root: el("div", { class: "second" }, formRoot, resultRoot),
    setBranches: form.setBranches,
    /** What asks both runs for their difference; null where there is no second one. */
    ask: () => ask,
    stands,
  };
}

/** @param {Second} second */
function closeSecond({ run, engine }) {
  run.close();
  engine?.close();
}
