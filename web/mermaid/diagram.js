/// <reference path="./mmd.d.ts" />
/** @import { EngineInfo, StageName } from "../vitrine.d.ts" */
/** @import { DiagramStrings } from "../i18n/diagram-en.js" */
/** @import { StageStrings } from "../i18n/stages-en.js" */
/** @import { Card } from "./card.js" */
/** @import { Drawing } from "./drawing.js" */
/** @import { RunState } from "../run/state.js" */
/** @import { Pictures, Result } from "./pictures.js" */
/** @import { Pacer } from "../run/frames.js" */
import { el, send } from "../kit/dom.js";
import { stages as stageFacts } from "../run/stages.js";
import { createRunState } from "../run/state.js";
import { createAging } from "./aging.js";
import { createFollow } from "./camera/follow.js";
import { mountGestures } from "./camera/gestures.js";
import { momentOf, stateOf } from "./light.js";
import { createMarks } from "./marks.js";
import { mountRoving } from "./roving.js";
import { createCamera } from "./camera/camera.js";

const NARROW = 640; // px at the usual size of text; below it the diagram is one column
const AT_ONCE = 6; // cards with a value that a frame writes anew while tokens come faster than numbers can be read

/**
 * A diagram: our pipeline, painted once for each orientation, or an author's own. It is lit and filled from the state of a
 * run, at most once a frame. Sends from `root` "inspect" { stage } when the user chooses a stage, "breakpoint" { stage }
 * where its mark is pressed, or B, "followchange" { following, behind } when the user takes hold of the picture or lets go, and
 * when following is not possible or is again, "sight" when other stages may have come into the window.
 *
 * @param {HTMLElement} root empty; the window onto the diagram
 * @param {object} options
 * @param {EngineInfo} options.info
 * @param {DiagramStrings} options.strings
 * @param {StageStrings} options.stages
 * @param {(info: EngineInfo, strings: DiagramStrings & { stages: StageStrings }, draft: HTMLElement) => Pictures} options.createPictures
 * @param {string | SVGSVGElement} [options.own] the text of a diagram that is shown instead of ours, or its picture
 * @param {(keyof DiagramStrings["keys"])[]} options.keys that do something on a node, beside the arrow keys
 * @param {() => boolean} options.single whether single letters do
 * @param {() => number} [options.textScale] how large the reader has text, as a multiple of the usual 16 px
 * @param {Pacer} options.pacer
 * @param {AbortSignal} options.signal aborting it empties `root`
 */
