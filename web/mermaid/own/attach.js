/** @import { Drawing } from "../drawing.js" */
/** @import { Bound } from "./dressed.js" */
import { el } from "../../kit/dom.js";
import { clean } from "./clean.js";
import { dressed } from "./dressed.js";
import { findIn } from "./find.js";
import { CLOSE, OPEN } from "./label.js";
import { placeholders } from "./placeholders.js";

/**
 * Makes of a picture that some Mermaid has drawn, of version 9.4 or newer, what `createOwnDrawing` makes of a text. Its
 * layout, its letters and the author's colours stay.
 *
 * @param {SVGSVGElement} svg which stays as it is: a copy is dressed
 * @param {Omit<Bound, "places">} bound of readPicture
 * @returns {Drawing}
 */
export function attach(svg, bound) {
  const copy = /** @type {SVGSVGElement} */ (svg.cloneNode(true));
  const draft = el("div", { class: "diagram-draft", "aria-hidden": "true" }, copy);
  document.body.append(draft);
  try {
    keepColours(copy);
    const { fontFamily, fontSize, lineHeight } = getComputedStyle(copy); // in which the words were measured
    for (const one of copy.children) if (one instanceof SVGGElement) Object.assign(one.style, { fontFamily, fontSize, lineHeight });
    for (const one of copy.querySelectorAll("[marker-start], [marker-end]")) {
      for (const end of ["marker-start", "marker-end"]) {
        const marker = /#[^)"']+/.exec(one.getAttribute(end) ?? ""); // some write the whole address of the page
        if (marker) one.setAttribute(end, `url(${marker[0]})`);
      }
    }
    clean(copy);
    return dressed(copy, { ...bound, places: makeRoom(copy, bound) });
  } finally {
    draft.remove();
  }
}

/**
 * Writes the colours of the author's classes into the elements: up to 10.9 they stand in the picture's own styles, as the
 * only ones there that are important.
 *
 * @param {SVGSVGElement} svg in the document
 */
function keepColours(svg) {
  for (const { sheet } of svg.querySelectorAll("style")) {
    for (const rule of sheet?.cssRules ?? []) {
      if (!(rule instanceof CSSStyleRule)) continue;
      const names = [...rule.style].filter((name) => rule.style.getPropertyPriority(name));
      const styled = names.length ? [...svg.querySelectorAll(rule.selectorText)].filter((one) => one.closest("g.node, g.rough-node, g.cluster")) : [];
      for (const { style } of /** @type {(SVGElement | HTMLElement)[]} */ (styled)) for (const name of names) style.setProperty(name, rule.style.getPropertyValue(name));
    }
  }
}

/**
 * Makes room in the place of the placeholders in the labels of what is bound, where labels are HTML.
 *
 * @param {SVGSVGElement} svg
 * @param {Omit<Bound, "places">} bound
 * @returns {Bound["places"]}
 */
function makeRoom(svg, { scan, bindings }) {
  const { parts } = findIn(svg, scan);
  /** @type {Bound["places"]} */
  const places = new Map();
  for (const id of bindings.keys()) {
    const part = parts.get(id);
    const root = part?.kind === "edge" ? part.label : part?.group;
    const walk = root && document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walk?.nextNode()) {
      const words = /** @type {Text} */ (walk.currentNode);
      if (!(words.parentElement instanceof HTMLElement)) continue;
      const one = placeholders(words.data).find(({ placeholder }) => placeholder);
      if (!one?.placeholder) continue;
      const rest = words.splitText(one.end);
      const { lines, columns } = one.placeholder;
      rest.before(...Array.from({ length: lines }, (_, i) => [...(i ? [document.createElement("br")] : []), `${OPEN}${"0".repeat(columns)}${CLOSE}`]).flat());
      words.data = words.data.slice(0, one.start);
      places.set(id, [...(places.get(id) ?? []), one.placeholder]);
    }
  }
  return places;
}
