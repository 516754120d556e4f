/** @import { Run, Tick } from "../vitrine.d.ts" */
/** @import { ControlStrings } from "../i18n/control-en.js" */
/** @import { SecondStrings } from "../i18n/second-en.js" */
/** @import { StageStrings } from "../i18n/stages-en.js" */
/** @import { Asked } from "../views/second-form.js" */
/** @import { AskBeside } from "../views/inspector/second.js" */
/** @import { Second } from "./second-run.js" */
/** @import { Session } from "../run/session.js" */
import { el, listen, send } from "../kit/dom.js";
import { significant } from "../kit/numbers.js";
import { failureOf } from "../client/failure.js";
import { mountSecondForm } from "../views/second-form.js";
import { mountSecondResult } from "../views/second-result.js";
import { beginSecond } from "./second-run.js";

/**
 * A second run, which stands where the page's own stands.
 *
 * @param {HTMLElement} page
 * @param {object} options
 * @param {Session} options.session
 * @param {SecondStrings} options.strings
 * @param {ControlStrings["place"]} options.places
 * @param {StageStrings} options.stages
 * @param {AbortSignal} options.signal
 */
export function connectSecond(page, { session, strings, places, stages, signal }) {
  const [formRoot, resultRoot] = [el("div"), el("div")];
  const form = mountSecondForm(formRoot, { strings: strings.form, signal });
  const result = mountSecondResult(resultRoot, { strings: strings.result, signal });
  const { state } = session;
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

  /** A place in words. @param {Tick} at */
  const where = ({ step, layer, stage }) => [
    stages[stage].long,
    ...(layer < 0 ? [] : [places.layer({ n: layer + 1, of: state.info?.layers ?? layer + 1 })]),
    places.token({ n: step + 1, of: Infinity }),
  ];

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
        if (mine === second) show();
      }
    } catch (error) {
      if (mine === second) end(failureOf(error).why);
    } finally {
      mine.reading = false;
    }
  }

  function show() {
    if (!second) return;
    const { pair, run } = second;
    result.texts(state.tokens, second.state.tokens);
    const both = pair.at;
    result.stand(both ? strings.result.stands(where(both)) : state.phase === "ended" && run.state === "ended" ? strings.result.ended : strings.result.apart);
  }

  /** The page's own run has moved, or is another one. */
  function onState() {
    if (session.run !== filled && state.settings && session.run) {
      filled = session.run;
      form.fill(session.prompt, state.settings);
    }
    if (!second) return;
    if (session.run !== second.pair.runs[0] || state.phase === "waiting") return end(strings.result.over);
    show();
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

  /** @param {{ bound: number }} asked */
  const part = ({ bound }) => work("part", async ({ pair }, stop) => {
    const parting = await pair.part({ bound, signal: stop, onProgress: (at) => result.say(strings.result.searching(where(at))) });
    if (!parting) return result.say(strings.result.never);
    const { stage, layer, positions: [position], difference } = parting;
    const at = where(parting);
    result.say(difference ? strings.result.parted(at, significant(difference.relative, 3), significant(difference.max, 3)) : stage === "ids" ? strings.result.read(at) : strings.result.chose(at));
    send(page, "goto", { position, layer, stage });
    send(page, "inspect", { stage, position, ...(layer < 0 ? {} : { layer }) });
  });

  const agree = () => work("agree", async ({ pair }, stop) => {
    const agreement = await pair.agreement({ signal: stop, onProgress: ({ done, total }) => result.say(strings.result.comparing(done, total)) });
    result.say("");
    result.showAgreement(agreement);
  });

  listen(page, "second", start, signal);
  listen(page, "secondpart", part, signal);
  listen(page, "secondagree", agree, signal);
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
  };
}

/** @param {Second} second */
function closeSecond({ run, engine }) {
  run.close();
  engine?.close();
}
