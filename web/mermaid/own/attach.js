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
 * @param {SVGSVGElement} svg it is changed; where it does not stand in the document, it is measured in a draft
 * @param {Omit<Bound, "places">} bound of readPicture
 * @returns {Drawing}
 */
export function attach(svg, bound) {
  if (!svg.isConnected) return inDraft(svg, () => attach(svg, bound));
  keepColours(svg);
  const { fontFamily, fontSize, lineHeight } = getComputedStyle(svg); // in which the words were measured
  for (const one of svg.children) if (one instanceof SVGGElement) Object.assign(one.style, { fontFamily, fontSize, lineHeight });
  for (const one of svg.querySelectorAll("[marker-start], [marker-end]")) {
    for (const end of ["marker-start", "marker-end"]) {
      const marker = /#[^)"']+/.exec(one.getAttribute(end) ?? ""); // some write the whole address of the page
      if (marker) one.setAttribute(end, `url(${marker[0]})`);
    }
  }
  clean(svg);
  return dressed(svg, { ...bound, places: makeRoom(svg, bound) });
}

/** @template T @param {SVGSVGElement} svg @param {() => T} work while it stands in the document */
function inDraft(svg, work) {
  const draft = el("div", { class: "diagram-draft", "aria-hidden": "true" }, svg);
  document.body.append(draft);
  try {
    return work();
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
