/** @import { EngineInfo, StageName, Sweep } from "../../vitrine.d.ts" */
/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { Beside } from "./beside.js" */
/** @import { Palette } from "./palette.js" */
/** @import { Cell } from "./picture.js" */
/** @import { Known } from "./sweep-results.js" */
import { el, send } from "../../kit/dom.js";
import { messageOf } from "../../kit/text.js";
import { hide } from "./hide.js";
import { momentOf } from "./moment.js";
import { mountSweepResults } from "./sweep-results.js";

/** @typedef {Sweep["what"]} What */

/** Where it is offered, and what of. @type {Partial<Record<StageName, What>>} */
const offered = {
  layers: "head", attention: "head", "attention.qkv": "head", "attention.scores": "head", "attention.scale": "head", "attention.mask": "head", "attention.mix": "head",
  residual1: "attention", mlp: "mlp", residual2: "mlp",
};

/**
 * A sweep: each head, or each layer's attention or MLP, switched off in turn, as maps of the effect. A press on a cell goes
 * there: it sends "place" { stage, layer } and "head" { head }.
 *
 * @param {InspectorStrings} strings
 * @param {{ palette: Palette, signal: AbortSignal }} options
 */
export function mountSweep({ sweep: words, tensor }, { palette, signal }) {
  const part = el("select");
  for (const [value, text] of Object.entries(words.parts)) part.add(new Option(text, value));
  const go = el("button", { type: "button", class: "secondary" });
  const bar = el("progress", { "aria-label": words.title, hidden: true });
  const status = el("span", { role: "status" });
  const results = mountSweepResults({ sweep: words, tensor }, { palette, act, signal });
  const root = el(
    "section",
    { class: "sweep", hidden: true, "aria-label": words.title },
    el("h3", { text: words.title }), el("p", { class: "note", text: words.what }),
    el("div", { class: "sweep-tools" }, el("label", {}, el("span", { text: words.part }), part), go, bar, status),
    results.root,
  );
  /** @type {Beside | null} */
  let now = null;
  let moment = ""; // of what is shown
  let chosen = false; // the part, by somebody
  /** @type {AbortController | null} */
  let under = null; // way
  /** @type {Known} */
  let known = { what: "head", effects: [], final: null, token: "" };

  part.addEventListener("change", () => ((chosen = true), stop(), forget()), { signal });
  go.addEventListener("click", () => (under ? stop() : begin()), { signal });
  signal.addEventListener("abort", stop);

  /** @param {Cell} cell */
  function act({ row, column }) {
    const stage = now?.stage ?? "attention";
    const { what } = known;
    const there = what !== "head" ? (what === "mlp" ? "mlp" : "attention") : stage.startsWith("attention.") ? stage : "attention.mask";
    send(root, "place", { stage: there, layer: row });
    if (what === "head") send(root, "head", { head: column });
  }

  function stop() {
    under?.abort();
  }

  function forget() {
    known = { ...known, effects: [], final: null };
    status.textContent = "";
    draw();
  }

  async function begin() {
    const of = now;
    if (!of?.run || !of.place || !of.stands) return;
    const [mine, position, what] = [new AbortController(), of.place.start + of.place.rows - 1, /** @type {What} */ (part.value)];
    under = mine;
    const mineKnown = (known = { what, effects: [], final: null, token: of.text(position) });
    tell(0, 1);
    try {
      await of.run.sweep({
        what, position, signal: mine.signal,
        onProgress({ done, total, final, effect }) {
          if (known !== mineKnown) return;
          known.effects.push(effect);
          known.final = final;
          tell(done, total);
          draw();
        },
      });
      if (known === mineKnown) status.textContent = "";
    } catch (error) {
      if (known === mineKnown) status.textContent = mine.signal.aborted ? words.stopped(known.effects.length, bar.max) : words.failed(messageOf(error));
    }
    if (under === mine) under = null;
    if (!signal.aborted) draw();
  }

  /** @param {number} done @param {number} of */
  function tell(done, of) {
    [bar.value, bar.max] = [done, of];
    status.textContent = done ? words.progress(done, of) : "";
    draw();
  }

  function draw() {
    go.textContent = under ? words.stop : words.begin;
    bar.hidden = !under;
    stand();
    results.show(known, { info: /** @type {EngineInfo | undefined} */ (now?.info), layer: now?.place?.layer ?? 0 });
  }

  function stand() {
    const on = now?.stands ?? false;
    go.ariaDisabled = String(!on);
    go.title = on ? "" : words.stands;
  }

  return {
    root,
    /** The machine does not stand any more. */
    rest() {
      stop();
      if (now) now = { ...now, stands: false };
      stand();
    },
    /** @param {Beside} next */
    show(next) {
      now = next;
      const what = offered[next.stage];
      hide(root, !what || !next.place || !next.run);
      if (!what || root.hidden) return stop();
      if (!chosen && known.effects.length === 0 && !under) part.value = what;
      const of = momentOf(next);
      if (of !== moment) {
        moment = of;
        stop();
        forget();
      }
      stand();
    },
    paint: results.paint,
  };
}
