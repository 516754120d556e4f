/** @import { Cost, StageName } from "../../vitrine.d.ts" */
/** @import { CostStrings } from "../../i18n/inspector-beside-en.js" */
/** @import { Beside } from "./beside.js" */
/** @import { Figure } from "./costs.js" */
/** @import { Take } from "./take.js" */
/** @import { Now } from "./views.js" */
import { el } from "../../kit/dom.js";
import { count, exact, short, significant } from "../../kit/numbers.js";
import { messageOf } from "../../kit/text.js";
import { mountCells } from "./cells.js";
import { drawChart, keyOf } from "./chart.js";
import { costOf, figures, spread } from "./costs.js";
import { momentOf } from "./moment.js";

/** Most steps that are measured. */
const STEPS = 16;

/** @typedef {{ position: number, cached: Cost, uncached: Cost }} Measured a step as the run did it, and one that reads all ids again */

/**
 * How the cost of a stage grows with the length of the sequence, as the run is and without the cache.
 *
 * @param {CostStrings} words
 * @param {{ engine: () => Now["engine"], nameOf: (stage: StageName | null) => string, take: Take, signal: AbortSignal }} options
 */
export function mountGrowth(words, { engine, nameOf, take, signal }) {
  const go = el("button", { type: "button", class: "secondary" });
  const bar = el("progress", { "aria-label": words.grow, hidden: true });
  const status = el("span", { role: "status" });
  const figure = el("select");
  for (const one of figures) figure.add(new Option(words.columns[one], one));
  const whole = el("select");
  whole.add(new Option("", "stage"));
  whole.add(new Option(words.wholeStep, "step"));
  const chart = el("figure", { class: "cost-chart" });
  const cells = mountCells(words.grow, { keys: words.keys, signal });
  const picked = el("div", { class: "sweep-tools" }, el("label", {}, el("span", { text: words.figure }), figure), el("label", {}, el("span", { text: words.of }), whole));
  const results = el("div", { class: "sweep-results", hidden: true }, picked, chart, cells.root);
  const root = el("section", { class: "growth" }, take.head(el("h3", { text: words.grow })), el("p", { class: "note", text: words.growWhat }), el("div", { class: "sweep-tools" }, go, bar, status), results);
  /** @type {Beside | null} */
  let now = null;
  /** @type {Measured[]} */
  let measured = [];
  let moment = ""; // of what is shown
  let turn = 0; // of the reading under way; 0: none
  let turns = 0;

  go.addEventListener("click", () => (turn ? stop() : begin()), { signal });
  for (const select of [figure, whole]) select.addEventListener("change", draw, { signal });
  signal.addEventListener("abort", stop);

  function stop() {
    turn = 0;
    stand();
  }

  async function begin() {
    const [of, made] = [now, engine()];
    if (!of?.run || !of.stands || !made) return;
    const mine = (turn = ++turns);
    const goes = () => turn === mine && !signal.aborted;
    const { run } = of;
    const ids = [...of.state.pieces, ...of.state.tokens].map(({ id }) => id);
    measured = [];
    try {
      const last = await run.cost();
      const positions = spread(of.state.pieces.length - 1, last.position, STEPS);
      [bar.value, bar.max] = [0, positions.length];
      stand();
      for (const position of positions) {
        if (!goes()) return;
        const cached = await run.cost({ position });
        const uncached = await without(made, ids.slice(0, position + 1), run.switches);
        if (!goes()) return;
        measured = [...measured, { position, cached, uncached }];
        bar.value = measured.length;
        status.textContent = words.progress(measured.length, positions.length);
        draw();
      }
    } catch (error) {
      if (goes()) status.textContent = words.failed(messageOf(error));
    } finally {
      if (turn === mine) stop();
    }
  }

  function draw() {
    results.hidden = measured.length === 0;
    if (!now || results.hidden) return;
    const stage = whole.value === "step" ? null : now.stage;
    whole.options[0].text = nameOf(now.stage);
    const one = /** @type {Figure} */ (figure.value);
    const series = /** @type {const} */ (["cached", "uncached"]).map((kind) => ({ name: words[kind], ys: measured.map((step) => costOf(step[kind], stage)[one]) }));
    const xs = measured.map(({ position }) => position + 1);
    const label = words.chart(words.columns[one], nameOf(stage));
    const say = (/** @type {number} */ y) => (one === "ms" ? significant(y, 3) : count(y));
    const most = Math.max(...series.flatMap(({ ys }) => ys), 0);
    chart.replaceChildren(
      el("figcaption", { text: label }),
      drawChart({ label, x: words.length, y: words.columns[one], xs, series, write: short, title: (i, n) => `${series[n].name}, ${words.at(xs[i])}: ${exact(series[n].ys[i])}` }),
      keyOf(series.map(({ name }) => name)),
    );
    cells.show(xs.map(words.at), series.map(({ name }) => name), series.map(({ name, ys }) => ys.map((y, i) => ({ text: say(y), tint: most > 0 ? y / most : 0, read: { value: exact(y), where: [name, words.at(xs[i])] } }))), xs.length - 1);
  }

  function stand() {
    const on = now?.stands ?? false;
    go.textContent = turn ? words.stop : words.begin;
    go.ariaDisabled = String(!on);
    go.title = on ? "" : words.stands;
    bar.hidden = !turn;
  }

  return {
    root,
    stop,
    /** @param {Beside} next */
    show(next) {
      const other = next.stage !== now?.stage;
      const of = momentOf(next, Infinity);
      now = next;
      if (of !== moment) {
        [moment, measured, status.textContent] = [of, [], ""];
        stop();
        draw();
      }
      stand();
      if (other) draw();
    },
  };
}

/**
 * The cost of a step that reads all ids.
 *
 * @param {NonNullable<Now["engine"]>} engine
 * @param {number[]} ids
 * @param {import("../../vitrine.d.ts").Switch[]} switches
 */
async function without(engine, ids, switches) {
  const run = engine.generate(ids, { maxTokens: 1, stages: false, cache: false, switches });
  try {
    await run.result;
    return await run.cost();
  } finally {
    run.close();
  }
}
