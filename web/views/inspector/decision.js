/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { Decided } from "./decided.js" */
/** @import { Take } from "./take.js" */
/** @import { MountView } from "./views.js" */
import { el } from "../../kit/dom.js";
import { decimal, exact, percent } from "../../kit/numbers.js";
import { mountDart } from "./dart.js";
import { filters, shares } from "./decided.js";
import { nameOf } from "./detail.js";
import { mountRules } from "./rules.js";
import { createTake } from "./take.js";

/**
 * How the next token is chosen: what each step does to the most probable tokens and to all others, the draw, and what
 * ends the run.
 *
 * @type {MountView}
 */
export function mountDecision({ strings: { out, tensor }, signal }) {
  const take = createTake(tensor, signal);
  const table = mountTable(out, take);
  const dart = mountDart(out, { take, signal });
  const rules = mountRules(out, take);
  const root = el("section", { class: "decision" }, table.root, dart.root, rules.root);
  let shown = "";

  return {
    above: root,
    show(now) {
      const { reading, state } = now;
      root.hidden = !reading;
      if (!reading) return;
      const decided = /** @type {Decided} */ (reading.own);
      if (reading.key !== shown) {
        const step = decided.position + 1 - state.pieces.length;
        const draw = state.of("decode.sample");
        const drawn = draw?.position === decided.position ? draw.detail.id : undefined;
        const token = state.tokens[step];
        table.show(decided, (token?.ahead ? undefined : token?.id) ?? drawn);
        root.dataset.stage = now.stage;
      }
      dart.show(decided, now);
      rules.show(decided.position, state);
      shown = reading.key;
    },
    paint: dart.paint,
    stand: dart.stand,
  };
}

/** @param {InspectorStrings["out"]} out @param {Take} take */
function mountTable(out, take) {
  const words = out.decision;
  const body = el("tbody");
  const columns = ["logit", ...filters, "left"];
  const head = columns.map((name) => el("th", { scope: "col", class: "figure", "data-column": name, text: /** @type {Record<string, string>} */ (words.columns)[name] }));
  const table = el("table", { class: "stage-table decision-table" }, el("caption", { class: "visually-hidden", text: words.title }), el("thead", {}, el("tr", {}, el("th", { scope: "col", text: out.token }), ...head)), body);
  const root = el("section", {}, take.head(el("h3", { text: words.title })), el("p", { class: "note", text: words.note }), el("div", { class: "stage-scroll", tabindex: 0, role: "region", "aria-label": words.title }, table));

  /** @param {number | null} value null: removed @param {number | null | undefined} before what it had before the step */
  function cell(value, before) {
    if (value === null) return el("td", { class: "figure removed" }, ...(before == null ? ["–"] : [el("s", { title: exact(before), text: percent(before) })]), el("span", { class: "visually-hidden", text: ` ${words.removed}` }));
    const td = el("td", { class: "figure share", title: exact(value), text: percent(value) });
    td.style.setProperty("--p", String(value));
    return td;
  }

  return {
    root,
    /** @param {Decided} decided @param {number | undefined} chosen id */
    show({ best, total, left }, chosen) {
      const steps = left.map((one) => one && shares(one, best));
      const [warm, k, p] = steps;
      const waits = () => el("td", { class: "figure", title: words.waits, text: "…" });
      const rows = best.map((one, i) => {
        const name = el("th", { scope: "row" }, nameOf(one), ...(one.id === chosen ? [el("span", { class: "lens-mark", text: words.chosen })] : []));
        const [t, of, kept] = [warm?.of[i], k?.of[i], p?.of[i]];
        return el(
          "tr",
          { class: one.id === chosen ? "chosen" : null },
          name,
          el("td", { class: "figure", title: exact(one.logit), text: decimal(one.logit).trim() }),
          t === undefined ? waits() : cell(t, one.probability),
          of === undefined ? waits() : cell(of, t),
          kept === undefined ? waits() : cell(kept === null ? null : (of ?? null), of),
          kept === undefined ? waits() : cell(kept, null),
        );
      });
      /** @param {(typeof steps)[0]} step @param {number | undefined} share what they have, where it is not that of the step */
      const others = (step, share = step?.others) => {
        if (!step) return waits();
        const td = el("td", { class: "figure share", title: exact(share ?? 0) }, percent(share ?? 0), el("span", { class: "lens-mark", text: words.keeps(step.count) }));
        td.style.setProperty("--p", String(Math.min(1, share ?? 0)));
        return td;
      };
      const before = p && k && left[1] && left[2] ? keptBefore(left[1], left[2], best) : undefined;
      const rest = total - best.length;
      body.replaceChildren(...rows, ...(rest > 0 ? [el("tr", { class: "others" }, el("th", { scope: "row", text: words.others(rest) }), el("td"), others(warm), others(k), others(p, before), others(p))] : []));
    },
  };
}

/**
 * What the tokens that a step keeps had before it, without some of them.
 *
 * @param {import("./decided.js").Left} before
 * @param {import("./decided.js").Left} after
 * @param {{ id: number }[]} some
 */
function keptBefore(before, after, some) {
  const left = new Set(some.map(({ id }) => id));
  const kept = new Set(after.ids);
  let sum = 0;
  for (let i = 0; i < before.ids.length; i++) if (kept.has(before.ids[i]) && !left.has(before.ids[i])) sum += before.probabilities[i];
  return sum;
}
