/** @import { Block } from "./blocks.js" */
import { upgrade as words } from "../i18n/upgrade-en.js";
import { read, readPicture } from "../mermaid/own/read.js";
import { BLOCKS, blocksIn, OURS } from "./blocks.js";
import { pairs, textsOf } from "./page-text.js";

const MOST = 8; // times in a row that a place is taken
const ROW = 1000; // ms; what comes later was a person's doing, as another theme or page

/**
 * Makes the Mermaid diagrams of a page live that show stages of ours, and leaves the others as they are: those that stand in
 * it now, and those that come with another theme or another page. Where the text is still there, an element of ours with it
 * takes the place of the block; where only the picture is, the element gets that.
 *
 * @param {(readonly [block: Element, text: string])[]} [seen] texts of blocks, as they were before
 */
export function upgrade(seen = []) {
  /** @type {WeakMap<Element, string>} texts that were seen before Mermaid took them */
  const early = new WeakMap(seen);
  /** @type {WeakMap<Element, string | SVGSVGElement>} what was read of a block that stays as it is */
  const left = new WeakMap();
  /** @type {WeakSet<Element>} blocks that cannot be reached */
  const waiting = new WeakSet();
  const often = createLimit();
  /** @type {{ address: string, texts: Promise<string[]> } | null} */
  let page = null;

  const watch = new MutationObserver((changes) => {
    if (changes.some(concerns)) look();
  });
  watch.observe(document, { childList: true, subtree: true });
  look();

  function look() {
    for (const block of blocksIn(document)) consider(block);
  }

  /** @param {Block} one */
  function consider({ block, place, text, svg, busy, closed, again }) {
    if (text) early.set(block, text);
    if (busy) return; // its picture comes
    const what = text || early.get(block) || svg;
    if (again) place.remove();
    else if (what) take(block, place, what);
    else if (closed) askPage(block);
  }

  /** @param {Element} block @param {Element} place @param {string | SVGSVGElement} what */
  function take(block, place, what) {
    if (left.get(block) === what) return;
    const { bindings, drawable, scan, problems } = typeof what === "string" ? read(what) : readPicture(what);
    const live = bindings.size > 0 && drawable;
    if (live && !often(place)) {
      const element = elementOf(what);
      if (place.id && place !== what) element.id = place.id;
      place.setAttribute("data-processed", "true"); // a Mermaid that has it in its list passes over it
      place.replaceWith(element);
      return;
    }
    left.set(block, what);
    if (live) console.info(words.again);
    else if (scan.directives.length) console.info(words.directive(problems.map(({ line, what }) => `${line}: ${what}`).join(", ")));
  }

  /** Finds the text of what cannot be reached in the page as it was sent. @param {Element} block */
  async function askPage(block) {
    const address = location.href.replace(/#.*/, "");
    if (page?.address !== address) page = { address, texts: textsOf(address) };
    const texts = await page.texts;
    if (found(block, texts) || waiting.has(block)) return;
    waiting.add(block);
    setTimeout(() => found(block, texts) || console.info(words.closed(places().indexOf(block) + 1)), ROW); // others may be on their way
  }

  /** @param {Element} block @param {string[]} texts of the page */
  function found(block, texts) {
    const text = pairs(places(), texts).get(block);
    if (text) take(block, block, text);
    return text !== undefined || !block.isConnected;
  }

  /** Where the page has diagrams, or had them before they were ours. */
  function places() {
    const all = [...document.querySelectorAll(`${BLOCKS}, ${OURS}[data-diagram]`)];
    return all.filter((one) => !one.parentElement?.closest(`${BLOCKS}, ${OURS}`));
  }
}

/** Whether a place is taken again and again: then a script of the page and this one undo each other's work. */
function createLimit() {
  /** @type {WeakMap<Element, Map<number, { times: number, last: number }>>} by where they stand */
  const taken = new WeakMap();
  return (/** @type {Element} */ place) => {
    const around = place.parentElement ?? place;
    const places = taken.get(around) ?? new Map();
    const at = [...around.children].indexOf(place);
    const now = performance.now();
    const { times, last } = places.get(at) ?? { times: 0, last: -ROW };
    taken.set(around, places.set(at, { times: now - last < ROW ? times + 1 : 1, last: now }));
    return times >= MOST && now - last < ROW;
  };
}

/** Whether a change is one of a block. @param {MutationRecord} change */
function concerns({ target, addedNodes, type }) {
  if (!(target instanceof Element) && !(target instanceof Document)) return false;
  if (target instanceof Element && target.closest(OURS)) return false;
  if (target instanceof Element && target.closest(BLOCKS)) return true;
  return type === "childList" && [...addedNodes].some((node) => node instanceof Element && (node.matches(BLOCKS) || node.querySelector(BLOCKS) !== null));
}

/** An element of ours. The page keeps the text where its own scripts and people find it. @param {string | SVGSVGElement} what */
function elementOf(what) {
  const element = /** @type {HTMLElement & { svg?: SVGSVGElement }} */ (document.createElement(OURS));
  if (typeof what === "string") {
    element.textContent = what;
    element.dataset.diagram = what;
  } else {
    element.dataset.diagram = "";
    what.style.lineHeight = getComputedStyle(what).lineHeight; // in which older versions have measured
    element.svg = what;
  }
  element.dataset.processed = "true";
  return element;
}
