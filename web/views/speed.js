/** @import {Strings} from "../i18n/en.js" */
import { el, send } from "../kit/dom.js";
import { remember } from "../kit/store.js";

/** Milliseconds for which the machine stands still after each stage, slowest first. */
const paces = [1000, 250, 60, 20, 5, 0];
/** At first: slow enough that the eye can follow the layers, about half a second a token for the default model. */
const initial = paces.indexOf(5);

/**
 * How fast the machine goes. Sends "pace" with the milliseconds.
 *
 * @param {HTMLElement} root
 * @param {{ strings: Strings["speed"], at: number, signal: AbortSignal }} options `at`: the remembered place, or -1
 */
export function mountSpeed(root, { strings, at, signal }) {
  const range = el("input", { type: "range", id: "speed-range", min: 0, max: paces.length - 1, step: 1 });
  const words = el("output", { for: "speed-range", class: "speed-words" });
  range.value = String(paces[at] === undefined ? initial : at);
  range.addEventListener("input", changed, { signal });
  root.append(el("label", { for: "speed-range", text: strings.label }), range, words);

  const pace = () => paces[Number(range.value)];

  function show() {
    range.ariaValueText = words.textContent = pace() === 0 ? strings.full : strings.pace(pace());
  }

  function changed() {
    show();
    remember("speed", Number(range.value));
    send(root, "pace", pace());
  }

  show();
  return { pace };
}
