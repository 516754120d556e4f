/** @import {EngineInfo, Result, RunEvent} from "../vitrine.js" */
/** @import {Strings} from "../i18n/en.js" */
import { el, icon, send, setIcon } from "./kit.js";
import { quote, three } from "./format.js";

/**
 * The head of the output: how many tokens, how fast (the engine's own clock), and why the run ended. Sends "copytext".
 *
 * @param {HTMLElement} root
 * @param {{ strings: Strings["output"], signal: AbortSignal }} options
 */
export function mountMeter(root, { strings, signal }) {
  const speed = el("span", { class: "count" });
  const reason = el("span", { class: "reason" });
  const prompt = el("span", { class: "count" });
  const copyLabel = el("span", { text: strings.copy });
  const copy = el("button", { type: "button", class: "quiet", disabled: true }, icon("copy"), copyLabel);
  copy.addEventListener("click", () => send(root, "copytext"), { signal });
  root.append(
    el("div", { class: "field-head" }, el("h2", { text: strings.label }), speed, copy),
    el("div", { class: "field-head ending" }, reason, prompt),
  );
  let tokens = 0;
  let frame = 0;
  signal.addEventListener("abort", () => cancelAnimationFrame(frame));

  function draw() {
    frame = 0;
    speed.textContent = strings.generated(tokens);
  }

  /** @param {boolean} done */
  function copied(done) {
    copyLabel.textContent = done ? strings.copied : strings.copy;
    setIcon(copy, done ? "check" : "copy");
  }

  return {
    start() {
      tokens = 0;
      speed.textContent = reason.textContent = prompt.textContent = "";
      copy.disabled = true;
      copied(false);
    },
    /** @param {RunEvent} event */
    show(event) {
      if (event.type !== "token") return;
      tokens = event.step + 1;
      copy.disabled = false;
      frame ||= requestAnimationFrame(draw);
    },
    /**
     * @param {Result} result
     * @param {EngineInfo} info
     * @param {string} stop the stop text that was found; empty where it is not known
     * @param {string} pace how the machine was slowed down; empty at full speed
     * @returns {string} the ending in words
     */
    finish(result, info, stop, pace) {
      cancelAnimationFrame(frame);
      frame = 0;
      const { finishReason, ids, promptIds, promptMs, tokensPerSecond } = result;
      const { finish } = strings;
      reason.textContent = {
        eos: finish.eos,
        length: finish.length(ids.length),
        context: finish.context(info.context),
        stop: finish.stop(stop && quote(stop)),
        aborted: finish.aborted,
      }[finishReason];
      const rate = three(tokensPerSecond);
      if (!(tokensPerSecond > 0)) speed.textContent = strings.generated(ids.length);
      else speed.textContent = pace ? strings.paced(ids.length, rate, pace) : strings.speed(ids.length, rate);
      prompt.textContent = promptMs > 0 ? strings.promptTime(three(promptMs), promptIds.length) : "";
      return `${reason.textContent} ${speed.textContent}`;
    },
    /** The run ended without a result. */
    fail() {
      reason.textContent = strings.finish.failed;
    },
    copied,
  };
}
