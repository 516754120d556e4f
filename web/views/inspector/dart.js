/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { Decided } from "./decided.js" */
/** @import { Line } from "./draw.js" */
/** @import { Asks } from "./reading.js" */
/** @import { Take } from "./take.js" */
/** @import { Now } from "./views.js" */
import { el, send } from "../../kit/dom.js";
import { exact, fixed, percent } from "../../kit/numbers.js";
import { learn } from "./decided.js";
import { nameOf } from "./detail.js";
import { lineOf, pick, reach } from "./draw.js";
import { hide } from "./hide.js";
import { paintLine } from "./line.js";

const STEPS = 1000; // of the slider

/**
 * The draw: the tokens that are left on a line, and the random number on it, which can be moved. The run stays as it is
 * until the token is taken: sends "choose" { position, id }, and "goto" Where for the draw of another step.
 *
 * @param {InspectorStrings["out"]} out
 * @param {{ take: Take, signal: AbortSignal }} options
 */
export function mountDart(out, { take: takes, signal }) {
  const words = out.dart;
  const note = el("p", { class: "note", text: words.note });
  const canvas = el("canvas", { class: "dart-line", "aria-hidden": "true" });
  const slider = el("input", { type: "range", class: "dart-slider", min: 0, max: STEPS - 1, step: 1, "aria-label": words.label, "aria-description": words.keys });
  const seeded = el("p", { class: "dart-seeded" });
  const facts = el("dl", { class: "stage-facts" });
  const take = el("button", { type: "button", class: "secondary", text: words.take });
  const back = el("button", { type: "button", class: "quiet", text: words.back });
  const go = el("button", { type: "button", class: "quiet", text: words.go });
  const board = el("div", { class: "dart-board" }, canvas, slider);
  const root = el("section", { class: "dart" }, takes.head(el("h3", { text: words.title })), note, board, facts, seeded, el("div", { class: "dart-buttons" }, take, back, go));

  /** @type {Decided} */
  let decided;
  /** @type {Now} */
  let now;
  /** @type {Line | null} */
  let line = null;
  /** @type {number | null} what the seed gave; null where that is not known */
  let drawn = null;
  /** @type {number | null} where somebody has moved it */
  let moved = null;
  let told = "";
  let learning = false; // the name of a token

  const sizes = new ResizeObserver(() => line && paint());
  sizes.observe(board);
  signal.addEventListener("abort", () => sizes.disconnect());
  slider.addEventListener("input", () => ((moved = Number(slider.value) / STEPS), tell()), { signal });
  back.addEventListener("click", () => (slider.focus(), (moved = null), tell()), { signal });
  go.addEventListener("click", () => send(root, "goto", { position: decided.position, layer: -1, stage: "decode.sample" }), { signal });
  take.addEventListener("click", onTake, { signal });

  const random = () => moved ?? drawn ?? 0;

  function onTake() {
    if (line && take.ariaDisabled !== "true") send(root, "choose", { position: decided.position + 1, id: line.ids[pick(line, random())] });
  }

  /** Finds out the name of a token; one that is not found keeps its id. @param {number} id @param {Asks} run */
  async function findName(id, run) {
    const of = decided;
    learning = true;
    const found = await learn(of, id, run).catch(() => false);
    learning = false;
    if ((found || of !== decided) && !signal.aborted) tell();
  }

  function tell() {
    if (!line) return;
    const at = pick(line, random());
    const id = line.ids[at];
    const { from, to } = reach(line, at);
    const known = decided.known.get(id);
    const name = known ? nameOf(known) : `#${id}`;
    if (!known && now.run && !learning) findName(id, now.run);
    slider.value = String(Math.floor(random() * STEPS));
    slider.ariaValueText = words.said(exact(random()), name, percent(from), percent(to));
    const rows = [
      [moved === null && drawn !== null ? words.gave : words.would, name],
      [out.id, String(id)],
      [out.probability, exact(to - from)],
      [words.label, exact(random())],
      [words.interval, `${fixed(from, 4)} – ${fixed(to, 4)}`],
    ];
    facts.replaceChildren(...rows.flatMap(([term, value]) => [el("dt", { text: term }), el("dd", { text: value })]));
    hide(back, moved === null || drawn === null);
    stand(now.stands);
    paint();
  }

  /** @param {boolean} on whether the machine stands, and answers */
  function stand(on) {
    take.ariaDisabled = String(!on);
    take.title = on ? "" : words.stands;
  }

  function paint() {
    if (!line || canvas.clientWidth === 0) return;
    paintLine(canvas, line, { random: random(), drawn, name: (id) => { const one = decided.known.get(id); return one ? nameOf(one) : ""; } });
  }

  return {
    root,
    paint,
    stand,
    /** @param {Decided} next @param {Now} known */
    show(next, known) {
      const fresh = next !== decided;
      [decided, now] = [next, known];
      const left = decided.left[2];
      const event = now.state.of("decode.sample");
      const here = event?.position === decided.position ? event.detail : null;
      const token = now.state.tokens[decided.position + 1 - now.state.pieces.length];
      const key = JSON.stringify([here?.random, now.stands, token?.forced]);
      if (!fresh && key === told) return;
      told = key;
      if (fresh) [line, moved] = [left && lineOf(left.ids, left.probabilities), null];
      const greedy = here ? here.random < 0 : left?.ids.length === 1;
      drawn = here && !greedy ? here.random : null;
      const open = line !== null && !greedy;
      note.textContent = !line ? words.waits : greedy ? words.greedy : words.note;
      facts.hidden = !open;
      for (const part of [board, take, back]) hide(part, !open);
      hide(go, !open || drawn !== null);
      seeded.hidden = !open;
      seeded.textContent = [drawn === null ? words.unknown : words.seeded(exact(drawn)), ...(token?.forced ? [words.forced] : [])].join(" ");
      if (open) tell();
    },
  };
}
