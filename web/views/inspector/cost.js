/** @import { Cost, StageName } from "../../vitrine.d.ts" */
/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { StageStrings } from "../../i18n/stages-en.js" */
/** @import { Beside } from "./beside.js" */
/** @import { Take } from "./take.js" */
/** @import { Now } from "./views.js" */
import { el } from "../../kit/dom.js";
import { count, exact, significant } from "../../kit/numbers.js";
import { messageOf } from "../../kit/text.js";
import { stages as known } from "../../run/stages.js";
import { costOf, figures, stagesOf } from "./costs.js";
import { mountGrowth } from "./growth.js";
import { hide } from "./hide.js";
import { momentOf } from "./moment.js";

/** Whether a step's cost is that of a stage, or tells of it. @param {StageName} stage */
const offers = (stage) => (known[stage].order >= known.embed.order && known[stage].order <= known["decode.sample"].order) || stage === "loop" || stage === "generation";

/**
 * What the step takes, stage by stage, and how that grows.
 *
 * @param {InspectorStrings} strings
 * @param {{ stages: StageStrings, engine: () => Now["engine"], take: Take, signal: AbortSignal }} options
 */
export function mountCost({ cost: words }, { stages, engine, take, signal }) {
  const nameOf = (/** @type {StageName | null} */ stage) => (stage === null || stage === "loop" || stage === "generation" ? words.wholeStep : stages[stage].long);
  const title = el("h3", { text: words.title });
  const measure = el("button", { type: "button", class: "secondary", text: words.measure });
  const status = el("span", { role: "status" });
  const step = el("p", { class: "note" });
  const table = el("table", { class: "stage-table cost-table" });
  const result = el("div", { class: "sweep-results", hidden: true }, step, el("div", { class: "stage-scroll", tabindex: 0, role: "region", "aria-label": words.title }, table));
  const growth = mountGrowth(words, { engine, nameOf, take, signal });
  const root = el("details", { class: "cost" }, el("summary", {}, title), take.apart(title), el("p", { class: "note", text: words.what }), el("div", { class: "sweep-tools" }, measure, status), result, growth.root);
  /** @type {Beside | null} */
  let now = null;
  /** @type {Cost | null} */
  let cost = null;
  let moment = "";
  let drawn = "";
  let busy = false;

  measure.addEventListener("click", onMeasure, { signal });

  async function onMeasure() {
    const of = now;
    if (!of?.run || !of.stands || busy) return;
    const mine = moment;
    busy = true;
    status.textContent = words.measuring;
    try {
      const answer = await of.run.cost(of.place ? { position: of.place.start + of.place.rows - 1 } : {});
      if (mine !== moment || signal.aborted) return;
      cost = answer;
      status.textContent = "";
      draw();
    } catch (error) {
      if (mine === moment) status.textContent = words.failed(messageOf(error));
    } finally {
      busy = false;
    }
  }

  function draw() {
    result.hidden = cost === null;
    if (!cost || !now) return;
    const { stage, text } = now;
    const inside = stagesOf(cost);
    const rows = inside.includes(stage) || !(known[stage].container && stage !== "generation") ? inside : [stage, ...inside];
    step.textContent = `${words.step(cost.position, text(cost.position), cost.tokens)} ${words.layers}`;
    const row = (/** @type {StageName | null} */ one) => {
      const its = costOf(/** @type {Cost} */ (cost), one);
      return el("tr", { class: one === null ? "total" : one === stage ? "chosen" : null }, el("th", { scope: "row", text: one === null ? words.total : stages[one].long }), ...figures.map((figure) => el("td", { class: "figure", title: exact(its[figure]), text: figure === "ms" ? significant(its[figure], 3) : count(its[figure]) })));
    };
    table.replaceChildren(
      el("caption", { class: "visually-hidden", text: words.title }),
      el("thead", {}, el("tr", {}, el("th", { scope: "col", text: words.stage }), ...figures.map((figure) => el("th", { scope: "col", class: "figure", text: words.columns[figure] })))),
      el("tbody", {}, ...[...rows, null].map(row)),
    );
  }

  function stand() {
    const on = now?.stands ?? false;
    measure.ariaDisabled = String(!on);
    measure.title = on ? "" : words.stands;
  }

  return {
    root,
    /** The machine does not stand any more. */
    rest() {
      growth.stop();
      if (now) now = { ...now, stands: false };
      stand();
    },
    /** @param {Beside} next */
    show(next) {
      now = next;
      hide(root, !offers(next.stage) || !next.run);
      if (root.hidden) return growth.stop();
      const of = momentOf(next);
      if (of !== moment) {
        [moment, cost] = [of, null];
        status.textContent = "";
        draw();
      }
      growth.show(next);
      stand();
      if (drawn !== next.stage) draw();
      drawn = next.stage;
    },
  };
}
