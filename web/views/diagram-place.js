/** @import {Breakpoint, EngineInfo, StageName} from "../vitrine.js" */
/** @import {RunState} from "../run/state.js" */
/** @import {Strings} from "../i18n/en.js" */
/** @import {Differs} from "../mermaid/marks.js" */
import { el, send } from "../kit/dom.js";

/** @typedef {{ problems: import("./diagram-editor.js").Problem[], bound: number, kept: boolean }} Result of a text that was to be drawn */

/**
 * What mountDiagram gives.
 *
 * @typedef {object} Diagram
 * @property {(state: RunState) => void} show
 * @property {(stages: ReadonlySet<StageName>) => void} setBreakpoints
 * @property {(now: ReadonlyMap<StageName, Differs>) => void} setDiffers
 * @property {() => Set<StageName>} seen in the window
 * @property {(stage: StageName | null) => void} look
 * @property {() => void} fit
 * @property {(factor: number) => void} zoom
 * @property {(on: boolean) => void} follow
 * @property {boolean} following
 * @property {boolean} behind the run is too fast to be followed
 * @property {Result} begun
 * @property {(text: string | SVGSVGElement) => Promise<Result>} read
 * @property {string} ours
 * @property {() => string} mermaid
 * @property {SVGSVGElement | undefined} svg
 */

/** One press of a zoom button. */
const zoomStep = 1.25;

/**
 * The place of the diagram: says so while there is none, and draws it anew for each model. Sends "drawn" { following },
 * "diagramread" Result when it is drawn, and, from the diagram, "followchange".
 *
 * @param {HTMLElement} place
 * @param {{ draw: (root: HTMLElement, info: EngineInfo, own: string | SVGSVGElement, signal: AbortSignal) => Promise<Diagram>, own: string | SVGSVGElement, strings: Pick<Strings["diagram"], "behind" | "broken">, signal: AbortSignal }} options
 *   `own`: the text of an author's diagram, "" for ours, or its picture
 */
export function mountDiagramPlace(place, { draw, own, strings, signal }) {
  const message = el("p", { class: "empty", hidden: true });
  const note = el("p", { class: "picture-note", text: strings.behind, hidden: true });
  const caption = el("p", { class: "picture-caption", hidden: true });
  place.append(message, caption);
  /** @type {Diagram | null} */
  let diagram = null;
  /** @type {ReadonlySet<StageName>} */
  let stops = new Set();
  /** @type {ReadonlyMap<StageName, Differs>} */
  let differs = new Map();
  /** @type {StageName | null} */
  let pointed = null;
  let old = new AbortController();
  signal.addEventListener("abort", () => old.abort());
  place.addEventListener("followchange", tell, { signal });

  function tell() {
    note.hidden = !diagram?.behind;
    send(place, "drawn", { following: diagram?.following ?? false });
  }

  /** @param {string} words */
  function say(words) {
    message.textContent = words;
    message.hidden = words === "";
  }

  return {
    say,
    /**
     * @param {EngineInfo} info
     * @param {RunState} state shown as soon as the diagram is drawn
     */
    async setModel(info, state) {
      old.abort();
      const mine = new AbortController();
      old = mine;
      diagram = null;
      const root = el("div", { class: "picture-root" });
      note.hidden = true;
      place.replaceChildren(message, root, note, caption);
      try {
        const text = own;
        const drawn = await draw(root, info, text, mine.signal);
        if (mine.signal.aborted) return;
        diagram = drawn;
        diagram.show(state);
        diagram.setBreakpoints(stops);
        diagram.setDiffers(differs);
        if (pointed) diagram.look(pointed);
        say("");
        tell();
        send(place, "diagramread", text === own ? diagram.begun : await diagram.read(own)); // another one was written meanwhile
      } catch (error) {
        if (mine.signal.aborted) return;
        console.error(error);
        root.remove();
        say(strings.broken);
      }
    },
    /** The diagram that is drawn. */
    get drawn() {
      return diagram;
    },
    /**
     * Shows another diagram, also for models to come.
     *
     * @param {string} text "" for ours
     */
    async read(text) {
      own = text;
      return diagram?.read(text) ?? null;
    },
    /** @param {RunState} state */
    show: (state) => diagram?.show(state),
    /** @param {readonly Breakpoint[]} now */
    setBreakpoints(now) {
      stops = new Set(now.map(({ stage }) => stage));
      diagram?.setBreakpoints(stops);
    },
    /** @param {ReadonlyMap<StageName, Differs>} now how far a second run differs, at the stages where that is known */
    setDiffers(now) {
      differs = now;
      diagram?.setDiffers(now);
    },
    /** Says under the picture what is marked on it. @param {string} words "": nothing */
    setCaption(words) {
      caption.textContent = words;
      caption.hidden = words === "";
    },
    /** @returns {ReadonlySet<StageName>} the stages in the window */
    seen: () => diagram?.seen() ?? new Set(),
    /** @param {StageName | null} stage that is pointed at while nothing runs */
    look(stage) {
      pointed = stage;
      diagram?.look(stage);
    },
    /** @param {"follow" | "zoomIn" | "zoomOut" | "fit"} what */
    view(what) {
      if (!diagram) return;
      if (what === "follow") diagram.follow(!diagram.following);
      else if (what === "fit") diagram.fit();
      else diagram.zoom(what === "zoomIn" ? zoomStep : 1 / zoomStep);
      tell();
    },
  };
}
