/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { Account, Cell } from "./attention-account.js" */
/** @import { Of, Parts } from "./attention-parts.js" */
/** @import { Palette } from "./palette.js" */
/** @import { Take } from "./take.js" */
/** @import { CellRead } from "./picture.js" */
import { el } from "../../kit/dom.js";
import { decimal } from "../../kit/numbers.js";
import { messageOf } from "../../kit/text.js";
import { accountOf } from "./attention-account.js";
import { paintStrip } from "./attention-map.js";
import { createParts } from "./attention-parts.js";
import { largest } from "./attention-sums.js";
import { masks } from "../../run/switched.js";
import { silent } from "./switches.js";
import { tableOf, tablesOf } from "./tables.js";

/**
 * How the cell that was read last came about: which row times which column, in numbers that add up.
 *
 * @param {{ strings: InspectorStrings["attention"]["account"], caption: string, palette: Palette, take: Take, signal: AbortSignal }} options
 */
export function mountExplain({ strings, caption, palette, take, signal }) {
  const title = el("h3", { text: strings.title });
  const body = el("div", { class: "explain-body" });
  const head = take.head(title);
  const taken = /** @type {HTMLElement} */ (head.lastElementChild);
  const root = el("section", { class: "explain", "aria-label": strings.title }, head, body);
  /** @type {Of & { key: string, size: number, heads: number, text: (position: number) => string } | null} */
  let of = null;
  /** @type {Parts | null} */
  let parts = null;
  /** @type {CellRead | null} */
  let cell = null;
  /** @type {Account | null} */
  let account = null;
  let open = false; // whether the terms are

  /** @param {Account} of */
  function stripsOf({ strips }) {
    return strips.map(({ name, values, group }) => {
      const limit = Math.max(...strips.filter((one) => one.group === group).map((one) => largest(one.values)));
      const signed = Array.from(values).some((x) => x < 0);
      const canvas = el("canvas", { class: "explain-strip", "aria-hidden": "true" });
      paintStrip(canvas, values, { palette, limit, signed });
      return el("div", { class: "explain-row" }, el("span", { text: name }), el("span", { class: "explain-scale", text: strings.scale(decimal(limit).trim(), signed) }), canvas);
    });
  }

  /** All terms, which are set when they are opened. @param {NonNullable<Account["terms"]>} list */
  function termsOf(list) {
    const root = el("details", { open }, el("summary", { text: list.title }), ...(open ? [tableOf(list)] : []));
    root.addEventListener("toggle", () => {
      open = root.open;
      if (open && root.childElementCount === 1) root.append(tableOf(list));
    });
    return root;
  }

  function draw() {
    taken.hidden = account === null;
    if (!account) {
      title.textContent = strings.title;
      return body.replaceChildren(el("p", { class: "note", text: strings.hint }));
    }
    title.textContent = account.title;
    const terms = account.terms && termsOf(account.terms);
    body.replaceChildren(
      el("p", { class: "explain-formula", text: account.formula }),
      ...stripsOf(account),
      ...tablesOf({ facts: account.facts, lists: [] }, caption),
      el("p", { class: "note", text: account.note }),
      ...(terms ? [terms] : []),
    );
  }

  async function read() {
    const [its, known] = [cell, of];
    if (!its || !known || !parts) return;
    if (its.number === null) {
      account = { title: strings.maskTitle(known.text(its.row), known.text(its.column)), formula: strings.masked(its.row, its.column), strips: [], facts: [], terms: null, note: strings.maskNote };
      return draw();
    }
    try {
      const counted = await accountOf(/** @type {Cell} */ (its), parts, { strings, text: known.text, size: known.size, seen: masks(known.run.switches) ? its.row + 1 : known.place.start + known.place.rows, off: silent(known.run.switches, known.place.layer, known.heads) });
      if (signal.aborted || cell !== its || of?.key !== known.key) return;
      account = counted;
      draw();
    } catch (error) {
      if (!signal.aborted && cell === its) body.replaceChildren(el("p", { class: "note", text: strings.failed(messageOf(error)) }));
    }
  }

  draw();
  return {
    root,
    /** @param {CellRead} next */
    read(next) {
      if (cell && cell.tensor === next.tensor && cell.row === next.row && cell.column === next.column && cell.number === next.number) return;
      cell = next;
      read();
    },
    /** @param {Of} now @param {{ size: number, heads: number, text: (position: number) => string }} known */
    show(now, { size, heads, text }) {
      const { stage, layer, head, start, rows } = now.place;
      const key = JSON.stringify([now.version, stage, layer, head, start, rows]);
      root.hidden = stage === "attention" || stage === "attention.qkv";
      if (key === of?.key) return;
      of = { ...now, key, size, heads, text };
      parts = createParts(now);
      cell = account = null;
      draw();
    },
    paint: () => account && draw(),
  };
}
