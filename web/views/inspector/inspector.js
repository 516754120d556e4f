/** @import { EngineInfo, StageEvent, StageName } from "../../vitrine.d.ts" */
/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { StageStrings } from "../../i18n/stages-en.js" */
/** @import { Pacer } from "../../run/frames.js" */
/** @import { Asked, Place, Seen } from "./place.js" */
/** @import { Asks, Reading } from "./reading.js" */
/** @import { Now } from "./views.js" */
/** @import { AskBeside } from "./second.js" */
/** @import { SecondStrings } from "../../i18n/second-en.js" */
import { listen } from "../../kit/dom.js";
import { messageOf } from "../../kit/text.js";
import { mountBeside } from "./beside.js";
import { detailOf, nameOf } from "./detail.js";
import { mountFrame } from "./frame.js";
import { createPalette, watchColours } from "./palette.js";
import { newest, placeOf, tokenAt } from "./place.js";
import { asks, createReading, sameAsk } from "./reading.js";
import { mountSecond } from "./second.js";
import { mountValues } from "./values.js";

/**
 * The inspector: one stage of the run, with what it does and every number of it. It follows the run, or stays where it was
 * opened and reads its values again at each stop. Sends "head" { head }, "switched", "goto" Where, "inspectorchange" { open }.
 *
 * @param {HTMLElement} root hidden while it is closed
 * @param {{ strings: InspectorStrings, stages: StageStrings, run: () => Asks | null, engine?: () => Now["engine"], second?: { strings: SecondStrings["beside"], ask: () => AskBeside | null }, pacer: Pacer, signal: AbortSignal }} options
 *   `run` gives the run that answers, `engine` what has the model, `second` what a second run is asked by; null where there is none
 */
