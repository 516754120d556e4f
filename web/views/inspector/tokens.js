/** @import { MergedPiece } from "../../vitrine.d.ts" */
/** @import { Answered, MountView } from "./views.js" */
import { fill } from "../../kit/chip.js";
import { el } from "../../kit/dom.js";
import { count } from "../../kit/numbers.js";
import { hex, quote } from "../../kit/text.js";
import { mountExport } from "./export.js";
import { createSheet } from "./export-sheet.js";
import { statesOf } from "./tokens-merges.js";

const decoder = new TextDecoder();

/** Bytes as a name: their text where they are whole characters. @param {Uint8Array} bytes */
function nameOf(bytes) {
  const text = decoder.decode(bytes);
  return text.includes("\uFFFD") ? `‹${hex(bytes)}›` : quote(text);
}

/**
 * The pieces of the prompt, and of one of them the merges in the order in which they were applied. A piece is chosen by a
 * click or by arrow keys.
 *
 * @type {MountView}
 */
export function mountTokens({ strings: { tokens: strings, tensor }, signal }) {
  const head = [strings.step, strings.rank, strings.joins, strings.then];
  const list = el("div", { class: "pieces", role: "radiogroup", "aria-label": strings.pieces });
  const title = el("h3");
  const taken = mountExport({ strings: tensor, name: () => title.textContent ?? "", table, drawing, signal });
  const what = el("p", { class: "note" });
  const steps = el("table", { class: "stage-table merges" });
  const ladder = el("section", { class: "ladder", hidden: true }, el("div", { class: "tensor-head" }, title, taken.root), what, el("div", { class: "stage-scroll", tabindex: 0, role: "region", "aria-label": strings.merges }, steps));
  const above = el("section", { class: "tokens-view", hidden: true }, el("h3", { text: strings.pieces }), list, ladder);
  /** @type {MergedPiece[]} */
  let pieces = [];
  let chosen = 0;
  let asked = "";

  list.addEventListener("click", ({ target }) => choose(Number((target instanceof Element ? target.closest("button") : null)?.dataset.piece ?? chosen)), { signal });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    choose(Math.max(0, Math.min(pieces.length - 1, chosen + step)));
    /** @type {HTMLElement | undefined} */ (list.children[chosen])?.focus();
  }, { signal });

  /** @param {number} to */
  function choose(to) {
    chosen = to;
    for (const [i, button] of [...list.children].entries()) {
      button.ariaChecked = String(i === chosen);
      /** @type {HTMLElement} */ (button).tabIndex = i === chosen ? 0 : -1;
    }
    draw();
  }

  /** @param {Uint8Array} bytes @param {boolean} made */
  function chipOf(bytes, made) {
    const chip = el("span", { class: made ? "merge-token made" : "merge-token" });
    const text = decoder.decode(bytes);
    if (text.includes("\uFFFD")) chip.textContent = hex(bytes);
    else fill(chip, text);
    return chip;
  }

  function draw() {
    const piece = pieces[chosen];
    ladder.hidden = !piece;
    if (!piece) return;
    taken.renew();
    title.textContent = strings.mergesOf(quote(piece.text));
    what.textContent = piece.whole ? strings.whole : strings.summary(piece.bytes.length, piece.merges.length, piece.ids.length);
    const begin = piece.whole ? "" : strings.bytes;
    const rows = merges().map(({ tokens, made, rank, joined }, i) =>
      el("tr", {}, el("th", { scope: "row", text: String(i) }), el("td", { class: "figure", text: rank === null ? "" : count(rank) }), el("td", { text: joined || begin }), el("td", {}, ...tokens.map((bytes, j) => chipOf(bytes, j === made)))));
    steps.replaceChildren(el("caption", { class: "visually-hidden", text: strings.merges }), el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col", text })))), el("tbody", {}, ...rows));
  }

  /** The tokens of the chosen piece before its merges, which joined nothing, and after each. */
  function merges() {
    const piece = pieces[chosen];
    const states = statesOf(piece);
    return states.map(({ tokens, made }, i) => ({ tokens, made, rank: piece.merges[i - 1]?.rank ?? null, joined: i ? states[i - 1].tokens.slice(made, made + 2).map(nameOf).join(" + ") : "" }));
  }

  function table() {
    return [head, ...merges().map(({ tokens, rank, joined }, i) => [String(i), rank === null ? "" : String(rank), joined, tokens.map(nameOf).join(" ")])];
  }

  function drawing() {
    const sheet = createSheet(above, { title: title.textContent ?? "", lines: [what.textContent ?? ""] });
    const widths = [40, 70, 180];
    table().forEach((cells, line) => {
      let x = 0;
      for (const [i, text] of cells.entries()) {
        sheet.write(text, x, 20 * line + 12, { strong: line === 0, mono: line > 0 });
        x += widths[i] ?? 0;
      }
    });
    return sheet.finish();
  }

  /** @param {Answered} now */
  async function ask({ state, engine }) {
    const text = /** @type {{ detail: { text: string } } | undefined} */ (state.of("prompt"))?.detail.text ?? "";
    const key = `${state.number} ${text}`;
    if (key === asked || !engine) return;
    asked = key;
    const answer = await engine.merges(text).catch(() => null);
    if (!answer) asked = "";
    if (!answer || signal.aborted || asked !== key) return;
    pieces = answer;
    const buttons = pieces.map((piece, i) => {
      const button = el("button", { type: "button", role: "radio", class: "piece", "data-piece": i, "aria-label": strings.piece(quote(piece.text), piece.ids.length), title: `${quote(piece.text)}\n${hex(piece.bytes)}\n${piece.ids.join(" ")}` });
      fill(button, piece.text);
      if (piece.ids.length > 1) button.append(el("sup", { text: String(piece.ids.length) }));
      return button;
    });
    list.replaceChildren(...buttons);
    above.hidden = pieces.length === 0;
    const most = pieces.reduce((best, piece, i) => (piece.merges.length > pieces[best].merges.length ? i : best), 0);
    if (pieces.length) choose(most);
  }

  return { above, answer: (now) => void ask(now) };
}
