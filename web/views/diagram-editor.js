/** @import { OwnStrings, Words } from "../i18n/own-en.js" */
import { el, focusWithin, send } from "../kit/dom.js";
import { iconButton } from "../kit/icons.js";

const WAIT = 350; // ms after the last key until the text is read

/** @typedef {{ line: number, code: keyof OwnStrings["problems"] } & Words} Problem */
/** @typedef {"own" | "ours" | "seed"} Start */

/**
 * The editor of the diagram: its text with line numbers, what is wrong in it, and what can be taken away from it. Sends
 * "diagramtext" { text }, "" for ours; "diagramcopy"; "diagramsave" "svg" | "png"; "editorchange" { open }.
 *
 * @param {HTMLElement} root hidden while it is closed
 * @param {{ strings: OwnStrings, texts: () => Record<"ours" | "seed", string>, signal: AbortSignal }} options texts to start from
 */
export function mountDiagramEditor(root, { strings, texts, signal }) {
  root.classList.add("diagram-editor");
  root.hidden = true;
  root.ariaLabel = strings.label;
  const numbers = el("pre", { "aria-hidden": "true" });
  const marks = el("div", { class: "diagram-marks", "aria-hidden": "true" });
  const area = el("textarea", { "aria-label": strings.text, "aria-describedby": "diagram-problems", spellcheck: "false", autocapitalize: "off", autocomplete: "off", wrap: "off", dir: "ltr" });
  const code = el("div", { class: "diagram-code" }, marks, el("div", { class: "diagram-lines" }, numbers), area);
  const problems = el("div", { class: "diagram-problems", id: "diagram-problems", role: "status" });
  const state = el("p", { class: "diagram-state" });
  const starts = /** @type {const} */ (["own", "ours", "seed"]);
  const start = el("select", { "aria-label": strings.start, title: strings.start }, ...starts.map((name) => el("option", { value: name, text: strings.starts[name] })));
  const close = iconButton("close", strings.close);
  const button = (/** @type {string} */ text, /** @type {string} */ title, /** @type {() => void} */ does) => {
    const made = el("button", { type: "button", class: "quiet", title, text });
    made.addEventListener("click", does, { signal });
    return made;
  };
  const copy = button(strings.copy, strings.copyLabel, () => send(root, "diagramcopy"));
  root.append(
    el("div", { class: "diagram-editor-head" }, el("h3", { text: strings.title }), start, button(strings.reset, strings.resetLabel, reset), close),
    code,
    problems,
    state,
    el("div", { class: "diagram-editor-foot" }, copy, button(strings.svg, strings.svgLabel, () => send(root, "diagramsave", "svg")), button(strings.png, strings.pngLabel, () => send(root, "diagramsave", "png"))),
  );
  const focus = focusWithin(root);
  let timer = 0;
  let said = 0; // until when the button says what it did
  let mine = ""; // the author's text, while another one is looked at

  area.addEventListener("input", () => (number(), clearMarks(), later()), { signal });
  area.addEventListener("scroll", follow, { signal });
  start.addEventListener("change", begin, { signal });
  close.addEventListener("click", shut, { signal });
  root.addEventListener("keydown", onKey, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    shut();
  }

  function later() {
    start.value = "own";
    clearTimeout(timer);
    timer = setTimeout(tell, WAIT);
  }

  function tell() {
    mine = area.value;
    const { ours } = texts();
    send(root, "diagramtext", { text: mine.trim() === ours.trim() ? "" : mine });
  }

  function begin() {
    const name = /** @type {Start} */ (start.value);
    put(name === "own" ? mine : texts()[name]);
    if (name === "own") return tell();
    send(root, "diagramtext", { text: name === "ours" ? "" : area.value });
  }

  function reset() {
    clearTimeout(timer);
    mine = "";
    put(texts().ours);
    start.value = "ours";
    send(root, "diagramtext", { text: "" });
    area.focus();
  }

  /** @param {string} text */
  function put(text) {
    area.value = text;
    number();
    clearMarks();
    area.scrollTo(0, 0);
  }

  /** @param {string} text of the author's diagram, "" for ours */
  function take(text) {
    clearTimeout(timer);
    mine = text;
    put(text || texts().ours);
    start.value = text ? "own" : "ours";
  }

  function number() {
    const lines = area.value.split("\n").length;
    numbers.textContent = Array.from({ length: lines }, (_, i) => i + 1).join("\n");
  }

  function clearMarks() {
    marks.replaceChildren();
  }

  function follow() {
    code.style.setProperty("--top", String(area.scrollTop));
    code.style.setProperty("--left", String(area.scrollLeft));
  }

  function shut() {
    focus.giveBack(() => (root.hidden = true));
    send(root, "editorchange", { open: false });
  }

  /** @param {number} line 1-based: the caret goes there */
  function goTo(line) {
    const lines = area.value.split("\n");
    const from = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    area.focus();
    area.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0));
    area.scrollTop = (line - 3) * parseFloat(getComputedStyle(code).lineHeight);
  }

  return {
    get open() {
      return !root.hidden;
    },

    /** @param {string} text of the author's diagram, "" where ours is shown */
    toggle(text) {
      if (!root.hidden) return shut();
      focus.remember();
      root.hidden = false;
      if (!area.value || text) take(text);
      area.focus({ preventScroll: true });
      area.setSelectionRange(0, 0);
      send(root, "editorchange", { open: true });
    },

    take,

    /**
     * What came of the text.
     *
     * @param {Problem[]} found
     * @param {{ bound: number, kept: boolean, ours: boolean }} result elements that show a stage; whether the picture is the one before
     */
    show(found, { bound, kept, ours }) {
      const lines = area.value.split("\n");
      area.ariaInvalid = String(found.length > 0);
      marks.replaceChildren(
        ...[...new Set(found.map(({ line }) => line))].map((line) => {
          const mark = el("i", { "data-text": lines[line - 1] ?? "", "data-line": line });
          mark.style.setProperty("--line-at", String(line - 1));
          return mark;
        }),
      );
      problems.replaceChildren(
        ...found.map((problem) => {
          const one = el("button", { type: "button" }, el("b", { text: `${strings.line(problem.line)}: ` }), strings.problems[problem.code](problem));
          one.addEventListener("click", () => goTo(problem.line), { signal });
          return one;
        }),
      );
      state.textContent = kept ? strings.kept : ours ? strings.ours : `${strings.shown(bound)} ${strings.hint}`;
    },

    /** @param {boolean} done */
    copied(done) {
      copy.textContent = done ? strings.copied : strings.copyFailed;
      clearTimeout(said);
      said = window.setTimeout(() => (copy.textContent = strings.copy), 2000);
    },
  };
}
