/** @import {EngineInfo, Result, RunEvent} from "../vitrine.js" */
/** @import {Strings} from "../i18n/en.js" */
/** @import {Pacer} from "../pace.js" */
import { el, iconButton, send, setIcon } from "./kit.js";
import { quote, three } from "./format.js";

/**
 * The head of the output: how many tokens, how fast (the engine's own clock), and why the run ended. Sends "copytext".
 *
 * @param {HTMLElement} root
 * @param {{ strings: Strings["output"], pacer: Pacer, signal: AbortSignal }} options
 */
export function mountMeter(root, { strings, pacer, signal }) {
  const speed = el("span", { class: "count" });
  const reason = el("span", { class: "reason" });
  const length = el("span", { class: "count" });
  const copy = iconButton("copy", strings.copy, { disabled: true });
  copy.addEventListener("click", () => send(root, "copytext"), { signal });
  root.append(
    el("div", { class: "field-head" }, el("h2", { text: strings.label }), speed, copy),
    el("div", { class: "field-head ending" }, reason, length),
  );
  let tokens = 0;

  function draw() {
    speed.textContent = strings.generated(tokens);
  }

  /** @param {boolean} done */
  function copied(done) {
    setIcon(copy, done ? "check" : "copy");
  }

  return {
    start() {
      tokens = 0;
      speed.textContent = reason.textContent = length.textContent = "";
      copy.disabled = true;
      copied(false);
    },
    /** @param {RunEvent} event */
    show(event) {
      if (event.type !== "token") return;
      tokens = event.step + 1;
      copy.disabled = false;
      pacer.request(draw);
    },
    /**
     * @param {Result} result
     * @param {EngineInfo} info
     * @param {string} stop the stop text that was found; empty where it is not known
     * @param {string} pace how the machine was slowed down; empty at full speed
     * @returns {string} the ending in words
     */
    finish(result, info, stop, pace) {
      pacer.cancel(draw);
      const { finishReason, ids, promptMs, tokensPerSecond } = result;
      const { finish } = strings;
      reason.textContent = {
        eos: finish.eos,
        length: finish.length(ids.length),
        context: finish.context(info.context),
        stop: finish.stop(stop && quote(stop)),
        aborted: finish.aborted,
      }[finishReason];
      const figures = [];
      if (tokensPerSecond > 0) figures.push(strings.speed(three(tokensPerSecond)));
      if (promptMs > 0) figures.push(strings.promptTime(three(promptMs)));
      speed.textContent = figures.join(", ");
      length.textContent = strings.generated(ids.length) + (pace && strings.paced(pace));
      return `${reason.textContent} ${length.textContent}, ${speed.textContent}`;
    },
    /** The run ended without a result. */
    fail() {
      reason.textContent = strings.finish.failed;
    },
    copied,
  };
}
