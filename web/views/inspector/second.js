/** @import { Difference, StageName } from "../../vitrine.d.ts" */
/** @import { SecondStrings } from "../../i18n/second-en.js" */
/** @import { Place } from "./place.js" */
import { mains } from "../../client/difference.js";
import { el } from "../../kit/dom.js";
import { exact } from "../../kit/numbers.js";
import { messageOf } from "../../kit/text.js";
import { hide } from "./hide.js";

/** @typedef {(stage: StageName, where: { step: number, layer?: number }) => Promise<Difference | null>} AskBeside */

const figures = /** @type {const} */ (["max", "relative", "kl"]);

/**
 * How far a second run is from the first at the stage that is shown.
 *
 * @param {SecondStrings["beside"]} strings
 * @param {AbortSignal} signal
 */
export function mountSecond(strings, signal) {
  const said = el("p", { class: "note", role: "status" });
  const list = el("dl", { class: "beside-figures" });
  const root = el("section", { class: "beside", hidden: true }, el("h3", { text: strings.title }), el("p", { class: "note", text: strings.what }), said, list);
  /** @type {unknown[]} what the figures are of */
  let shown = [];

  /** @param {string} words @param {Difference | null} [difference] */
  function say(words, difference = null) {
    said.textContent = words;
    said.hidden = words === "";
    list.replaceChildren(...figures.flatMap((name) => {
      const figure = difference?.[name] ?? null;
      return figure === null ? [] : [el("div", {}, el("dt", { text: strings.figures[name] }), el("dd", { title: exact(figure), text: strings.figure(figure) }))];
    }));
  }

  return {
    root,
    /**
     * @param {object} now
     * @param {StageName} now.stage
     * @param {Place | null} now.place
     * @param {number} now.prompt how many tokens the first run's has
     * @param {AskBeside | null} now.ask null where there is no second run
     * @param {boolean} now.stands
     * @param {object | null} now.last event: with another one the machine has moved
     */
    async show({ stage, place, prompt, ask, stands, last }) {
      const off = !ask || !place || !(stage in mains);
      hide(root, off);
      if (off || !stands) return;
      const now = [ask, stage, place.position, place.layer, last];
      if (now.every((one, i) => one === shown[i])) return;
      shown = now;
      const step = place.position - prompt + 1;
      if (step < 0) return say(strings.prompt);
      try {
        const difference = await ask(stage, { step, ...(place.layer < 0 ? {} : { layer: place.layer }) });
        if (signal.aborted || shown !== now) return;
        say(difference === null ? strings.shapes : difference.max === 0 ? strings.same : "", difference?.max === 0 ? null : difference);
      } catch (error) {
        if (shown === now) say(messageOf(error));
      }
    },
  };
}
