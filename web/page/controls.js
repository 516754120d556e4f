/** @import { Granularity } from "../run/commands.js" */
/** @import { Settings } from "../run/settings.js" */
/** @import { RunState } from "../run/state.js" */
/** @import { Branch, Tree } from "../run/branches.js" */
/** @import { Distribution } from "../views/compare.js" */
/** @import { ControlStrings } from "../i18n/control-en.js" */
/** @import { StageStrings } from "../i18n/stages-en.js" */
/** @import { Breakpoint, Run, Switch } from "../vitrine.d.ts" */
/** @import { Pacer } from "../run/frames.js" */
import { branchOf, noTree } from "../run/branches.js";
import { byId, el, listen } from "../kit/dom.js";
import { newSeed } from "../run/settings.js";
import { passOf, placeOf, whereWords } from "../run/place.js";
import { mountBranches } from "../views/branches.js";
import { mountBreakpoints } from "../views/breakpoints.js";
import { mountCompare } from "../views/compare.js";
import { mountDrawer } from "../views/drawer.js";
import { mountLog } from "../views/log.js";
import { mountRedecode } from "../views/redecode.js";
import { mountTimeline } from "../views/timeline.js";
import { mountTokenMenu } from "../views/token-menu.js";
import { mountTransport } from "../views/transport.js";
import { breakpointError } from "../client/failure.js";
import { connectBranches } from "./branching.js";
import { connectBreakpoints, connectControl } from "../run/control.js";

/** Keys of the page that do what buttons of the bar do. @type {Partial<Record<import("../run/commands.js").Command, string>>} */
const keys = { back: ",", run: "F8", next: "F10", into: "F9", out: "Shift F11" };

/**
 * How a run begins: standing at its first stage, with tokens that somebody chose, with other settings than the fields', of
 * another prompt than the one before, with parts of the model switched.
 *
 * @typedef {{ paused?: boolean, choices?: { position: number, id: number }[], settings?: Settings, prompt?: string, switches?: Switch[], cache?: boolean }} Beginning
 */

/**
 * What stops the machine and leads it: the bar, the timeline and the drawer, in step with the run.
 *
 * @param {HTMLElement} page
 * @param {object} options
 * @param {EventTarget & { state: RunState, run: Run | null, follow: (goes?: boolean) => void, distribution: (ids: number[], switches: readonly Switch[]) => Promise<Distribution> }} options.session
 *   `follow`: a run that has ended may go on; `distribution`: of the token that follows the prompt and these ids
 * @param {(how: Beginning) => void} options.start begins a run as Generate does
 * @param {ControlStrings} options.strings
 * @param {StageStrings} options.stages
 * @param {string} options.product
 * @param {{ grain: Granularity, breakpoints: Breakpoint[] }} options.kept from the last visit
 * @param {(breakpoints: readonly Breakpoint[]) => void} options.showBreakpoints whoever else shows or keeps them
 * @param {{ root: HTMLElement, setBranches: (others: { name: string, branch: Branch }[]) => void }} options.second what compares a second run, `others`: the branches that the run is not on
 * @param {(sentence: string) => void} options.announce
 * @param {(error: unknown) => void} options.fail
 * @param {Pacer} options.pacer
 * @param {AbortSignal} options.signal
 */
