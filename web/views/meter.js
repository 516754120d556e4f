/** @import {Result, RunEvent} from "../vitrine.js" */
/** @import {Strings} from "../i18n/en.js" */
/** @import {Pacer} from "../run/frames.js" */
import { el, send } from "../kit/dom.js";
import { icon, iconButton, setIcon } from "../kit/icons.js";
import { quote } from "../kit/text.js";
import { three } from "../kit/numbers.js";

/**
 * The head of the output: how many tokens, how fast (the engine's own clock), and the seed that drew them. Sends
 * "copytext", and "keepseed" with the seed as text, or "" where each run is to take a new one.
 *
 * @param {HTMLElement} root
 * @param {{ strings: Strings["output"], pacer: Pacer, signal: AbortSignal }} options
 */
export function mountMeter(root, { strings, pacer, signal }) {
  const speed = el("span", { class: "count" });
  const length = el("span", { class: "count" });
  const copy = iconButton("copy", strings.copy, { disabled: true });
  copy.addEventListener("click", () => send(root, "copytext"), { signal });
  const seed = el("span", {});
  const keep = el("button", { type: "button", class: "quiet", hidden: true, "aria-pressed": "false" }, icon("seed"), seed);
  keep.addEventListener("click", () => send(root, "keepseed", kept === used ? "" : used), { signal });
  root.append(
    el("div", { class: "field-head" }, el("h2", { text: strings.label }), speed, copy),
    el("div", { class: "field-head ending" }, keep, length),
  );
  let tokens = 0;
  let used = ""; // the seed of this run
  let kept = ""; // the seed of the next ones, where it is fixed

  function draw() {
    length.textContent = strings.generated(tokens, false);
  }

  /** @param {boolean} done */
  function copied(done) {
    setIcon(copy, done ? "check" : "copy");
  }

  function showKept() {
    const same = kept === used;
    keep.ariaPressed = String(same);
    keep.title = same ? strings.releaseSeed : strings.keepSeed;
    setIcon(keep, same ? "check" : "seed");
  }

  return {
    /** @param {{ temperature: number, seed: number }} settings of the run that begins */
    start({ temperature, seed: number }) {
      tokens = 0;
      speed.textContent = length.textContent = "";
      copy.disabled = true;
      copied(false);
      used = String(number);
      keep.hidden = temperature === 0;
      seed.textContent = strings.seed(number);
      showKept();
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
     * @param {boolean} paused whether the run was slowed down
     * @returns {string} how fast it was, in words; empty where there was no token
     */
    finish({ ids, promptMs, tokensPerSecond }, paused) {
      pacer.cancel(draw);
      const figures = [];
      if (tokensPerSecond > 0) figures.push(strings.speed(three(tokensPerSecond)));
      if (promptMs > 0) figures.push(strings.promptTime(three(promptMs)));
      speed.textContent = figures.join(", ");
      length.textContent = strings.generated(ids.length, paused && figures.length > 0);
      return speed.textContent;
    },
    /** @param {string} seed of the next runs as it is typed, or "" */
    setKept(seed) {
      kept = seed;
      showKept();
    },
    copied,
  };
}
