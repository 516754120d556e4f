/** @import {RunState} from "../run/state.js" */
/** @import {Strings} from "../i18n/en.js" */
/** @import {StageStrings} from "../i18n/stages-en.js" */
/** @import {ControlStrings} from "../i18n/control-en.js" */
/** @import {Pacer} from "../run/frames.js" */
import { el } from "../kit/dom.js";
import { placeOf } from "../run/place.js";
import { family } from "../run/stages.js";

/**
 * The status line: which stage runs, in which layer, whose head's numbers it reports, for which token, why the machine stands there, and what the run has switched. The visible line changes with the frames of the page.
 * A screen reader hears where the machine is when its user asks, by a button that is seen only with the focus; what begins
 * and ends is announced.
 *
 * @param {HTMLElement} root
 * @param {{ strings: Strings["status"], stages: StageStrings, places: ControlStrings["place"], pacer: Pacer, signal: AbortSignal }} options
 */
export function mountStatus(root, { strings, stages, places, pacer, signal }) {
  const name = el("span", { class: "status-name", text: strings.idle });
  const layer = el("span", { class: "status-layer" });
  const token = el("span", { class: "status-token" });
  const reason = el("span", { class: "status-reason" });
  const switched = el("span", { class: "status-switched" });
  const words = el("span", { class: "status-words" }, name, el("span", { class: "status-place" }, layer, token), el("span", { class: "status-why" }, reason, switched));
  const line = el("p", { class: "status-line" }, el("span", { class: "status-mark", "aria-hidden": "true" }), words);
  const live = el("p", { class: "visually-hidden", role: "status" });
  const ask = el("button", { type: "button", class: "secondary aside", text: strings.where });
  ask.addEventListener("click", where, { signal });
  root.append(line, ask, live);

  /** @type {RunState | null} */
  let state = null;

  function draw() {
    const off = (state?.switches ?? []).map(places.switched);
    switched.textContent = places.firstOf(off);
    switched.title = off.join(", ");
    const place = state && (state.phase === "running" || state.phase === "paused") ? placeOf(state) : null;
    if (!place) return;
    line.toggleAttribute("data-paused", place.reason !== null);
    name.textContent = stages[place.stage].long;
    layer.textContent = [...(place.layer ? [places.layer(place.layer)] : []), ...(place.head === null ? [] : [places.head(place.head)])].join(", ");
    token.textContent = places.token(place.token);
    reason.textContent = place.reason ? places.why(places.reasons[place.reason]) : "";
    line.dataset.family = family(place.stage);
  }

  function where() {
    draw();
    announce([name, layer, token, reason, switched].map((part) => part.title || part.textContent).filter(Boolean).join(", "));
  }

  /** @param {string} sentence an element of its own, so that the same one is heard twice */
  function announce(sentence) {
    live.replaceChildren(el("span", { text: sentence }));
  }

  /** @param {string} sentence what goes on when no stage runs */
  function say(sentence) {
    delete line.dataset.family;
    delete line.dataset.paused;
    name.textContent = sentence;
    layer.textContent = token.textContent = reason.textContent = "";
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