export function mountControls(page, { session, start, strings, stages, product, kept, showBreakpoints, second, announce, fail, pacer, signal }) {
  const { state } = session;
  const run = () => session.run;
  const where = (/** @type {{ last?: any, at?: any }} */ seen) => {
    const place = placeOf({ ...base(), ...seen });
    return place ? whereWords(place, strings.place, (stage) => stages[stage].long) : [];
  };
  const base = () => ({ at: state.at, last: state.last, pieces: state.pieces, info: state.info, settings: state.settings });

  const transport = mountTransport(byId("transport"), { strings: strings.transport, granularity: kept.grain, keys, signal });
  const timeline = mountTimeline(byId("timeline"), { strings: strings.timeline, pacer, signal });
  const drawer = mountDrawer(byId("drawer"), { strings: strings.drawer, buttons: byId("drawer-buttons"), signal });
  const part = (/** @type {"breakpoints" | "branches" | "decoding" | "compare"} */ name) => drawer.panel(name).appendChild(el("div"));
  const list = mountBreakpoints(part("breakpoints"), { strings: strings.breakpoints, stages, signal });
  const log = mountLog(part("breakpoints"), { strings: strings.breakpoints, where: (event) => where({ at: null, last: event }).join(", "), pacer, signal });
  const branches = mountBranches(part("branches"), { strings: strings.branches, signal });
  const compare = mountCompare(part("branches"), { strings: strings.branches, ask: session.distribution.bind(session), signal });
  const redecode = mountRedecode(part("decoding"), { strings: strings.redecode, ask: (options) => here().redecode(options), newSeed, signal });
  part("compare").append(second.root);
  const menu = mountTokenMenu(page, {
    strings: strings.tokenMenu,
    ask: ({ position, ...options }) => here().candidates({ ...options, position: passOf(position, state.pieces.length) }),
    signal,
  });

  /** The run that a view asks. */
  function here() {
    const now = run();
    if (!now) throw new Error("there is no run");
    return now;
  }

  const branching = connectBranches(page, { state: () => state, run, along: start, show: showTree, fail: wrong, signal });
  const breakpoints = connectBreakpoints(page, { at: kept.breakpoints, run, show: showAll, fail: wrong, signal });
  connectControl(page, { state: () => state, run, follow: (goes) => session.follow(goes), start, fork: branching.fork, fail: wrong, redecoded: redecode.drawn, pick: menu.open, signal });
  listen(page, "refused", announce, signal);
  listen(session, "cleared", () => branching.replace(noTree, null), signal);

  /** @param {Tree} tree @param {number} beside */
  function showTree(tree, beside) {
    branches.show(tree, beside);
    drawer.setCount("branches", tree.branches.length > 1 ? tree.branches.length : 0);
    second.setBranches(tree.branches.filter(({ id }) => id !== tree.current).map((branch) => ({ name: branches.nameOf(branch), branch })));
    const pair = [beside, tree.current].map((id) => branchOf(tree, id)).filter((branch) => branch !== undefined);
    compare.show(pair.length < 2 ? null : pair.map((branch) => ({ name: branches.nameOf(branch), branch })));
  }

  /** @param {Breakpoint[]} now */
  function showAll(now) {
    showBreakpoints(now);
    list.show(now);
    timeline.setBreakpoints(now);
    transport.setBreakpoints(now.length);
    drawer.setCount("breakpoints", now.length);
  }

  /** What is wrong with a breakpoint stands at its field. @param {unknown} error */
  function atField(error) {
    const wrong = breakpointError(error);
    if (!wrong) return false;
    drawer.show("breakpoints");
    list.showError(wrong);
    return true;
  }

  /** @param {unknown} error */
  function wrong(error) {
    if (!atField(error)) fail(error);
  }

  let number = -1; // of the run that is shown
  /** @type {unknown} */
  let stood = null; // the stop that was announced

  function draw() {
    transport.show(state);
    redecode.show(state);
    list.setHit(state.at?.breakpoints ?? [], state.at?.stage ?? null);
    drawer.setReady("decoding", state.at?.stage.startsWith("decode") ?? false);
  }

  /** What a stop says: in the title of the page, and for a screen reader. */
  function tell() {
    if (state.at === stood) return;
    stood = state.at;
    document.title = state.at ? strings.place.title(where({}).join(", "), product) : product;
    if (state.at) announce(strings.place.paused(where({}), strings.place.reasons[state.at.reason]));
  }

  draw();
  return {
    press: transport.press,
    turnGrain: transport.turnGrain,
    /** What a run that begins is told beside its settings. */
    options: () => (breakpoints.now().length ? { breakpoints: breakpoints.now() } : {}),
    /** A model is there. @param {number} layers */
    setLayers: list.setLayers,
    breakpoints: breakpoints.now,
    tree: branching.tree,
    replaceBranches: branching.replace,
    /** Shows an error of a breakpoint at its field; false where it is none. */
    wrong: atField,
    /** The state has changed. */
    show() {
      if (state.number !== number && state.pieces.length > 0) {
        number = state.number;
        branching.begin();
      }
      if (state.phase === "paused" || state.phase === "ended") branching.keep();
      tell();
      for (const view of [timeline, log]) view.show(state);
      pacer.request(draw);
    },
  };
}
