/** @import {RunState} from "../run/state.js" */
/** @import {Strings} from "../i18n/en.js" */
/** @import {StageStrings} from "../i18n/stages-en.js" */
/** @import {Pacer} from "../run/frames.js" */
import { el } from "../kit/dom.js";
import { roomAfter } from "../run/settings.js";
import { family } from "../run/stages.js";

/**
 * The status line: which stage runs, in which layer, for which token. The visible line changes with the frames of the page.
 * A screen reader hears where the machine is when its user asks, by a button that is seen only with the focus; what begins
 * and ends is announced.
 *
 * @param {HTMLElement} root
 * @param {{ strings: Strings["status"], stages: StageStrings, pacer: Pacer, signal: AbortSignal }} options
 */
export function mountStatus(root, { strings, stages, pacer, signal }) {
  const name = el("span", { class: "status-name", text: strings.idle });
  const layer = el("span", { class: "status-layer" });
  const token = el("span", { class: "status-token" });
  const line = el("p", { class: "status-line" }, el("span", { class: "status-mark", "aria-hidden": "true" }), name, layer, token);
  const live = el("p", { class: "visually-hidden", role: "status" });
  const ask = el("button", { type: "button", class: "secondary aside", text: strings.where });
  ask.addEventListener("click", where, { signal });
  root.append(line, ask, live);

  /** @type {RunState | null} */
  let state = null;

  function draw() {
    const latest = state?.at ?? state?.last;
    if (!state || !latest || (state.phase !== "running" && state.phase !== "paused")) return;
    const { info, settings, pieces } = state;
    const most = Math.min(settings?.maxTokens ?? Infinity, roomAfter(pieces.length, info?.context ?? Infinity));
    name.textContent = stages[latest.stage].long;
    layer.textContent = latest.layer < 0 ? "" : strings.layer(latest.layer + 1, info?.layers ?? 0);
    token.textContent = strings.token(latest.step + 1, most);
    line.dataset.family = family(latest.stage);
  }

  function where() {
    draw();
    announce([name, layer, token].map((part) => part.textContent).filter(Boolean).join(", "));
  }

  /** @param {string} sentence an element of its own, so that the same one is heard twice */
  function announce(sentence) {
    live.replaceChildren(el("span", { text: sentence }));
  }

  /** @param {string} sentence what goes on when no stage runs */
  function say(sentence) {
    delete line.dataset.family;
    name.textContent = sentence;
    layer.textContent = token.textContent = "";
  }

  return {
    say,
    announce,
    where,
    /** @param {RunState} now */
    show(now) {
      state = now;
      pacer.request(draw);
    },
  };
}
