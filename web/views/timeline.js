/** @import { RunState } from "../run/state.js" */
/** @import { Generated } from "../run/state.js" */
/** @import { Breakpoint } from "../vitrine.d.ts" */
/** @import { ControlStrings } from "../i18n/control-en.js" */
/** @import { Pacer } from "../run/frames.js" */
import { passOf, placeOf } from "../run/place.js";
import { choosesToken } from "../run/stages.js";
import { quote } from "../kit/text.js";
import { el, send } from "../kit/dom.js";
import { iconButton } from "../kit/icons.js";

/** Milliseconds after the last key until the machine goes to the token that the keys have reached. */
const settle = 150;

/**
 * All tokens of the run, one bar each, as tall as its probability. A slider: a press, a drag or the arrow keys go to a
 * token; Enter chooses another in its place. Sends "goto" Where, and "picktoken" { position }, or "refused" with the reason where none can be chosen.
 *
 * @param {HTMLElement} root
 * @param {{ strings: ControlStrings["timeline"], pacer: Pacer, signal: AbortSignal }} options
 */
export function mountTimeline(root, { strings, pacer, signal }) {
  const bars = el("div", { class: "bars", role: "slider", tabindex: 0, "aria-label": strings.label, "aria-description": strings.hint });
  const tip = el("p", { class: "timeline-tip", "aria-hidden": "true", hidden: true });
  const empty = el("p", { class: "timeline-empty", text: strings.empty });
  const choose = iconButton("choose", strings.choose);
  root.append(el("div", { class: "timeline-place" }, empty, bars, tip), choose);
  /** @type {RunState | null} */
  let state = null;
  /** @type {readonly Breakpoint[]} */
  let breakpoints = [];
  let aim = -1; // position that the keys have reached, until the machine is there
  let timer = 0;

  bars.addEventListener("click", (event) => go(indexOf(event.target), 0), { signal });
  bars.addEventListener("pointerover", (event) => read(indexOf(event.target)), { signal });
  bars.addEventListener("pointerleave", () => read(-1), { signal });
  bars.addEventListener("focus", () => read(standing()), { signal });
  bars.addEventListener("blur", () => read(-1), { signal });
  bars.addEventListener("keydown", onKey, { signal });
  choose.addEventListener("click", () => pick(standing()), { signal });

  /** Position of the token that the machine is at. */
  function standing() {
    const place = state && placeOf(state);
    return place ? place.position : count() - 1;
  }

  const count = () => (state ? state.pieces.length + state.tokens.length : 0);

  /** @param {EventTarget | null} target */
  const indexOf = (target) => (target instanceof Element && bars.contains(target) ? [...bars.children].indexOf(target) : -1);

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !state) return;
    const from = aim < 0 ? standing() : aim;
    const first = state.pieces.length;
    const last = bars.children.length - 1;
    const to = { ArrowLeft: from - 1, ArrowDown: from - 1, ArrowRight: from + 1, ArrowUp: from + 1, PageUp: from + 10, PageDown: from - 10, Home: first, End: last }[event.key];
    if (event.key === "Enter") pick(from);
    else if (to !== undefined) go(Math.min(last, Math.max(first, to)), settle);
    else return;
    event.preventDefault();
  }

  /** Whether another token can be chosen there: one was, or the distribution that it comes from is known. @param {number} index */
  function canPick(index) {
    if (!state || index < state.pieces.length) return false;
    return index < count() || (index === standing() && state.at !== null && choosesToken(state.at.stage));
  }

  /** @param {number} index */
  function pick(index) {
    if (canPick(index)) send(root, "picktoken", { position: index });
    else send(root, "refused", strings.chooseRefused);
  }

  /** @param {number} index @param {number} wait */
  function go(index, wait) {
    if (!state || index < 0) return;
    aim = index;
    draw();
    read(index);
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (!state) return;
      const where = { position: passOf(aim, state.pieces.length) };
      aim = -1;
      send(root, "goto", state.at ? where : { ...where, layer: -1, stage: "select" });
    }, wait);
  }

  /** What is known of a token, in words. @param {number} index */
  function words(index) {
    if (!state) return "";
    const { pieces, tokens } = state;
    const token = tokens[index - pieces.length];
    const text = pieces[index]?.text ?? token?.piece;
    const parts = [strings.token(index + 1, bars.children.length)];
    if (text !== undefined) parts.push(quote(text));
    if (index < pieces.length) parts.push(strings.prompt);
    else parts.push(token ? strings.probability(token.probability) : strings.next);
    if (token?.forced) parts.push(strings.chosen);
    if (token?.ahead) parts.push(strings.ahead);
    if (index === standing()) parts.push(strings.stands);
    if (marked().has(index)) parts.push(strings.breakpoint);
    return parts.join(", ");
  }

  /** Positions of the tokens whose pass has a breakpoint of its own. */
  function marked() {
    return new Set(breakpoints.flatMap(({ position }) => (position === undefined ? [] : [position + 1])));
  }

  /** Shows what is known of a token above its bar. @param {number} index */
  function read(index) {
    const bar = bars.children[index];
    tip.hidden = !(bar instanceof HTMLElement);
    if (!(bar instanceof HTMLElement)) return;
    tip.textContent = words(index);
    tip.style.setProperty("--at", String((bar.offsetLeft - bars.scrollLeft + bar.offsetWidth / 2) / bars.clientWidth));
  }

  function draw() {
    const stands = standing();
    const total = Math.max(count(), state?.phase === "ended" ? 0 : stands + 1);
    empty.hidden = total > 0;
    while (bars.children.length > total) bars.lastChild?.remove();
    while (bars.children.length < total) bars.append(el("i", {}));
    const marks = marked();
    const now = aim < 0 ? stands : aim;
    for (const [index, bar] of [...bars.children].entries()) paint(/** @type {HTMLElement} */ (bar), index, index === now, marks.has(index));
    bars.ariaValueMin = String(Math.min(total, (state?.pieces.length ?? 0) + 1) || 1);
    bars.ariaValueMax = String(Math.max(1, total));
    bars.ariaValueNow = String(Math.max(1, now + 1));
    bars.ariaValueText = total ? words(now) : strings.empty;
    bars.ariaDisabled = String(total === 0);
    choose.ariaDisabled = String(!canPick(stands));
    choose.title = canPick(stands) ? strings.choose : strings.chooseRefused;
    return () => reveal(bars.children[now]);
  }

  /** @param {Element | undefined} bar */
  function reveal(bar) {
    if (!(bar instanceof HTMLElement)) return;
    const { offsetLeft, offsetWidth } = bar;
    if (offsetLeft < bars.scrollLeft) bars.scrollLeft = offsetLeft;
    else if (offsetLeft + offsetWidth > bars.scrollLeft + bars.clientWidth) bars.scrollLeft = offsetLeft + offsetWidth - bars.clientWidth;
  }

  /** @param {HTMLElement} bar @param {number} index @param {boolean} at @param {boolean} mark */
  function paint(bar, index, at, mark) {
    const { pieces = [], tokens = [] } = state ?? {};
    /** @type {Generated | undefined} */
    const token = tokens[index - pieces.length];
    const kind = index < pieces.length ? "prompt" : !token ? "next" : token.ahead ? "ahead" : "token";
    const drawn = `${kind} ${token?.probability} ${token?.forced} ${at} ${mark}`;
    if (bar.dataset.drawn === drawn) return;
    bar.dataset.drawn = drawn;
    bar.dataset.kind = kind;
    bar.style.setProperty("--p", String(token?.probability ?? 0));
    bar.toggleAttribute("data-at", at);
    bar.toggleAttribute("data-mark", mark);
    bar.toggleAttribute("data-forced", token?.forced === true);
  }

  draw();
  return {
    /** @param {RunState} now */
    show(now) {
      state = now;
      pacer.request(draw);
    },
    /** @param {readonly Breakpoint[]} now */
    setBreakpoints(now) {
      breakpoints = now;
      pacer.request(draw);
    },
  };
}
