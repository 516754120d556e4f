/** @import {Result} from "../vitrine.js" */
/** @import {Strings} from "../i18n/en.js" */
import { three } from "../kit/numbers.js";
import { quote } from "../kit/text.js";

/**
 * Why a run ended, in one sentence.
 *
 * @param {Strings["ending"]} strings
 * @param {Pick<Result, "finishReason" | "ids">} result
 * @param {{ context: number, stop: string }} known the model's context, and the stop sequence that was found, "" where it is not known
 */
export function ending(strings, { finishReason, ids }, { context, stop }) {
  switch (finishReason) {
    case "eos":
      return strings.eos;
    case "length":
      return strings.length(ids.length);
    case "context":
      return strings.context(context);
    case "stop":
      return strings.stop(stop && quote(stop));
    case "aborted":
      return strings.aborted(ids.length);
  }
}

/**
 * How fast a run was, in words; none where there was no token.
 *
 * @param {Strings["output"]} strings
 * @param {Pick<Result, "tokensPerSecond" | "promptMs">} result
 */
export function speedOf(strings, { tokensPerSecond, promptMs }) {
  const figures = [];
  if (tokensPerSecond > 0) figures.push(strings.speed(three(tokensPerSecond)));
  if (promptMs > 0) figures.push(strings.promptTime(three(promptMs)));
  return figures;
}
