/** The Mermaid blocks of a page as themes write them, before their Mermaid has drawn them and after. */

const CODE = "code.language-mermaid, .language-mermaid pre > code";
const DRAWN = ".mermaid"; // pre or div: with the text in it, then with the picture
const FRAMED = ".docusaurus-mermaid-container, .mermaid-content"; // React's and Vue's: the picture in a place of theirs
export const BLOCKS = `${CODE}, ${DRAWN}, ${FRAMED}`;
export const OURS = "vitrine-pipeline";

/**
 * `place` is what another element may take the place of. `text` is the diagram's, where it is still on the page; `svg` the
 * picture, where it stands. `busy`: Mermaid draws it now. `closed`: something is shown in it that cannot be reached. `again`:
 * a theme drew once more what an element of ours shows already.
 *
 * @typedef {object} Block
 * @property {Element} block
 * @property {Element} place
 * @property {string} text
 * @property {SVGSVGElement | null} svg
 * @property {boolean} busy
 * @property {boolean} closed
 * @property {boolean} again
 */

/**
 * @param {ParentNode} root
 * @returns {Block[]} in the order of the page; what an element of ours holds is not among them
 */
export function blocksIn(root) {
  /** @type {Block[]} */
  const blocks = [];
  /** @type {Set<Element>} that another block stands for */
  const told = new Set();
  for (const block of outermost(root)) {
    if (told.has(block)) continue;
    const one = blockAt(block);
    told.add(one.block);
    if (!one.block.matches(OURS)) blocks.push(one);
  }
  return blocks;
}

/** The blocks that stand in no other, and in no element of ours but the root. @param {ParentNode} root */
export const outermost = (root) =>
  [...root.querySelectorAll(BLOCKS)].filter((block) => {
    const around = block.parentElement?.closest(`${BLOCKS}, ${OURS}`);
    return !around || around.contains(root);
  });

/** @param {Element} block */
export const blockAt = (block) => (block.matches(CODE) ? ofCode(block) : ofDrawn(block));

/** @param {Element} code @returns {Block} */
function ofCode(code) {
  const pre = code.closest("pre") ?? code;
  const wrapper = pre.closest("div.language-mermaid");
  const place = wrapper?.querySelectorAll("pre").length === 1 ? wrapper : pre;
  const next = place.nextElementSibling;
  if (next?.matches(`${DRAWN}, ${OURS}`) && place.getClientRects().length === 0) return { ...ofDrawn(next), text: textOf(code), again: next.nextElementSibling?.getAttribute("data-diagram") === textOf(code) };
  return { ...stateOf(code), block: code, place };
}

/** @param {Element} block @returns {Block} */
function ofDrawn(block) {
  const state = stateOf(block);
  return { ...state, block, place: state.svg && framed(block) ? state.svg : block };
}

/** @param {Element} block */
function stateOf(block) {
  const svg = pictureIn(block);
  const draft = !svg && svgsIn(block).length > 0;
  const text = svg || draft ? "" : textOf(block);
  const empty = !block.hasChildNodes() && !block.shadowRoot;
  return { svg, text, busy: draft || (text !== "" && block.hasAttribute("data-processed")), closed: empty && block.getBoundingClientRect().height > 0, again: false };
}

/** The picture in a block, once it is whole: Mermaid draws in a draft. @param {Element} block */
function pictureIn(block) {
  return svgsIn(block).find(({ id, parentElement }) => id === "" || parentElement?.id !== `d${id}`) ?? null;
}

/** What an element of ours draws in a block is not the block's. @param {Element} block */
const svgsIn = (block) => [...block.querySelectorAll("svg")].filter((svg) => svg.closest(OURS) === block.closest(OURS));

/** Whether a framework keeps an account of what is in an element. @param {Element} block */
function framed(block) {
  if (block.matches(FRAMED) || block.closest("[data-v-app], #__docusaurus")) return true;
  return Object.keys(block).some((key) => /^(__react|__vue|_vnode)/.test(key));
}

const WORDS = new Set("br i b em strong u s del sub sup small".split(" ")); // that authors write in labels

/**
 * The text of a diagram as its author wrote it: a browser has made elements of the tags in labels.
 *
 * @param {Node} node
 */
export const textOf = (node) => evenly(wordsIn(node));

/** @param {Node} node */
const wordsIn = (node) => [...node.childNodes].map(textIn).join("");

/** @param {Node} node @returns {string} */
function textIn(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.nodeValue ?? "";
  const name = node.nodeName.toLowerCase();
  if (name === OURS || node.nodeType === Node.COMMENT_NODE) return "";
  const words = wordsIn(node);
  if (name === "br") return "<br/>";
  return WORDS.has(name) ? `<${name}>${words}</${name}>` : words;
}

/** Without the indentation that all lines share: Mermaid takes it off, and front matter must begin a line. @param {string} text */
export function evenly(text) {
  const lines = text.replace(/\r\n?/g, "\n").replace(/^\s*\n/, "").trimEnd().split("\n");
  const least = Math.min(...lines.filter((line) => line.trim()).map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(least)).join("\n");
}
