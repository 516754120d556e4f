import { blockAt, BLOCKS, blocksIn, textOf } from "./blocks.js";

/** @type {WeakMap<Element, string | SVGSVGElement>} what blocks held that Mermaid knows no more */
const held = new WeakMap();

/**
 * The diagram that an element shows: the picture that it was given; else what its author has put into it, or into the one that
 * it names with `for`: the text, as it is, in a <script type="text/mermaid">, or as a block of Mermaid's that Markdown has made;
 * or the picture that a script of the page has made of that. Mermaid leaves such a block alone from then on.
 *
 * @param {Element & { svg?: SVGSVGElement | null }} element
 * @returns {string | SVGSVGElement} "" for ours
 */
export function diagramOf(element) {
  if (element.svg) return element.svg;
  const name = element.getAttribute("for");
  const root = /** @type {Document | ShadowRoot} */ (element.getRootNode());
  const holder = name === null ? element : root.getElementById(name);
  if (!holder) return "";
  const script = holder.matches("script") ? holder : holder.querySelector('script[type="text/mermaid"]');
  if (script) return textOf(script);
  const block = holder.matches(BLOCKS) ? blockAt(holder) : blocksIn(holder)[0];
  if (!block) return held.get(holder) ?? textOf(holder);
  const diagram = block.text || held.get(holder) || block.svg;
  if (!diagram) return ""; // Mermaid draws it now
  block.block.classList.remove("mermaid", "language-mermaid");
  block.block.setAttribute("data-processed", "true");
  held.set(holder, diagram);
  return diagram;
}
