/** @import { Breakpoint, Run, Where } from "../vitrine.d.ts" */
/** @import { RunState } from "./state.js" */
/** @import { Control } from "./commands.js" */
import { passOf } from "./place.js";
import { choosesToken } from "./stages.js";
import { listen } from "../kit/dom.js";

/** Commands that may wait for the one that is under way: more of a key that is held down are dropped. */
const most = 2;

/**
 * Turns what the controls ask for into calls of the run.
 *
 * @param {HTMLElement} page
 * @param {object} options
 * @param {() => RunState} options.state
 * @param {(goes?: boolean) => void} options.follow a run that has ended may go on, or does
 * @param {() => Run | null} options.run
 * @param {(how: { paused?: boolean }) => void} options.start begins a run as Generate does
 * @param {(step: number, redrawn: boolean) => void} options.fork the run is about to leave what it has generated from this step on
 * @param {(error: unknown) => void} options.fail
 * @param {(answer: import("../vitrine.d.ts").Redecoded) => void} options.redecoded
 * @param {(position: number, token: { id: number, probability: number } | null) => void} options.pick opens the menu of tokens
 * @param {AbortSignal} options.signal
 */
export function connectControl(page, { state, run, follow, start, fork, fail, redecoded, pick, signal }) {
  let queue = Promise.resolve();
  let waiting = 0;

  /** One after the other, in the order in which they were asked for. @param {(run: Run) => Promise<unknown> | void} does */
  function go(does) {
    const now = run();
    if (!now || waiting === most) return;
    waiting++;
    queue = queue
      .then(() => does(now))
      .then(() => follow(), fail)
      .finally(() => waiting--);
  }

  const promptLength = () => state().pieces.length;
  /** Of the step that chooses the token at a position. @param {number} position */
  const stepOf = (position) => Math.max(0, position - promptLength());

  /** @param {Control} asked */
  function onControl({ do: what, granularity, direction }) {
    const now = run();
    if (what === "pause") return void now?.pause().catch(fail); // it does not wait for a step that is under way
    if (!now || state().phase === "failed") return start({ paused: what === "step" });
    switch (what) {
      case "run":
        return go((run) => (run.resume(), follow(true)));
      case "step":
        return go((run) => run.step({ granularity, direction }));
      case "stepBack":
        return go((run) => run.stepBack({ granularity }));
      case "reverseContinue":
        return go((run) => run.reverseContinue());
      case "first":
        return go((run) => run.goto({ position: 0, layer: -1, stage: "prompt" }));
      case "last":
        return go((run) => run.goto({ position: passOf(promptLength() + newest(), promptLength()), layer: -1, stage: "generation" }));
      case "restart":
        return restart();
    }
  }

  /** The last step that is known. */
  function newest() {
    const { tokens, at } = state();
    return Math.max(tokens.at(-1)?.step ?? 0, at?.step ?? 0);
  }

  function restart() {
    go(async (run) => {
      if (run.state === "running") await run.pause();
      fork(0, false);
      await run.rewind(promptLength());
      follow();
      run.resume();
    });
  }

  /**
   * The machine goes to where the token is chosen, takes the other one, and goes on if it had not been stopped.
   *
   * @param {{ position: number, id: number }} choice
   */
  function onChoose({ position, id }) {
    go(async (run) => {
      const stood = run.state === "paused";
      const step = stepOf(position);
      await stand(run, position);
      follow();
      fork(step, false);
      await run.choose(id);
      if (!stood) run.resume();
    });
  }

  /** @param {Run} run @param {number} position of the token that is to be chosen */
  async function stand(run, position) {
    if (run.state === "running") await run.pause();
    const there = run.at?.step === stepOf(position) && choosesToken(run.at.stage);
    if (!there) await run.goto({ position: passOf(position, promptLength()), layer: -1, stage: "select" });
  }

  /** @param {{ position: number }} token of the output that another is wanted for */
  function onPick({ position }) {
    const { tokens, pieces } = state();
    const token = tokens[position - pieces.length];
    const open = () => pick(position, token ?? null);
    if (token && !token.ahead) return open();
    go(async (run) => {
      await stand(run, position); // what is ahead has no numbers before the engine has been there
      open();
    });
  }

  /** @param {Parameters<Run["redecode"]>[0]} options with draw: true */
  function onRedecode(options) {
    go(async (run) => {
      fork(run.at?.step ?? 0, true);
      redecoded(await run.redecode(options));
    });
  }

  listen(page, "control", onControl, signal);
  listen(page, "goto", (/** @type {Where} */ where) => go((run) => run.goto(where)), signal);
  listen(page, "choose", onChoose, signal);
  listen(page, "picktoken", onPick, signal);
  listen(page, "redecode", onRedecode, signal);
  listen(page, "controlfailure", fail, signal);
}

/**
 * The breakpoints of the page, which hold for the run under way and later ones.
 *
 * @param {HTMLElement} page
 * @param {object} options
 * @param {Breakpoint[]} options.at first
 * @param {() => Run | null} options.run
 * @param {(now: Breakpoint[]) => void} options.show
 * @param {(error: unknown) => void} options.fail
 * @param {AbortSignal} options.signal
 */
export function connectBreakpoints(page, { at, run, show, fail, signal }) {
  let breakpoints = at;

  /** @param {Breakpoint[]} now */
  function set(now) {
    breakpoints = now;
    show(now);
    const going = run();
    if (going && going.state !== "closed") going.setBreakpoints(now).catch(fail);
  }

  /** One at this place is set, or taken away where there is one. @param {Breakpoint} wanted */
  function toggle({ stage, layer, position, ...more }) {
    const same = (/** @type {Breakpoint} */ one) => one.stage === stage && one.layer === layer && one.position === position;
    set(breakpoints.some(same) ? breakpoints.filter((one) => !same(one)) : [...breakpoints, { stage, ...(layer === undefined ? {} : { layer }), ...(position === undefined ? {} : { position }), ...more }]);
  }

  listen(page, "breakpoint", toggle, signal);
  listen(page, "breakpoints", set, signal);
  show(at);
  return { now: () => breakpoints };
}
