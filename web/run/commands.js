/** @import { RunState } from "./state.js" */

/** @typedef {"stage" | "layer" | "token"} Granularity */
/** @typedef {"first" | "back" | "run" | "next" | "into" | "out" | "last" | "previousBreakpoint" | "nextBreakpoint" | "restart"} Command */
/** @typedef {"loading" | "nothing" | "running" | "ended" | "first" | "last" | "breakpoints"} Refusal why a command can do nothing now */
/** @typedef {{ do: "run" | "pause" | "step" | "stepBack" | "reverseContinue" | "first" | "last" | "restart", granularity?: Granularity, direction?: "over" | "into" | "out" }} Control */

/** Commands that look back, which need a run that has begun. @type {Command[]} */
const back = ["first", "back", "previousBreakpoint"];

/**
 * Why a command can do nothing as things are, or null where it can. Run and the steps begin a run where there is none.
 *
 * @param {Command} command
 * @param {Pick<RunState, "phase" | "at" | "tokens" | "done">} state
 * @param {number} breakpoints how many there are
 * @returns {Refusal | null}
 */
export function refusal(command, { phase, at, tokens, done }, breakpoints) {
  const begun = phase === "running" || phase === "paused" || phase === "ended";
  if (phase === "waiting") return "loading";
  if (command === "restart") return begun ? null : "nothing";
  if (command === "run" && phase === "running") return null; // it is Pause then
  if (phase === "running") return "running";
  if ((command === "previousBreakpoint" || command === "nextBreakpoint") && breakpoints === 0) return "breakpoints";
  if (back.includes(command)) return !begun ? "nothing" : at?.stage === "prompt" ? "first" : null;
  if (command === "last") return !begun ? "nothing" : isLast({ phase, at, tokens }) ? "last" : null;
  return phase === "ended" && done?.finishReason !== "aborted" ? "ended" : null; // one that Stop ended goes on
}

/** @param {Pick<RunState, "phase" | "at" | "tokens">} state */
function isLast({ phase, at, tokens }) {
  return phase === "ended" || (at?.stage === "generation" && at.step >= (tokens.at(-1)?.step ?? 0));
}

/**
 * What a command asks of the run.
 *
 * @param {Command} command
 * @param {Granularity} granularity
 * @param {boolean} running
 * @returns {Control}
 */
export function control(command, granularity, running) {
  switch (command) {
    case "run":
      return { do: running ? "pause" : "run" };
    case "nextBreakpoint":
      return { do: "run" };
    case "previousBreakpoint":
      return { do: "reverseContinue" };
    case "back":
      return { do: "stepBack", granularity };
    case "next":
      return { do: "step", granularity, direction: "over" };
    case "into":
    case "out":
      return { do: "step", granularity, direction: command };
    default:
      return { do: command };
  }
}
