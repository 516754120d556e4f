/** @import { Candidates } from "../../vitrine.d.ts" */
/** @import { MountView, Now, ReadView } from "./views.js" */
import { el } from "../../kit/dom.js";
import { count, decimal, exact, fixed, percent } from "../../kit/numbers.js";
import { messageOf } from "../../kit/text.js";
import { nameOf } from "./detail.js";
import { hide } from "./hide.js";
import { createPulls } from "./pulls.js";
import { createTake } from "./take.js";

const FIRST = 20; // rows at first
const MOST = 1000; // that the engine gives at a time

/** @typedef {Candidates & { position: number }} Page with the position that was asked about */

/** @type {ReadView} */
export const readPage = async ({ start, rows }, run) => {
  const position = start + rows - 1;
  return { ...(await run.candidates({ position, count: FIRST })), position };
};

/**
 * The distribution: how open it is, its most probable tokens with what all others have, and a search among all of them.
 *
 * @type {MountView}
 */
export function mountRanking({ strings: { out, tensor }, signal }) {
  const words = out.ranking;
  const facts = el("dl", { class: "stage-facts", "aria-label": words.title });
  const search = el("input", { type: "search", class: "ranking-search", "aria-label": words.search, placeholder: words.searchHint, autocomplete: "off", spellcheck: "false" });
  const found = el("p", { class: "note", role: "status", hidden: true });
  const body = el("tbody");
  const head = [out.rank, out.token, out.id, out.logit, out.probability].map((text, i) => el("th", { scope: "col", class: i === 1 ? null : "figure", text }));
  const table = el("table", { class: "stage-table ranking-table" }, el("caption", { class: "visually-hidden", text: words.title }), el("thead", {}, el("tr", {}, ...head)), body);
  const more = el("button", { type: "button", class: "quiet", text: words.more });
  const scroll = el("div", { class: "stage-scroll", tabindex: 0, role: "region", "aria-label": words.title }, table);
  const root = el("section", { class: "ranking" }, createTake(tensor, signal).head(el("h3", { text: words.title })), facts, el("label", { class: "ranking-field" }, el("span", { text: words.search }), search), found, scroll, more);
  const pulls = createPulls({ answer: show, failure: (error) => tell(messageOf(error)), waiting: () => {} }, signal);
  /** @type {Now | null} */
  let now = null;
  let [shown, rows] = ["", FIRST];
  /** @type {Page | null} */
  let page = null;

  search.addEventListener("input", () => ((rows = FIRST), ask()), { signal });
  search.addEventListener("keydown", (event) => event.key === "Escape" && search.value && event.stopPropagation(), { signal });
  more.addEventListener("click", () => ((rows = Math.min(MOST, 2 * rows)), ask()), { signal });

  /** @param {string} text */
  function tell(text) {
    found.textContent = text;
    found.hidden = text === "";
  }

  function ask() {
    const [run, position] = [now?.run, page?.position];
    if (!run || position === undefined) return;
    const text = search.value;
    pulls.want(JSON.stringify([shown, text, rows]), async () => ({ ...(await run.candidates({ position, search: text, count: rows })), position }));
  }

  /** @param {Page} answer */
  function show(answer) {
    page = answer;
    const { total, sum, entropy, perplexity, rows: best } = answer;
    facts.replaceChildren(
      el("dt", { text: words.entropy }), el("dd", { title: exact(entropy), text: words.entropyOf(fixed(entropy, 3), fixed(entropy / Math.LN2, 3)) }),
      el("dt", { text: words.perplexity }), el("dd", { title: exact(perplexity), text: words.perplexityOf(fixed(perplexity, 2)) }),
    );
    const others = total - best.length;
    const left = sum - best.reduce((all, { probability }) => all + probability, 0);
    tell(search.value ? words.found(total, percent(sum)) : "");
    body.replaceChildren(
      ...best.map((one) => rowOf([count(one.rank + 1), nameOf(one), String(one.id)], one.logit, one.probability)),
      ...(others > 0 ? [rowOf(["", words.others(others), ""], null, Math.max(0, left))] : []),
    );
    hide(more, others === 0 || best.length >= MOST);
    scroll.hidden = total === 0;
  }

  /** @param {string[]} cells @param {number | null} logit @param {number} probability */
  function rowOf([rank, name, id], logit, probability) {
    const share = el("td", { class: "figure share", title: exact(probability), text: percent(probability) });
    share.style.setProperty("--p", String(Math.min(1, probability)));
    return el("tr", { class: logit === null ? "others" : null }, el("td", { class: "figure", text: rank }), el("td", { text: name }), el("td", { class: "figure", text: id }), el("td", { class: "figure", title: logit === null ? null : exact(logit), text: logit === null ? "" : decimal(logit).trim() }), share);
  }

  return {
    above: root,
    show(next) {
      now = next;
      root.hidden = !next.reading;
      more.ariaDisabled = String(!next.run);
      if (!next.reading || next.reading.key === shown) return;
      shown = next.reading.key;
      pulls.forget();
      show(/** @type {Page} */ (next.reading.own));
      if (search.value || rows > FIRST) ask();
    },
  };
}