export function mountInspector(root, { strings, stages, run, engine = () => null, second, pacer, signal }) {
  const frame = mountFrame(root, { strings, stages, signal });
  const palette = createPalette(root);
  const values = mountValues(frame.values, { strings, engine, palette, signal });
  const beside = mountBeside({ strings, stages, engine, palette, signal });
  frame.values.after(...beside.roots);
  const other = second && mountSecond(second.strings, signal);
  if (other) frame.values.before(other.root);
  watchColours(palette, () => (values.paint(), beside.paint()), signal);
  const reading = createReading({ read: onRead, failure: onFailure, waiting: frame.wait }, signal);
  /** @type {Seen | null} */
  let state = null;
  /** @type {Asked} */
  let asked = { stage: "prompt", layer: null, position: null, head: 0 };
  /** @type {Place | null} */
  let place = null;
  /** @type {Reading | null} */
  let shown = null;
  let number = 0; // of the run
  /** @type {EngineInfo | null} */
  let info = null;
  let failed = "";
  let follow = false;
  let fresh = false; // something else was asked for since the last frame

  signal.addEventListener("abort", () => pacer.cancel(draw));
  inside("place", (/** @type {Partial<Asked>} */ part) => set({ ...asked, ...part }, false));
  inside("rowchoose", (/** @type {{ row: number }} */ { row }) => place && set({ ...asked, layer: place.layer < 0 ? null : place.layer, position: place.start + row }, false));
  inside("part", (/** @type {{ stage: StageName }} */ { stage }) => set({ ...asked, stage }, false));
  inside("follow", () => set({ ...asked, layer: null, position: null }, !follow));
  inside("close", close);
  inside("answerchanged", onAnswerChanged);
  listen(root, "switched", () => set(asked, follow), signal);
  listen(root, "head", (/** @type {{ head: number }} */ { head }) => set({ ...asked, head }, follow), signal);

  /** Hears what its parts send to each other, and to nobody else. @template T @param {string} type @param {(detail: T) => void} does */
  function inside(type, does) {
    root.addEventListener(type, (event) => (event.stopPropagation(), does(/** @type {CustomEvent<T>} */ (event).detail)), { signal });
  }

  /** @param {Asked} next @param {boolean} follows */
  function set(next, follows) {
    asked = next;
    follow = follows;
    fresh = true;
    failed = "";
    pacer.request(draw);
  }

  /** @param {Reading} reading */
  function onRead(reading) {
    shown = reading;
    failed = "";
    pacer.request(draw);
  }

  /** @param {unknown} error */
  function onFailure(error) {
    shown = null;
    failed = messageOf(error);
    pacer.request(draw);
  }

  async function onAnswerChanged() {
    try {
      const where = await run()?.answerChanged({ position: place?.position });
      if (where && !signal.aborted) frame.send("goto", where);
    } catch (error) {
      onFailure(error);
    }
  }

  function close() {
    if (root.hidden) return;
    reading.forget();
    values.leave();
    beside.rest();
    frame.close();
  }

  /** @param {number} position */
  const text = (position) => (state ? nameOf(tokenAt(state, position)) : "");

  function draw() {
    if (root.hidden || !state?.info) return;
    if (state.number !== number || state.info !== info) {
      shown = null; // of another run, or model
      fresh = true;
      if (info) asked = { ...asked, layer: null, position: null, head: state.info === info ? asked.head : 0 };
      ({ number, info } = state);
    }
    const stands = state.phase === "paused" || state.phase === "ended";
    const answers = run();
    values.stand(stands && answers !== null);
    if (state.phase === "running" && !follow && !fresh) { // stays as it was
      beside.rest();
      return frame.note(noteOf(place, answers !== null));
    }
    fresh = false;
    const current = state.at?.stage ?? state.last?.stage;
    if (follow && current) asked = { ...asked, stage: current, layer: null, position: null };
    const { stage } = asked;
    place = placeOf(asked, state);
    if (!place || shown?.stage !== stage) shown = null;
    let key = shown && place && sameAsk(shown.place, place) ? shown.key : undefined;
    if (place && answers && asks(stage) && (stands || (follow && !reading.busy))) key = reading.want(place, answers, state);

    frame.title(stage, strings.stages(state.info)[stage]);
    frame.place(state, place, { stage, text, follow });
    frame.note(noteOf(place, answers !== null));
    const event = /** @type {StageEvent | undefined} */ (state.of(stage));
    const here = event && (!place || (place.position === event.position && (place.layer < 0 || place.layer === event.layer)));
    const detail = here ? detailOf(event, { words: strings.detail, pieces: state.pieces, text }) : null;
    const known = shown?.key === key;
    beside.show({ stage, place, head: asked.head, info: state.info, state, run: answers, stands: stands && answers !== null, last: state.last, text });
    other?.show({ stage, place, prompt: state.pieces.length, ask: second?.ask() ?? null, stands: stands && answers !== null, last: state.last });
    values.show({ stage, place: known ? place : (shown?.place ?? null), reading: shown, detail, stale: !known && (stands || !follow), stands: stands && answers !== null, there: place !== null, state, run: answers, text });
  }

  /** @param {Place | null} place @param {boolean} answers */
  function noteOf(place, answers) {
    if (failed) return strings.state.failed(failed);
    if (!state || newest(state) < 0) return strings.state.idle;
    if (!place) return strings.state.unreached;
    if (!asks(asked.stage)) return "";
    if (!answers) return strings.state.closed;
    return state.phase === "running" && !follow ? strings.state.running : "";
  }

  return {
    /** Shows a stage. @param {{ stage: StageName, layer?: number, position?: number, head?: number }} where */
    open({ stage, layer, position, head }) {
      frame.open();
      set({ stage, layer: layer ?? null, position: position ?? null, head: head ?? asked.head }, false);
    },
    close,
    /** What it shows, as it was asked for; null while it is closed. */
    get asked() {
      return root.hidden ? null : asked;
    },
    /** @param {Seen} next */
    show(next) {
      state = next;
      if (failed && next.phase === "running") failed = "";
      pacer.request(draw);
    },
    /** @param {number} head that the page shows */
    setHead(head) {
      if (head !== asked.head) set({ ...asked, head }, follow);
    },
  };
}
