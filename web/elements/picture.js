/** @import { EmbedStrings } from "../i18n/embed-en.js" */
/** @import { RunState } from "../run/state.js" */
/** @import { StageName } from "../vitrine.d.ts" */
import { diagram as diagramStrings } from "../i18n/diagram-en.js";
import { stages as stageStrings } from "../i18n/stages-en.js";
import { el } from "../kit/dom.js";
import { mountDiagram } from "../mermaid/diagram.js";
import { createPacer } from "../run/frames.js";
import { mountChips } from "../views/chips.js";
import { mountDiagramPlace } from "../views/diagram-place.js";
import { mountPrompt } from "../views/prompt.js";
import { mountRunButton } from "../views/run-button.js";
import { createPaintedPictures } from "./painted-pictures.js";

/**
 * What an element shows: before it runs, a recording. Sends "generate" and "stop".
 *
 * @param {HTMLElement} app
 * @param {HTMLElement} element whose attributes say what is shown
 * @param {object} options
 * @param {ReturnType<typeof import("./recording.js").readRecording>} options.recording
 * @param {string} options.own the text of the author's diagram, "" for ours
 * @param {EmbedStrings} options.strings
 * @param {AbortSignal} options.signal
 */
export function mountPicture(app, element, { recording, own, strings, signal }) {
  const pacer = createPacer(signal);
  const parts = Object.fromEntries(["prompt", "run-button", "note", "diagram", "chips", "transport"].map((name) => [name, el("div", { class: name === "diagram" ? "picture-place" : name, part: PARTS[name] ?? name })]));
  const note = parts.note.appendChild(el("p", { role: "status" }));
  const bar = parts.note.appendChild(el("progress", { "aria-label": strings.starting, hidden: true }));
  app.append(el("div", { class: "embed-head" }, parts.prompt, parts["run-button"]), parts.note, parts.diagram, parts.chips, parts.transport);

  const prompt = mountPrompt(parts.prompt, {
    strings: strings.prompt,
    text: element.getAttribute("prompt") ?? recording.prompt,
    special: () => ({ show() {} }),
    signal,
  });
  const words = { generate: strings.run(""), generateKey: "", stop: strings.stop, stopKey: "" };
  const button = mountRunButton(parts["run-button"], { strings: words, signal });
  const chips = mountChips(parts.chips, { ...strings.output, pacer, signal });
  const diagram = mountDiagramPlace(parts.diagram, {
    draw: (root, info, own, mine) => mountDiagram(root, { info, own, createPictures: createPaintedPictures, strings: diagramStrings, stages: stageStrings, textScale: () => textScale(root), pacer, signal: mine }),
    own,
    strings: strings.diagram,
    signal,
  });
  let state = recording.state;
  let seen = false;
  let live = false;
  diagram.setModel(recording.info, state);
  parts.diagram.addEventListener("keydown", runByKey, { signal });
  parts.diagram.addEventListener("diagramread", sayProblems, { signal });

  /** Enter and Space on the picture run, as long as it is a picture. @param {KeyboardEvent} event */
  function runByKey(event) {
    if (live || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    event.stopPropagation();
    app.dispatchEvent(new CustomEvent("generate"));
  }

  /** What is wrong with an author's diagram, for the author. @param {Event} event */
  function sayProblems(event) {
    const { problems } = /** @type {CustomEvent<import("../views/diagram-place.js").Result>} */ (event).detail;
    for (const { line, code, what } of problems) console.warn(`<${element.localName}>: ${strings.problem(line, `${code} ${what}`.trim())}`);
  }

  function draw() {
    if (!seen) return; // the next time that it is in sight
    diagram.show(state);
    chips.show(state);
    pacer.request(settle);
  }

  const settle = () => () => state.looked();

  return {
    prompt,
    diagram,
    pacer,
    transport: parts.transport,

    /** @param {string} size of what Run downloads, "" where it is not known */
    offer(size) {
      words.generate = strings.run(size);
      button.show(false);
      const { name } = recording.info;
      const same = element.getAttribute("model") === null && prompt.value() === recording.prompt;
      note.textContent = same ? strings.recording(name, size) : strings.otherRecording(name, size);
    },

    /** @param {RunState} now */
    show(now) {
      state = now;
      draw();
    },

    /** From now on it is the engine's own. */
    begin() {
      live = true;
      app.dataset.live = "";
      words.generate = strings.again;
    },

    /** @param {boolean} now whether a run is under way */
    setRunning: (now) => button.show(now),

    /** @param {string} words @param {number} [share] of what is being loaded; NaN while that is not known */
    say(words, share) {
      note.textContent = words;
      bar.hidden = share === undefined;
      if (share !== undefined && share >= 0) bar.value = share;
      else bar.removeAttribute("value");
    },

    /** @param {boolean} now whether it is in sight: what is not draws nothing */
    see(now) {
      seen = now;
      draw();
    },

    /** The node of the diagram that shows a stage, by its own id; null where none does. @param {StageName} stage */
    nodeOf(stage) {
      const groups = diagram.drawn?.svg?.querySelectorAll(`[data-stage="${stage}"]`) ?? [];
      const ids = [...groups].map((group) => /** @type {SVGElement} */ (group));
      return (ids.find((group) => !group.classList.contains("cluster")) ?? ids[0])?.dataset.id ?? null;
    },
  };
}

/** What a host page may style by ::part, where it is called otherwise than by its class. @type {Record<string, string>} */
const PARTS = { "run-button": "run", chips: "output" };

/** @param {Element} root */
const textScale = (root) => (parseFloat(getComputedStyle(root).getPropertyValue("--vitrine-rem")) || 16) / 16;
