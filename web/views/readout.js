/** @import {Strings} from "../i18n/en.js" */
/** @import {Shown} from "../run/output.js" */
/** @import {RunState} from "../run/state.js" */
import { exact, percent } from "../kit/numbers.js";
import { hex, quote } from "../kit/text.js";
import { el } from "../kit/dom.js";
import { outputOf } from "../run/output.js";

/**
 * The exact numbers of one token; the legend of the chips while no token is read.
 *
 * @param {HTMLElement} root
 * @param {{ strings: Strings["output"] }} options
 */
export function mountReadout(root, { strings }) {
  const scale = el("span", { class: "scale", "aria-hidden": "true" });
  for (const quarter of [0, 1, 2, 3]) {
    scale.append(el("span", { class: "chip", "data-quarter": quarter, style: `--p: ${(quarter + 0.5) / 4}` }));
  }
  const prompt = el("span", { class: "chip", "data-prompt": "", text: strings.legendPrompt });
  const legend = el(
    "p",
    { class: "legend", title: strings.readoutHint },
    prompt,
    el("span", { text: strings.legend }),
    el("span", { class: "low", text: strings.legendLow }),
    scale,
    el("span", { text: strings.legendHigh }),
  );
  const piece = el("span", { class: "readout-piece" });
  const numbers = el("span", { class: "readout-numbers" });
  const token = el("p", { class: "readout-token", "aria-live": "polite", hidden: true }, piece, numbers);
  root.append(legend, token);

  let position = -1; // of the token that is read

  /** @param {Shown | undefined} read */
  function draw(read) {
    legend.hidden = read !== undefined;
    token.hidden = read === undefined;
    if (!read) return;
    const { probability, text, bytes } = read;
    const facts = bytes.length ? [strings.partial] : [];
    facts.push(probability === null ? strings.promptToken : strings.probability(percent(probability), exact(probability)));
    if (read.kept < text.length) facts.push(strings.cut);
    facts.push(strings.tokenAt(read.position, read.id));
    write(piece, bytes.length ? hex(bytes) : quote(text));
    write(numbers, facts.join(", "));
  }

  return {
    /** @param {RunState} state */
    show(state) {
      if (position >= 0) draw(outputOf(state)[position]);
    },
    /**
     * @param {number} at position of the token to read, -1 for none
     * @param {RunState} state
     */
    read(at, state) {
      position = at;
      draw(at < 0 ? undefined : outputOf(state)[at]);
    },
  };
}

/** What did not change is not said again. @param {HTMLElement} element @param {string} text */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
