/** @import { Candidate, Switch } from "../vitrine.d.ts" */
/** @import { ControlStrings } from "../i18n/control-en.js" */
/** @import { Branch } from "../run/branches.js" */
import { sharedLength } from "../run/branches.js";
import { same } from "../run/switched.js";
import { exact, percent } from "../kit/numbers.js";
import { fill, named } from "../kit/chip.js";
import { el, send } from "../kit/dom.js";
import { iconButton } from "../kit/icons.js";

/** @typedef {{ top: Candidate[], restProbability: number }} Distribution */
/** @typedef {{ name: string, token: { id: number, piece: string, bytes?: number[], probability: number } }} Taken which branch took which token */

/**
 * Two branches side by side: their texts, with the tokens from where they part set off, and the top of the distributions
 * there: the one that both drew from, or one for each where they switch other parts of the model, and those that follow.
 * Sends "branch" { do: "compare", id: -1 } when it is closed.
 *
 * @param {HTMLElement} root
 * @param {{ strings: ControlStrings["branches"], ask: (ids: number[], switches: readonly Switch[]) => Promise<Distribution>, signal: AbortSignal }} options
 *   `ask` gives the distribution of the token after these of the run, with parts of the model switched; the engine computes it
 */
export function mountCompare(root, { strings, ask, signal }) {
  const title = el("h3", { id: "compare-title" });
  const close = iconButton("close", strings.closeCompare);
  const body = el("div", { class: "compare" });
  root.append(el("div", { class: "drawer-head" }, title, close), body);
  root.setAttribute("role", "group");
  root.setAttribute("aria-labelledby", "compare-title");
  root.hidden = true;
  close.addEventListener("click", () => send(root, "branch", { do: "compare", id: -1 }), { signal });
  let shown = ""; // what is compared
  let asked = 0;

  /** @param {{ name: string, branch: Branch }[]} pair */
  async function draw(pair) {
    const question = ++asked;
    const [a, b] = pair;
    const at = sharedLength(a.branch.tokens, b.branch.tokens);
    const parted = at < a.branch.tokens.length && at < b.branch.tokens.length;
    title.textContent = strings.compared(a.name, b.name);
    const texts = pair.map(({ name, branch }) => el("div", { class: "compare-side" }, el("h4", { text: name }), textOf(branch, at)));
    const one = same(a.branch.switches, b.branch.switches);
    const there = (one ? [a] : pair).map(() => el("section", { class: "compare-shared" }));
    const after = pair.map(() => el("section", { class: "compare-after" }));
    body.toggleAttribute("data-two", !one);
    body.replaceChildren(el("div", { class: "compare-texts" }, ...texts), el("p", { class: "compare-at", text: parted ? strings.partAt(at + 1) : strings.same }), ...there, ...after);
    if (!parted) return;
    const ids = (/** @type {Branch} */ { tokens }, /** @type {number} */ end) => tokens.slice(0, end).map(({ id }) => id);
    const taken = pair.map(({ name, branch }) => ({ name, token: branch.tokens[at] }));
    const places = [
      ...there.map((place, i) => ({
        place,
        head: one ? strings.at(at + 1) : strings.of(at + 1, pair[i].name),
        ids: ids(a.branch, at),
        switches: pair[i].branch.switches,
        taken: one ? taken : [taken[i]],
      })),
      ...pair.map(({ name, branch }, i) => ({
        place: after[i],
        head: strings.after(at + 2, name),
        ids: ids(branch, at + 1),
        switches: branch.switches,
        taken: branch.tokens[at + 1] ? [{ name, token: branch.tokens[at + 1] }] : [],
      })),
    ];
    for (const { place, head } of places) place.append(el("h4", { text: head }), el("p", { class: "hint", text: strings.waiting }));
    for (const { place, ids, switches, taken } of places) {
      try {
        const answer = await ask(ids, switches);
        if (question !== asked) return;
        place.lastElementChild?.replaceWith(table(answer, taken));
      } catch (error) {
        if (question === asked) send(root, "controlfailure", error);
        return;
      }
    }
  }

  /** @param {Branch} branch @param {number} at */
  function textOf({ tokens }, at) {
    const flow = el("p", { class: "flow", dir: "auto" });
    for (const [step, { text, piece }] of tokens.entries()) {
      const span = el("span", { class: step < at ? "same" : step === at ? "parting" : "own" });
      fill(span, text || piece);
      flow.append(span);
    }
    return flow;
  }

  /** @param {Distribution} distribution @param {Taken[]} taken */
  function table({ top, restProbability }, taken) {
    const list = el("ol", { class: "compare-top" });
    for (const { id, text, bytes, probability } of top) list.append(row({ text, bytes }, probability, id, taken));
    list.append(el("li", { class: "compare-rest" }, el("span", { text: strings.rest }), el("span", { class: "token-share", text: percent(restProbability), title: exact(restProbability) })));
    const others = new Map(taken.map(({ token }) => [token.id, token]));
    for (const { id } of top) others.delete(id);
    for (const { id, piece, bytes, probability } of others.values()) list.append(row({ text: piece, bytes }, probability, id, taken));
    return list;
  }

  /** @param {{ text: string, bytes?: number[] }} token @param {number} probability @param {number} id @param {Taken[]} taken */
  function row(token, probability, id, taken) {
    const names = taken.filter(({ token }) => token.id === id).map(({ name }) => name).join(", ");
    const item = el("li", {}, named(token), el("span", { class: "token-share", text: percent(probability), title: exact(probability) }), el("span", { class: "compare-taken", text: names ? strings.taken(names) : "" }));
    item.style.setProperty("--p", String(probability));
    return item;
  }

  return {
    /** @param {{ name: string, branch: Branch }[] | null} pair null: nothing is compared */
    show(pair) {
      root.hidden = pair === null;
      const key = JSON.stringify(pair?.map(({ name, branch }) => [name, branch.switches, branch.tokens.map(({ id }) => id)]) ?? null);
      if (key === shown) return;
      shown = key;
      if (pair) draw(pair);
      else asked++;
    },
  };
}
