/// <reference path="./mmd.d.ts" />
/** @import { EngineInfo, RunEvent, StageName } from "../vitrine.d.ts" */
/** @import { DiagramStrings } from "../i18n/diagram-en.js" */
/** @import { Card } from "./card.js" */
import { stageOf } from "./bindings.js";
import { dress } from "./card.js";
import { createFollow } from "./follow.js";
import { mountGestures } from "./gestures.js";
import { fillLabels } from "./labels.js";
import { createPacer } from "./pace.js";
import { part } from "./paint.js";
import source from "./pipeline.mmd" with { type: "text" };
import { render } from "./render.js";
import { createRun } from "./run.js";
import { stateOf } from "./state.js";
import { tall, wide } from "./tables.js";
import { readers } from "./values.js";
import { createView } from "./view.js";

const NARROW = 640; // px; below it the diagram is one column

/**
 * The pipeline diagram: drawn by Mermaid once for each orientation, then lit and filled by the events of a run, at most
 * once a frame. Dispatches on `root`, bubbling: "stageselect" { stage } when the user chooses a stage, "followchange"
 * { following } when the user takes hold of the picture or lets go.
 *
 * @param {HTMLElement} root empty; the window onto the diagram
 * @param {{ info: EngineInfo, strings: DiagramStrings, signal: AbortSignal }} options aborting empties `root`
 */
export async function mountDiagram(root, { info, strings, signal }) {
  const text = fillLabels(source, info, strings);
  const run = createRun();
  const stage = part("div", "diagram-stage", "");
  const draft = part("div", "diagram-draft", "");
  const view = createView(root, stage);
  const follow = createFollow(run, view, cardOf, signal);
  const pacer = createPacer(drawFrame, signal);

  /** @typedef {{ svg: SVGSVGElement, cards: Map<string, Card>, size: { width: number, height: number } }} Drawing */
  /** @type {Map<"wide" | "tall", Promise<Drawing>>} */
  const drawings = new Map();
  /** @type {Drawing | undefined} */
  let shown;
  /** @type {StageName | null} */
  let selected = null;
  let turnsBefore = 0;

  root.classList.add("diagram");
  root.tabIndex = 0;
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", strings.label);
  root.setAttribute("aria-description", strings.description);
  root.replaceChildren(draft, stage);

  mountGestures(root, view, () => setFollow(false), signal);
  root.addEventListener("click", choose, { signal });
  root.addEventListener("keydown", (event) => (event.key === "Enter" || event.key === " ") && choose(event), { signal });
  root.addEventListener("focusin", reveal, { signal });
  const sizes = new ResizeObserver(() => arrange());
  signal.addEventListener("abort", () => {
    sizes.disconnect();
    root.replaceChildren();
    root.classList.remove("diagram");
  });
  await arrange();
  sizes.observe(root);

  /** Shows the drawing that suits the window's width, and keeps the picture in it. */
  async function arrange() {
    const shape = (root.clientWidth || innerWidth) < NARROW ? "tall" : "wide";
    if (!drawings.has(shape)) drawings.set(shape, draw(shape));
    const drawing = await /** @type {Promise<Drawing>} */ (drawings.get(shape));
    if (signal.aborted) return;
    if (shown !== drawing) {
      shown = drawing;
      stage.replaceChildren(drawing.svg);
      view.resize(drawing.size);
      root.dataset.shape = shape;
      refresh(true);
    }
    if (root.clientWidth === 0) return; // hidden, as in a tab that is not chosen
    if (follow.on) view.home();
    else view.pan(0, 0);
    follow.look();
  }

  /**
   * @param {"wide" | "tall"} shape
   * @returns {Promise<Drawing>}
   */
  async function draw(shape) {
    const table = shape === "tall" ? tall() : wide();
    const { svg, elements } = await render(text, table, draft);
    const cards = new Map(
      [...stageOf].map(([id, stage]) => [id, dress(id, stage, /** @type {SVGGElement} */ (elements.get(id)), table.boxes[id])]),
    );
    return { svg, cards, size: table };
  }

  /** One frame: what changed, and then frames without events, until what is hot has cooled. */
  function drawFrame() {
    const unsettled = run.touched.size > 0 || turnsBefore > 0;
    refresh();
    run.looked();
    if (unsettled) pacer.request();
  }

  /**
   * Writes what changed since the last frame.
   *
   * @param {boolean} [all]
   */
  function refresh(all = false) {
    if (!shown) return;
    const streaming = run.turns + turnsBefore > 1;
    turnsBefore = run.turns;
    for (const card of shown.cards.values()) {
      if (all || run.touched.has(card.stage) || (run.done && card.id === "N9")) {
        const reader = readers[card.id];
        if (reader) card.show(reader({ run, info, words: strings }, card.room));
      }
      card.mark(stateOf(card, run, streaming), card.stage === selected);
    }
    if (run.touched.size > 0) follow.look();
  }

  /** @param {Event} event */
  function cardAt({ target }) {
    const group = target instanceof Element ? target.closest("g.stage") : null;
    return shown && [...shown.cards.values()].find((card) => card.group === group);
  }

  /**
   * What the keyboard reaches comes into view.
   *
   * @param {Event} event
   */
  function reveal(event) {
    const card = cardAt(event);
    if (card?.group.matches(":focus-visible") && view.show(card.box)) setFollow(false);
  }

  /** @param {Event} event */
  function choose(event) {
    const card = cardAt(event);
    if (!card) return;
    event.preventDefault();
    selected = card.stage;
    refresh();
    root.dispatchEvent(new CustomEvent("stageselect", { bubbles: true, detail: { stage: card.stage } }));
  }

  /** @param {StageName} name */
  function cardOf(name) {
    const cards = /** @type {Drawing} */ (shown).cards;
    const step = `N${Math.max(1, 2 * run.steps.length)}`;
    const id = name === "generation" ? step : [...stageOf].find(([, stage]) => stage === name)?.[0];
    return /** @type {Card} */ (cards.get(id ?? "A"));
  }

  /** @param {boolean} on */
  function setFollow(on) {
    if (follow.on === on) return;
    follow.set(on);
    root.dispatchEvent(new CustomEvent("followchange", { bubbles: true, detail: { following: on } }));
  }

  return {
    /**
     * Gathers an event; what it changes is drawn with the next frame.
     *
     * @param {RunEvent} event
     */
    show(event) {
      run.add(event);
      if (event.type === "done") pacer.hurry();
      else pacer.request();
    },

    /** Forgets the run. */
    reset() {
      run.clear();
      refresh(true);
    },

    /**
     * What the next run will read.
     *
     * @param {string} prompt
     */
    setPrompt(prompt) {
      run.prompt = prompt;
      refresh(true);
    },

    /** Shows the whole picture. */
    fit: () => view.fit(),

    /**
     * Changes the scale around the middle; the view stops following.
     *
     * @param {number} factor
     */
    zoom(factor) {
      view.zoom(factor);
      setFollow(false);
    },

    follow: setFollow,

    get following() {
      return follow.on;
    },
  };
}
