import { blockAt, BLOCKS, blocksIn, textOf } from "./blocks.js";

/**
 * What an author has put into an element, or into the one that it names with `for`: the text of a diagram, as it is, in a
 * <script type="text/mermaid">, or as a block of Mermaid's that Markdown has made; or the picture that a script of the page has
 * made of that. Mermaid leaves such a block alone from then on.
 *
 * @param {Element} element
 * @returns {{ text: string, svg: SVGSVGElement | null }} neither: ours is shown
 */
export function contentOf(element) {
  const name = element.getAttribute("for");
  const holder = name === null ? element : element.ownerDocument.getElementById(name);
  if (!holder) return { text: "", svg: null };
  const script = holder.matches("script") ? holder : holder.querySelector('script[type="text/mermaid"]');
  if (script) return { text: textOf(script), svg: null };
  const block = holder.matches(BLOCKS) ? blockAt(holder) : blocksIn(holder)[0];
  if (!block) return { text: textOf(holder), svg: null };
  block.block.classList.remove("mermaid", "language-mermaid");
  block.block.setAttribute("data-processed", "true");
  return { text: block.text, svg: block.text ? null : block.svg };
}
