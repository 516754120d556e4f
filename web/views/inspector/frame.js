/** @import { StageName } from "../../vitrine.d.ts" */
/** @import { InspectorStrings, StageWords } from "../../i18n/inspector-en.js" */
/** @import { StageStrings } from "../../i18n/stages-en.js" */
/** @import { Place, Seen } from "./place.js" */
import { el, focusWithin, send } from "../../kit/dom.js";
import { iconButton } from "../../kit/icons.js";
import { mountSplitter } from "../../kit/splitter.js";
import { recall, remember } from "../../kit/store.js";
import { fixed } from "../../kit/numbers.js";
import { family } from "../../run/stages.js";
import { mountChooser } from "./chooser.js";
import { drawFormula } from "./formula.js";
import { childrenOf } from "./place.js";
import { asks } from "./reading.js";
import { mountReadout } from "./readout.js";

/** Widths of the inspector in rem: narrowest, widest, at first. */
const width = { min: 20, max: 60, initial: 27 };

/** What belongs to no one token. @type {ReadonlySet<StageName>} */
const ofRun = new Set(["prompt", "tokenize", "generation"]);

/**
 * The frame of the inspector: what a stage is, what is shown of it, and around its values what is read of them.
 *
 * @param {HTMLElement} root
 * @param {{ strings: InspectorStrings, stages: StageStrings, signal: AbortSignal }} options
 */
export function mountFrame(root, { strings, stages, signal }) {
  const focus = focusWithin(root);
  const title = el("h2", { tabindex: -1, class: "inspector-title" });
  const follow = el("button", { type: "button", class: "quiet", "aria-label": strings.followLabel, title: strings.followLabel, text: strings.follow });
  const close = iconButton("close", strings.close);
  const what = el("p", { class: "inspector-what" });
  const formula = el("figure", { class: "inspector-formula", "aria-label": strings.formula });
  const parts = el("nav", { class: "inspector-parts", "aria-label": strings.parts });
  const chooser = mountChooser(strings, signal);
  const place = el("p", { class: "inspector-place" });
  const note = el("p", { class: "note", role: "status" });
  const wait = el("p", { class: "inspector-wait", role: "status" });
  const values = el("div", { class: "inspector-values" });
  const readout = mountReadout(strings.tensor);
  const splitter = el("div", { class: "splitter inspector-splitter" });
  let timer = 0;
  let described = "";

  root.classList.add("panel", "inspector");
  root.hidden = true;
  root.ariaLabel = strings.label;
  root.append(
    el("div", { class: "inspector-head" }, el("span", { class: "inspector-mark", "aria-hidden": "true" }), title, follow, close),
    el("div", { class: "inspector-body" }, what, formula, parts, chooser.root, place, note, wait, values),
    readout.root,
    splitter,
  );
  mountSplitter(splitter, {
    label: strings.resize,
    width,
    at: recall("inspectorRem", width.initial),
    measure: ({ clientX }) => root.getBoundingClientRect().right - clientX,
    grows: -1,
    set: (rem) => root.style.setProperty("--inspector-width", `${rem}rem`),
    keep: (rem) => remember("inspectorRem", rem),
    signal,
  });
  follow.addEventListener("click", () => send(root, "follow"), { signal });
  close.addEventListener("click", () => send(root, "close"), { signal });
  root.addEventListener("keydown", onKey, { signal });
  root.addEventListener("focuslost", () => title.focus({ preventScroll: true }), { signal });
  root.addEventListener("cellread", (event) => readout.show(/** @type {CustomEvent} */ (event).detail), { signal });
  signal.addEventListener("abort", () => clearInterval(timer));

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation(); // elsewhere it stops the run
    send(root, "close");
  }

  return {
    values,
    /** @param {string} type @param {unknown} detail */
    send: (type, detail) => send(root, type, detail),

    /** Takes the focus where it was opened by a key; a pointer goes on where it is. */
    open() {
      focus.remember();
      root.hidden = false;
      if (document.activeElement?.matches(":focus-visible")) title.focus({ preventScroll: true });
      send(root, "inspectorchange", { open: true });
    },

    close() {
      focus.giveBack(() => (root.hidden = true));
      send(root, "inspectorchange", { open: false });
    },

    /** @param {StageName} stage @param {StageWords} words */
    title(stage, words) {
      const key = JSON.stringify([stage, words]);
      if (key === described) return;
      described = key;
      title.textContent = stages[stage].long;
      root.dataset.family = family(stage);
      what.textContent = words.what;
      formula.hidden = !words.formula;
      formula.replaceChildren(...(words.formula ? [drawFormula(words.formula, words.said ?? "")] : []), ...(words.where ? [el("figcaption", { text: words.where })] : []));
      const children = childrenOf(stage);
      parts.hidden = children.length === 0;
      parts.replaceChildren(...children.map((child) => {
        const button = el("button", { type: "button", class: "quiet", text: stages[child].long });
        button.addEventListener("click", () => (send(root, "part", { stage: child }), title.focus()));
        return button;
      }));
      readout.show(null);
    },

    /** @param {Seen} state @param {Place | null} at @param {{ stage: StageName, text: (position: number) => string, follow: boolean }} options */
    place(state, at, { stage, text, follow: follows }) {
      chooser.show(state, asks(stage) ? at : null, text);
      follow.ariaPressed = String(follows);
      const words = at && !asks(stage) && !ofRun.has(stage) ? [strings.at.token(at.position, text(at.position))] : [];
      if (words.length && at && at.layer >= 0) words.unshift(strings.at.layer(at.layer + 1, state.info?.layers ?? 0));
      place.textContent = words.join(", ");
      place.hidden = words.length === 0;
    },

    /** @param {string} text */
    note(text) {
      if (note.textContent !== text) note.textContent = text;
      note.hidden = text === "";
    },

    /** The engine takes its time, since then; null: no more. @param {number | null} since */
    wait(since) {
      clearInterval(timer);
      values.ariaBusy = String(since !== null);
      wait.textContent = "";
      if (since === null) return;
      const tell = () => (wait.textContent = strings.state.reading(fixed((performance.now() - since) / 1000, 1)));
      tell();
      timer = Number(setInterval(tell, 100));
    },
  };
}
