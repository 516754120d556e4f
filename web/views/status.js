/** @import {RunEvent, StageEvent} from "../vitrine.js" */
/** @import {Strings} from "../i18n/en.js" */
/** @import {Pacer} from "../pace.js" */
import { el } from "./kit.js";
import { family } from "../run/stages.js";

/** Milliseconds between two sentences to a screen reader while a run goes on. */
const quiet = 5000;

/**
 * The status line: which stage runs, in which layer, for which token. The visible line changes with the frames of the page;
 * a hidden live region repeats it every few seconds.
 *
 * @param {HTMLElement} root
 * @param {{ strings: Strings["status"], pacer: Pacer }} options
 */
export function mountStatus(root, { strings, pacer }) {
  const name = el("span", { class: "status-name", text: strings.idle });
  const layer = el("span", { class: "status-layer" });
  const token = el("span", { class: "status-token" });
  const line = el("p", { class: "status-line" }, el("span", { class: "status-mark", "aria-hidden": "true" }), name, layer, token);
  const live = el("p", { class: "visually-hidden", role: "status" });
  root.append(line, live);

  /** @type {StageEvent | null} */
  let latest = null;
  let spoken = 0;
  let layers = 0;
  let most = 0;

  function draw() {
    if (!latest) return;
    name.textContent = strings.stages[latest.stage];
    layer.textContent = latest.layer < 0 ? "" : strings.layer(latest.layer + 1, layers);
    token.textContent = strings.token(latest.step + 1, most);
    line.dataset.family = family(latest.stage);
    if (performance.now() - spoken > quiet) announce([name, layer, token].map((e) => e.textContent).filter(Boolean).join(", "));
  }

  /** @param {string} sentence */
  function announce(sentence) {
    spoken = performance.now();
    live.textContent = sentence;
  }

  /** @param {string} sentence what goes on when no stage runs */
  function say(sentence) {
    latest = null;
    delete line.dataset.family;
    name.textContent = sentence;
    layer.textContent = token.textContent = "";
  }

  return {
    say,
    announce,
    /**
     * A run begins.
     *
     * @param {number} ofLayers how many layers the model has
     * @param {number} ofTokens how many tokens the run may generate
     */
    start(ofLayers, ofTokens) {
      layers = ofLayers;
      most = ofTokens;
      announce(strings.running);
    },
    /** @param {RunEvent} event */
    show(event) {
      if (event.type !== "stage") return;
      latest = event;
      pacer.request(draw);
    },
  };
}
