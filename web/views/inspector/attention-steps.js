/** @import { StageName } from "../../vitrine.d.ts" */
/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
import { el, send } from "../../kit/dom.js";

/** @typedef {"scores" | "scale" | "mask" | "softmax" | "mix"} Step */

/** The steps of attention, and the stage that has each: mask and softmax are one. @type {[Step, StageName][]} */
const steps = [
  ["scores", "attention.scores"],
  ["scale", "attention.scale"],
  ["mask", "attention.scale"],
  ["softmax", "attention.mask"],
  ["mix", "attention.mix"],
];

/**
 * The steps through which the matrix of a head goes, one button each. Sends "part" { stage }.
 *
 * @param {InspectorStrings["attention"]} strings
 * @param {{ chosen: () => void, signal: AbortSignal }} options `chosen`: another step of the same stage
 */
export function mountSteps(strings, { chosen, signal }) {
  const buttons = steps.map(([step]) => el("button", { type: "button", class: "quiet", "data-step": step, text: strings.steps[step] }));
  const what = el("p", { class: "note" });
  const root = el("section", { class: "steps-view", "aria-label": strings.stepsLabel }, el("div", { class: "attention-steps" }, ...buttons), what);
  /** @type {Step} */
  let at = "scores";
  /** @type {StageName | null} */
  let stage = null;

  for (const [i, button] of buttons.entries()) {
    button.addEventListener("click", () => {
      const [step, its] = steps[i];
      at = step;
      if (its === stage) chosen();
      else send(root, "part", { stage: its });
    }, { signal });
  }

  return {
    root,
    get step() {
      return at;
    },
    /** @param {StageName} now @param {string} row the token that asks, quoted */
    show(now, row) {
      stage = now;
      root.hidden = !steps.some(([, its]) => its === now);
      if (!steps.some(([step, its]) => step === at && its === now)) at = steps.find(([, its]) => its === now)?.[0] ?? at;
      for (const [i, button] of buttons.entries()) button.ariaPressed = String(steps[i][0] === at);
      what.textContent = strings.stepWhat[at](row);
    },
  };
}
