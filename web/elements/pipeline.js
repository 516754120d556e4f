/** @import { Picture, Shown } from "./shell.js" */
import { diagram as diagramStrings } from "../i18n/diagram-en.js";
import { stages as stageStrings } from "../i18n/stages-en.js";
import { el, send } from "../kit/dom.js";
import { mountDiagram } from "../mermaid/diagram.js";
import { mountChips } from "../views/chips.js";
import { mountDiagramPlace } from "../views/diagram-place.js";
import { createPaintedPictures } from "./painted-pictures.js";
import { mountShell } from "./shell.js";

/**
 * <vitrine-pipeline>: a prompt, the pipeline diagram or the author's own, the output, and what leads the machine.
 *
 * @param {HTMLElement} app
 * @param {HTMLElement} element whose attributes say what is shown
 * @param {Shown} options
 * @returns {Picture}
 */
export function mountPipeline(app, element, { recording, own, strings, signal }) {
  const place = el("div", { class: "picture-place", part: "diagram" });
  const output = el("div", { class: "chips", part: "output" });
  const { name } = recording.info;
  const shell = mountShell(app, {
    prompt: element.getAttribute("prompt") ?? recording.prompt,
    offered: (size, prompt) => (element.getAttribute("model") === null && prompt === recording.prompt ? strings.recording(name, size) : strings.otherRecording(name, size)),
    body: [place, output],
    draw(state) {
      diagram.show(state);
      chips.show(state);
    },
    state: recording.state,
    strings,
    signal,
  });
  const { pacer } = shell;
  const chips = mountChips(output, { ...strings.output, pacer, signal });
  const diagram = mountDiagramPlace(place, {
    draw: (root, info, own, mine) => mountDiagram(root, { info, own, createPictures: createPaintedPictures, strings: diagramStrings, stages: stageStrings, keys: [shell.live ? "breakpoint" : "generate"], single: () => shell.live, textScale: () => textScale(root), pacer, signal: mine }),
    own,
    strings: strings.diagram,
    signal,
  });
  diagram.setModel(recording.info, recording.state);
  place.addEventListener("keydown", runByKey, { capture: true, signal });
  place.addEventListener("diagramread", sayProblems, { signal });

  /** Enter and Space on the picture run, as long as it is a picture. @param {KeyboardEvent} event */
  function runByKey(event) {
    if (shell.live || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    event.stopPropagation();
    send(app, "generate");
  }

  /** What is wrong with an author's diagram, for the author. @param {Event} event */
  function sayProblems(event) {
    const { problems } = /** @type {CustomEvent<import("../views/diagram-place.js").Result>} */ (event).detail;
    for (const { line, code, what } of problems) console.warn(`<${element.localName}>: ${strings.problem(line, `${code} ${what}`.trim())}`);
  }

  return {
    ...shell,
    setModel: diagram.setModel,
    setBreakpoints: diagram.setBreakpoints,
    look: diagram.look,
    now: () => ({ ...shell.now(), own }),
    nodeOf(stage) {
      const groups = diagram.drawn?.svg?.querySelectorAll(`[data-stage="${stage}"]`) ?? [];
      const all = [...groups].map((group) => /** @type {SVGElement} */ (group));
      return (all.find((group) => !group.classList.contains("cluster")) ?? all[0])?.dataset.id ?? null;
    },
  };
}

/** @param {Element} root */
const textScale = (root) => (parseFloat(getComputedStyle(root).getPropertyValue("--vitrine-rem")) || 16) / 16;
