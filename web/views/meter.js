/** @import {RunState} from "../run/state.js" */
/** @import {Strings} from "../i18n/en.js" */
/** @import {Pacer} from "../run/frames.js" */
import { el, send } from "../kit/dom.js";
import { icon, iconButton, setIcon } from "../kit/icons.js";
import { speedOf } from "../run/ending.js";

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
  /** @type {RunState | null} */
  let state = null;
  let run = 0; // that is shown
  let used = ""; // the seed of this run
  let kept = ""; // the seed of the next ones, where it is fixed

  function draw() {
    if (!state) return;
    if (state.number !== run) begin(state.number, state.settings);
    const figures = state.done ? speedOf(strings, state.done) : [];
    const many = state.done?.ids.length ?? state.tokens.filter(({ ahead }) => !ahead).length;
    copy.disabled = state.tokens.length === 0;
    list(speed, figures);
    const lengths = many === 0 && !state.done ? [] : [strings.generated(many)];
    list(length, state.slowed && figures.length > 0 ? [...lengths, strings.paused] : lengths);
  }

  /** Figures in a row: a line breaks between two, never within one. @param {HTMLElement} place @param {string[]} figures */
  function list(place, figures) {
    const spans = figures.map((text, i) => el("span", { class: "figure", text: i + 1 < figures.length ? `${text},` : text }));
    place.replaceChildren(...spans.flatMap((span, i) => (i ? [" ", span] : [span])));
  }

  /** @param {number} number of the run @param {{ temperature: number, seed: number } | null} settings that it was started with, null where it is forgotten */
  function begin(number, settings) {
    run = number;
    copied(false);
    used = settings ? String(settings.seed) : "";
    keep.hidden = !settings || settings.temperature === 0;
    seed.textContent = settings ? strings.seed(settings.seed) : "";
    showKept();
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
    /** @param {RunState} now */
    show(now) {
      state = now;
      pacer.request(draw);
    },
    /** @param {string} seed of the next runs as it is typed, or "" */
    setKept(seed) {
      kept = seed;
      showKept();
    },
    copied,
  };
}
