/** @import { Redecoded, Run } from "../vitrine.d.ts" */
/** @import { RunState } from "../run/state.js" */
/** @import { ControlStrings } from "../i18n/control-en.js" */
import { count, exact, fixed, percent } from "../kit/numbers.js";
import { named } from "../kit/chip.js";
import { el, send } from "../kit/dom.js";

const names = /** @type {const} */ (["temperature", "topK", "topP"]);

/** @typedef {Record<typeof names[number], number>} Options */

/** Values that the slider of top-k has, below the size of the vocabulary; 0 keeps all and stands at its end. */
const ks = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 40, 50, 75, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000];

/**
 * The settings of decoding on the logits of the step where the machine stands: what each keeps and removes is shown while
 * a slider moves. Sends "redecode" with the settings and draw: true, and "controlfailure" with an error of `ask`.
 *
 * @param {HTMLElement} root
 * @param {{ strings: ControlStrings["redecode"], ask: (options: Parameters<Run["redecode"]>[0]) => Promise<Redecoded>, newSeed: () => number, signal: AbortSignal }} options
 */
export function mountRedecode(root, { strings, ask, newSeed, signal }) {
  const closed = el("p", { class: "hint", text: strings.closed });
  const list = el("ol", { class: "redecode-top", "aria-label": strings.left });
  const drawn = el("p", { class: "redecode-drawn", role: "status" });
  const draw = el("button", { type: "button", class: "secondary", text: strings.draw });
  const reset = el("button", { type: "button", class: "quiet", text: strings.reset });
  const sliders = names.map(slider);
  const body = el(
    "div",
    { class: "redecode" },
    el("div", { class: "redecode-sliders" }, el("p", { class: "hint", text: strings.hint }), ...sliders.map(({ row }) => row)),
    el("div", { class: "redecode-left" }, el("h3", { text: strings.left }), list, el("div", { class: "redecode-foot" }, draw, reset), drawn),
  );
  root.append(closed, body);
  /** @type {Options} */
  let started = { temperature: 1, topK: 0, topP: 1 };
  let vocabulary = 0;
  let place = ""; // the run and the ids whose logits these are, "" where it is closed
  let busy = false;
  let stale = false; // a slider moved while an answer was under way

  body.addEventListener("input", ask1, { signal });
  reset.addEventListener("click", () => (set(started), ask1()), { signal });
  draw.addEventListener("click", () => send(root, "redecode", { ...read(), seed: newSeed(), draw: true }), { signal });

  /** @param {typeof names[number]} name */
  function slider(name) {
    const limits = name === "temperature" ? { min: 0, max: 2, step: 0.05 } : name === "topP" ? { min: 0.01, max: 1, step: 0.01 } : { min: 0, max: ks.length, step: 1 };
    const input = el("input", { type: "range", id: `redecode-${name}`, name, ...limits });
    const value = el("output", { for: input.id, class: "redecode-value" });
    const share = el("span", { class: "redecode-share", "aria-hidden": "true" });
    const kept = el("span", { class: "redecode-kept" });
    const removed = el("span", { class: "redecode-removed" });
    const row = el("div", { class: "redecode-row", "data-name": name }, el("label", { for: input.id, text: strings[name] }), input, value, share, kept, removed);
    return { name, input, value, share, kept, removed, row };
  }

  const kValues = () => [...ks.filter((k) => k < vocabulary), 0];

  /** @returns {Options} */
  function read() {
    const [temperature, topK, topP] = sliders.map(({ input }) => Number(input.value));
    return { temperature, topK: kValues()[topK] ?? 0, topP };
  }

  /** @param {Options} options */
  function set(options) {
    const steps = kValues();
    const k = options.topK === 0 ? steps.length - 1 : steps.findIndex((step) => step === 0 || step >= options.topK);
    sliders[1].input.max = String(steps.length - 1);
    for (const [i, value] of [options.temperature, k, options.topP].entries()) sliders[i].input.value = String(value);
    tell();
  }

  function tell() {
    const { temperature, topK, topP } = read();
    const words = [temperature === 0 ? strings.greedy : fixed(temperature, 2), topK === 0 ? strings.all : count(topK), fixed(topP, 2)];
    for (const [i, { input, value }] of sliders.entries()) input.ariaValueText = value.textContent = words[i];
  }

  /** One question at a time, and the newest settings last. */
  async function ask1() {
    tell();
    if (busy) return void (stale = true);
    busy = true;
    try {
      do {
        stale = false;
        const asked = place;
        const answer = await ask(read());
        if (asked === place && !stale) show(answer);
      } while (stale && !body.hidden);
    } catch (error) {
      send(root, "controlfailure", error);
    } finally {
      busy = false;
    }
  }

  /** @param {Redecoded} answer */
  function show(answer) {
    for (const { name, share, kept, removed } of sliders) {
      const detail = answer[name];
      kept.textContent = strings.kept(detail.kept);
      removed.textContent = strings.removed(detail.removed, detail.removedProbability);
      share.style.setProperty("--kept", String(1 - detail.removedProbability));
    }
    list.replaceChildren(...answer.topP.top.map(({ text, bytes, probability }) => {
      const row = el("li", {}, named({ text, bytes }), el("span", { class: "token-share", text: percent(probability), title: exact(probability) }));
      row.style.setProperty("--p", String(probability));
      return row;
    }));
    if (answer.sample) showDraw(answer.sample);
  }

  /** @param {NonNullable<Redecoded["sample"]>} sample */
  function showDraw({ text, bytes, probability, random }) {
    drawn.replaceChildren(named({ text, bytes }), ` ${random < 0 ? strings.chosen : strings.drawn(percent(probability), exact(random))}`);
  }

  return {
    /** The answer to a draw that was asked for. @param {Redecoded} answer */
    drawn: show,
    /** @param {Pick<RunState, "number" | "phase" | "at" | "tokens" | "settings" | "info">} state */
    show({ number, phase, at, tokens, settings, info }) {
      const open = phase === "paused" && at !== null && at.stage.startsWith("decode");
      closed.hidden = open;
      body.hidden = !open;
      const now = open ? [number, ...tokens.slice(0, at.step).map(({ id }) => id)].join() : "";
      if (now === place) return;
      place = now;
      if (!open) return;
      vocabulary = info?.vocabulary ?? 0;
      if (settings) started = settings;
      drawn.replaceChildren();
      set(started);
      ask1();
    },
  };
}
