/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { FinishReason } from "../../vitrine.d.ts" */
/** @import { Take } from "./take.js" */
/** @import { Seen } from "./place.js" */
import { el } from "../../kit/dom.js";
import { quote } from "../../kit/text.js";
import { isDone } from "./decided.js";
import { newest } from "./place.js";

/**
 * The rules that end a run, and which of them did.
 *
 * @param {InspectorStrings["out"]} out
 * @param {Take} take
 */
export function mountRules(out, take) {
  const words = out.rules;
  const body = el("tbody");
  const root = el(
    "section",
    {},
    take.head(el("h3", { text: words.title })),
    el("table", { class: "stage-table rules-table" }, el("caption", { class: "visually-hidden", text: words.title }), el("thead", {}, el("tr", {}, el("th", { scope: "col", text: words.rule }), el("th", { scope: "col", text: words.state }))), body),
  );
  let told = "";

  return {
    root,
    /** @param {number} position of the pass @param {Seen} state */
    show(position, state) {
      const { settings, info, pieces } = state;
      if (!settings || !info) return;
      const reason = reasonOf(position, state);
      const key = JSON.stringify([position, reason, pieces.length, settings]);
      if (key === told) return;
      told = key;
      const number = position + 2 - pieces.length; // of the token that the step chooses
      const stops = settings.stop;
      /** @type {[FinishReason, string, boolean][]} with whether it can hold */
      const rules = [
        ["eos", words.eos, true],
        ["stop", words.stop(stops.map((stop) => quote(stop))), stops.length > 0],
        ["length", words.length(number, settings.maxTokens), true],
        ["context", words.context(position + 2, info.context), true],
        ["aborted", words.aborted, true],
      ];
      body.replaceChildren(
        ...rules.map(([name, text, on]) => {
          const state = reason === name ? words.fired : reason === null ? words.waits : on ? words.not : words.off;
          return el("tr", { class: reason === name ? "chosen" : null }, el("th", { scope: "row", text }), el("td", { text: state }));
        }),
      );
    },
  };
}

/**
 * Why the run ended with the token that a pass chose; "" where it went on, null where that is not decided yet.
 *
 * @param {number} position
 * @param {Seen} state
 * @returns {FinishReason | "" | null}
 */
function reasonOf(position, state) {
  if (position < newest(state)) return "";
  const event = state.of("decode.stop");
  if (event?.position === position && isDone(state, position, "decode.stop")) return event.detail.reason || (state.done?.finishReason ?? "");
  return state.done ? state.done.finishReason : null;
}
