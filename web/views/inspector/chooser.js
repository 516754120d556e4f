/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { Place, Seen } from "./place.js" */
import { el, send } from "../../kit/dom.js";
import { newest } from "./place.js";
import { perHead } from "./tensors.js";

/**
 * Chooses layer, head and token of what is shown. Sends "place" { layer } or { position }, and "head" { head }, which the
 * whole page follows.
 *
 * @param {InspectorStrings} strings
 * @param {AbortSignal} signal
 */
export function mountChooser(strings, signal) {
  const root = el("div", { class: "chooser", role: "group", "aria-label": strings.choose });
  const layer = choice(strings.layer, (value) => send(root, "place", { layer: value }));
  const head = choice(strings.head, (head) => send(root, "head", { head }));
  const token = choice(strings.token, (value) => send(root, "place", { position: value }));
  root.append(layer.label, head.label, token.label);

  /** @param {string} name @param {(value: number) => void} does */
  function choice(name, does) {
    const select = el("select");
    select.addEventListener("change", () => does(Number(select.value)), { signal });
    const label = el("label", {}, el("span", { text: name }), select);
    return { label, select };
  }

  /**
   * Options are only ever added or taken away at the end: a list that is open stays as it is.
   *
   * @param {{ label: HTMLElement, select: HTMLSelectElement }} choice
   * @param {number} count 0 hides it
   * @param {number} value
   * @param {(i: number) => string} textOf
   */
  function fill({ label, select }, count, value, textOf) {
    label.hidden = count === 0;
    select.length = Math.min(select.length, count);
    for (const [i, option] of [...select.options].entries()) if (option.text !== textOf(i)) option.text = textOf(i);
    while (select.length < count) select.add(new Option(textOf(select.length), String(select.length)));
    if (count > 0 && select.value !== String(value)) select.value = String(value);
  }

  return {
    root,
    /**
     * @param {Seen} state
     * @param {Place | null} place null: there is nothing to choose
     * @param {(position: number) => string} text
     */
    show(state, place, text) {
      const { info } = state;
      fill(layer, place && info && place.layer >= 0 ? info.layers : 0, place?.layer ?? 0, (i) => strings.ordinal(i + 1, info?.layers ?? 0));
      fill(head, place && info && perHead(place.stage) ? info.heads : 0, place?.head ?? 0, (i) => strings.ordinal(i + 1, info?.heads ?? 0));
      fill(token, place ? newest(state) + 1 : 0, place?.position ?? 0, (i) => strings.tokenOption(i, text(i)));
      root.hidden = !place;
    },
  };
}