export async function mountDiagram(root, { info, strings, stages, createPictures, own = "", keys, single, textScale = ofPage, pacer, signal }) {
  /** @type {RunState} */
  let run = createRunState();
  let all = false; // what is shown is of another state
  const picture = el("div", { class: "diagram-stage" });
  const draft = el("div", { class: "diagram-draft" });
  const pictures = createPictures(info, { ...strings, stages }, draft);
  const camera = createCamera(picture, () => send(root, "sight"));
  const follow = createFollow(() => run, camera, (stage) => shown?.near(stage, run.steps.length)?.box, tell);
  /** @type {Drawing | undefined} */
  let shown;
  /** @type {StageName | null} */
  let selected = null;
  /** @type {StageName | null} that is pointed at while nothing runs */
  let pointed = null;
  const cards = () => [...(shown?.cards.values() ?? [])];
  const marks = createMarks(strings, cards);
  /** @type {Set<Card>} whose stage has run since they were written, longest waiting first */
  const stale = new Set();
  const aging = createAging();
  /** @type {Set<Card>} that have a value of this run */
  const filled = new Set();
  let turnsBefore = 0; // steps begun in the last frame
  let streaming = false;

  root.classList.add("diagram");
  root.tabIndex = -1; // a press on the picture gives it the focus, and with it the wheel
  root.setAttribute("role", "listbox");
  root.setAttribute("aria-label", strings.label);
  root.setAttribute("aria-description", [strings.description, ...keys.map((key) => strings.keys[key])].join(" "));
  root.replaceChildren(draft, picture);

  mountGestures(root, camera, () => setFollow(false), signal);
  const roving = mountRoving(root, (event) => shown?.at(event), reveal, signal);
  root.addEventListener("click", choose, { signal });
  root.addEventListener("keydown", onKey, { signal });
  const sizes = new ResizeObserver(arrange);
  signal.addEventListener("abort", () => {
    sizes.disconnect();
    pacer.cancel(drawFrame);
    root.replaceChildren();
    root.classList.remove("diagram");
  });
  const begun = await pictures.read(own);
  await arrange();
  sizes.observe(root);

  /** Shows the drawing that suits the window's width, and keeps the picture in it. */
  async function arrange() {
    const shape = shapeNow();
    const drawn = await pictures.of(shape);
    if (signal.aborted || shapeNow() !== shape) return;
    camera.resize(drawn, { width: root.clientWidth, height: root.clientHeight }, textScale());
    if (shown !== drawn) {
      shown = drawn;
      marks.renew();
      stale.clear();
      filled.clear();
      roving.list(cards(), () => picture.replaceChildren(drawn.svg));
      root.dataset.shape = shape;
      refresh(true);
    }
    if (root.clientWidth === 0) return; // hidden, as in a tab that is not chosen
    if (follow.on) camera.home();
    else camera.pan(0, 0);
    follow.aim();
    if (pictures.own && follow.on && !run.current) showFirst(drawn);
    point();
  }

  function point() {
    const card = pointed && !run.current && shown?.near(pointed, run.steps.length);
    if (card) camera.show(card.box);
  }

  function shapeNow() {
    return pictures.own ? "own" : shapeOf(root, textScale());
  }

  /** Its beginning may stand anywhere. @param {Drawing} drawn */
  function showFirst({ cards }) {
    const first = [...cards.values()].sort((a, b) => stageFacts[a.stage].order - stageFacts[b.stage].order)[0];
    if (first) camera.show(first.box);
  }

  /** One frame: what changed, and then frames without events, until what is hot has cooled. */
  function drawFrame() {
    const unsettled = run.touched.size > 0 || turnsBefore > 0;
    streaming = run.turns + turnsBefore > 1;
    turnsBefore = run.turns;
    if (run.fresh) filled.clear();
    refresh(all || run.fresh || run.done !== null);
    all = false;
    if (run.touched.size > 0 || run.phase !== "running") follow.look();
    if (unsettled || aging.waits()) pacer.request(drawFrame);
  }

  /** @param {boolean} everything also what did not change since the last frame, and now */
  function refresh(everything) {
    const now = performance.now();
    marks.setSwitches(run.switches);
    const current = run.current && shown?.of(run.current, run.steps.length);
    for (const card of cards()) {
      const touched = card.heeds === "all" ? run.touched.size > 0 : run.touched.has(card.stage);
      if (card.heeds !== "none" && (everything || touched)) stale.add(card);
      const state = aging.stateOf(card, stateOf(card, run, streaming), now, run.layerMs);
      card.mark(state, card.stage === selected, card === current);
      card.date(state === "old" && !card.frame ? { moment: momentOf(card.stage, run, strings), old: strings.old } : null);
    }
    const sources = { run, info, words: strings };
    let left = streaming && !everything ? AT_ONCE : stale.size;
    for (const card of stale) {
      if (filled.has(card) && left-- <= 0) continue;
      stale.delete(card);
      if (run.latest.has(card.stage)) filled.add(card);
      card.show(sources);
    }
  }

  /** @param {Event} event */
  function choose(event) {
    if (event.target instanceof Element && event.target.matches(".stop")) return toggleStop(event);
    const card = shown?.at(event);
    if (!card) return;
    event.preventDefault();
    selected = card.stage;
    refresh(false);
    send(root, "inspect", { stage: card.stage });
  }

  /** @param {Event} event */
  function toggleStop(event) {
    const card = shown?.at(event);
    if (!card) return;
    event.preventDefault();
    send(root, "breakpoint", { stage: card.stage });
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const { key, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey) return;
    if (key === "Enter") choose(event);
    else if (key.toLowerCase() === "b" && single()) toggleStop(event);
  }

  /** @param {Card} card that the keyboard has reached */
  function reveal(card) {
    if (camera.show(card.box)) setFollow(false);
  }

  /** @param {boolean} on */
  function setFollow(on) {
    if (follow.on === on) return;
    follow.set(on);
    tell();
  }

  function tell() {
    const { on: following, behind } = follow;
    send(root, "followchange", { following, behind });
  }

  return {
    /** @param {RunState} state drawn with the next frame; whoever adds to it ends the look when all have drawn */
    show(state) {
      all ||= state !== run;
      run = state;
      pacer.request(drawFrame);
    },

    setBreakpoints: marks.setStops,
    setDiffers: marks.setDiffers,

    /** The stages that are in the window. */
    seen: () => new Set(cards().filter(({ box }) => camera.sees(box)).map(({ stage }) => stage)),

    /** @param {StageName | null} stage is marked, and brought into the window while nothing runs; null: none, and the picture is as at first */
    look(stage) {
      if (!stage && pointed && follow.on && !run.current) camera.home();
      selected = pointed = stage;
      refresh(false);
      point();
    },

    /** Shows the whole picture. */
    fit: () => camera.fit(),

    /**
     * Changes the scale around the middle; the camera stops following.
     *
     * @param {number} factor
     */
    zoom(factor) {
      camera.zoom(factor);
      setFollow(false);
    },

    follow: setFollow,

    /** What came of the text that it began with. */
    begun,

    /**
     * Shows another diagram. The one before stays where it cannot be drawn.
     *
     * @param {string | SVGSVGElement} text "" for ours
     * @returns {Promise<Result>}
     */
    async read(text) {
      const result = await pictures.read(text);
      if (!signal.aborted) await arrange();
      return result;
    },

    /** The text of ours, with what the model has. */
    ours: pictures.ours,

    /** The diagram that is shown, with what it shows now as labels. */
    mermaid: () => pictures.mermaid(run),

    /** The picture that is shown. */
    get svg() {
      return shown?.svg;
    },

    get following() {
      return follow.on;
    },

    /** Whether the run is too fast to be followed. */
    get behind() {
      return follow.behind;
    },
  };
}

/** @param {HTMLElement} root may be hidden for now, and have no width @param {number} scale */
const shapeOf = (root, scale) => ((root.clientWidth || innerWidth) < NARROW * scale ? "tall" : "wide");

const ofPage = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
