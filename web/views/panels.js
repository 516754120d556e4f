/** @import {Strings} from "../i18n/en.js" */
import { el } from "../kit/dom.js";
import { icon, iconButton } from "../kit/icons.js";
import { mountSplitter } from "../kit/splitter.js";
import { recall, remember } from "../kit/store.js";

/** Widths of the text panel in rem: narrowest, widest, at first. */
const width = { min: 18, max: 40, initial: 22 };

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

  mountSplitter(splitter, {
    label: strings.resize,
    width,
    at: recall("textRem", width.initial),
    measure: ({ clientX }) => clientX,
    grows: 1,
    set: (rem) => app.style.setProperty("--text-width", `${rem}rem`),
    keep: (rem) => remember("textRem", rem),
    signal,
  });

  const names = /** @type {const} */ (["text", "diagram", "inspector"]);
  tabs.role = "group";
  const tabButtons = names.map((name) => {
    const tab = el("button", { type: "button", class: "tab" }, icon(name), el("span", { text: strings.tabs[name] }));
    tab.addEventListener("click", () => show(name), { signal });
    return tab;
  });
  const [text, diagram, inspector] = tabButtons;
  tabs.append(text, diagram); // the inspector's is there while it is open
  show("text");

  /** @param {"text" | "diagram" | "inspector"} name */
  function show(name) {
    app.dataset.tab = name;
    for (const [i, tab] of tabButtons.entries()) tab.ariaPressed = String(names[i] === name);
  }

  return {
    toggle,
    show,
    /** The inspector was opened or closed. @param {boolean} open */
    inspect(open) {
      if (open) tabs.append(inspector);
      else inspector.remove();
      if (open || app.dataset.tab === "inspector") show(open ? "inspector" : "diagram");
    },
    unfold() {
      show("text");
      if (app.hasAttribute("data-folded")) toggle();
    },
  };
}
