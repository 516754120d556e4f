/** @import {Strings} from "../i18n/en.js" */
import { el } from "../kit/dom.js";
import { icon, iconButton } from "../kit/icons.js";
import { recall, remember } from "../kit/store.js";

/** Widths of the text panel in rem: narrowest, widest, at first, and one step of the arrow keys. */
const width = { min: 18, max: 40, initial: 22, step: 1 };

/**
 * Folds and resizes the text panel, and switches the tabs of a narrow screen. All of it is remembered.
 *
 * @param {HTMLElement} app whose data-folded, data-tab and --text-width the style sheet reads
 * @param {{ fold: HTMLElement, splitter: HTMLElement, tabs: HTMLElement, strings: Strings["layout"], signal: AbortSignal }} options
 */
export function mountPanels(app, { fold, splitter, tabs, strings, signal }) {
  const button = iconButton("panel", strings.fold, { "aria-controls": "text-panel" });
  button.classList.add("fold");
  button.addEventListener("click", toggle, { signal });
  fold.append(button);
  setFolded(recall("folded", false));

  /** @param {boolean} folded */
  function setFolded(folded) {
    app.toggleAttribute("data-folded", folded);
    button.ariaExpanded = String(!folded);
    button.ariaLabel = button.title = folded ? strings.unfold : strings.fold;
  }

  function toggle() {
    setFolded(!app.hasAttribute("data-folded"));
    remember("folded", app.hasAttribute("data-folded"));
  }

  splitter.role = "separator";
  splitter.tabIndex = 0;
  splitter.ariaOrientation = "vertical";
  splitter.ariaLabel = strings.resize;
  splitter.ariaValueMin = String(width.min);
  splitter.ariaValueMax = String(width.max);
  let wide = recall("textRem", width.initial);
  setWidth(wide);

  /** @param {number} rem */
  function setWidth(rem) {
    wide = Math.min(width.max, Math.max(width.min, rem));
    app.style.setProperty("--text-width", `${wide}rem`);
    splitter.ariaValueNow = String(Math.round(wide));
  }

  /** @param {number} rem */
  function keepWidth(rem) {
    setWidth(rem);
    remember("textRem", wide);
  }

  /** @param {PointerEvent} event */
  function drag({ pointerId, clientX }) {
    if (splitter.hasPointerCapture(pointerId)) setWidth(clientX / parseFloat(getComputedStyle(document.documentElement).fontSize));
  }

  splitter.addEventListener("pointerdown", (event) => splitter.setPointerCapture(event.pointerId), { signal });
  splitter.addEventListener("pointermove", drag, { signal });
  splitter.addEventListener("pointerup", () => keepWidth(wide), { signal });
  splitter.addEventListener("dblclick", () => keepWidth(width.initial), { signal });
  splitter.addEventListener(
    "keydown",
    (event) => {
      const to = { ArrowLeft: wide - width.step, ArrowRight: wide + width.step, Home: width.min, End: width.max }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      keepWidth(to);
    },
    { signal },
  );

  const names = /** @type {const} */ (["text", "diagram"]);
  tabs.role = "group";
  const tabButtons = names.map((name) => {
    const tab = el("button", { type: "button", class: "tab" }, icon(name), el("span", { text: strings.tabs[name] }));
    tab.addEventListener("click", () => show(name), { signal });
    tabs.append(tab);
    return tab;
  });
  show("text");

  /** @param {"text" | "diagram"} name */
  function show(name) {
    app.dataset.tab = name;
    for (const [i, tab] of tabButtons.entries()) tab.ariaPressed = String(names[i] === name);
  }

  return {
    toggle,
    show,
    unfold() {
      show("text");
      if (app.hasAttribute("data-folded")) toggle();
    },
  };
}
