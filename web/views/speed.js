/** @import { ControlStrings } from "../i18n/control-en.js" */
import { el, send } from "../kit/dom.js";

/** Milliseconds for which the machine stands still after each stage, slowest first. */
const paces = [2000, 1000, 250, 60, 20, 5, 0];
/** At first: slow enough that the eye can follow the layers, about half a second a token for the default model. */
const initial = 5;

/**
 * How fast the machine goes. Sends "speed" with the milliseconds after each stage.
 *
 * @param {HTMLElement} root
 * @param {{ strings: ControlStrings["speed"], ms: number, signal: AbortSignal }} options `ms`: as remembered
 */
export function mountSpeed(root, { strings, ms, signal }) {
  const range = el("input", { type: "range", id: "speed-range", min: 0, max: paces.length - 1, step: 1 });
  const words = el("output", { for: "speed-range", class: "speed-words" });
  range.value = String(paces.indexOf(paces.includes(ms) ? ms : initial));
  range.addEventListener("input", changed, { signal });
  root.append(el("label", { for: "speed-range", text: strings.label }), range, words);

  const pace = () => paces[Number(range.value)];

  function show() {
    range.ariaValueText = words.textContent = pace() === 0 ? strings.full : strings.pace(pace());
  }

  function changed() {
    show();
    send(root, "speed", pace());
  }

  show();
  return { pace };
}
