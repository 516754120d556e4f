/** @import { Run } from "../vitrine.d.ts" */
/** @import { Picture, Shown } from "./shell.js" */
import { named } from "../kit/chip.js";
import { el } from "../kit/dom.js";
import { percent } from "../kit/numbers.js";
import { wholeOf } from "./attributes.js";
import { mountShell } from "./shell.js";

const MOST = 48; // tokens of a map that can be read

/**
 * <vitrine-attention>: what one head of one layer looks at, token by token of a text.
 *
 * @param {HTMLElement} app
 * @param {HTMLElement} element its attribute `prompt`, or its content, is the text
 * @param {Shown} options
 * @returns {Picture}
 */
export function mountAttention(app, element, { recording, strings, signal }) {
  const place = el("div", { class: "map", part: "output", tabindex: 0, role: "group", "aria-label": strings.map });
  /** @type {import("../run/state.js").RunState} */
  let state = recording.state;
  const shell = mountShell(app, {
    prompt: element.getAttribute("prompt") ?? (element.textContent?.trim() || recording.prompt),
    offered: strings.notYet,
    body: [place],
    usual: { maxTokens: 1, pace: 0 },
    draw: (now) => void (state = now),
    state,
    strings,
    signal,
  });

  /** @param {Run} run that has ended: all tokens of the prompt have been read */
  async function ended(run) {
    const layer = wholeOf(element, "layer") ?? 0;
    const head = wholeOf(element, "head") ?? 0;
    const tokens = state.pieces.slice(0, MOST);
    const [{ data, shape }] = await run.inspect("attention.mask", { layer, head, position: tokens.length - 1, rows: [0, tokens.length] });
    const width = shape[shape.length - 1];
    const names = () => tokens.map((token) => named({ text: token.text, ...(token.text.includes("\ufffd") && { bytes: token.bytes }) }));
    const rows = names().map((name, y) => {
      const cells = tokens.map((_, x) => cell(x > y ? null : data[y * width + x]));
      return el("tr", {}, el("th", { scope: "row" }, name), ...cells);
    });
    const top = el("tr", {}, el("th", { scope: "row", text: strings.mapOf(layer + 1, head + 1) }), ...names().map((name) => el("th", { scope: "col" }, name)));
    place.replaceChildren(el("table", {}, el("caption", { class: "visually-hidden", text: strings.map }), el("thead", {}, top), el("tbody", {}, ...rows)));
  }

  return { ...shell, now: () => ({ ...shell.now(), stage: "attention.mask" }), setModel() {}, setBreakpoints() {}, nodeOf: () => null, ended };
}

/** @param {number | null} weight null: a later token, which it does not see */
function cell(weight) {
  const element = el("td", { text: weight === null ? "" : String(Math.round(100 * weight)), title: weight === null ? null : percent(weight) });
  if (weight !== null) element.style.setProperty("--share", weight.toFixed(4));
  return element;
}
