/** @import { StageName } from "../vitrine.d.ts" */
/** @import { State } from "./light.js" */
import { svgEl } from "../kit/dom.js";

/**
 * An element of a diagram as an option of the list that the diagram is: its state, and the circle that sets a breakpoint.
 *
 * @param {SVGGElement} group is named by what is in it
 * @param {StageName} stage
 * @param {{ cx: number, cy: number } | null} stop where the circle is; null: another element of the stage has it
 */
export function mountOption(group, stage, stop) {
  group.dataset.stage = stage;
  group.setAttribute("role", "option");
  group.setAttribute("tabindex", "-1");
  if (stop) group.append(svgEl("circle", { class: "stop", ...stop, r: 5 }));
  let marked = "";

  /** @param {string} name @param {string} value empty: nothing to say */
  function say(name, value) {
    if (value) group.setAttribute(name, value);
    else group.removeAttribute(name);
  }

  return {
    /**
     * @param {State} state
     * @param {boolean} selected
     * @param {boolean} current the machine executed this one last
     */
    mark(state, selected, current) {
      const mark = `${state} ${selected} ${current}`;
      if (mark === marked) return;
      marked = mark;
      group.dataset.state = state;
      say("aria-selected", selected ? "true" : "");
      say("aria-current", current ? "step" : "");
    },
  };
}
