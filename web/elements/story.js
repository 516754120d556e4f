/** @import { Step } from "./step.js" */
import { story as words } from "../i18n/story-en.js";
import { readStep } from "./step.js";

const STRIP = 5; // percent of the window's height, above and below the line at which somebody reads
const LOWEST = 0.85; // of that height

/**
 * Leads an element by the texts beside it: whichever is at the height at which somebody reads says with data-vitrine-step what
 * the element shows. It carries data-vitrine-now then, for the page's own styles. Above the first, the element shows all again.
 *
 * @param {HTMLElement} element
 * @param {HTMLElement[]} texts in the order of the page
 * @param {(step: Step | null) => void} show
 * @param {AbortSignal} signal
 */
export function followTexts(element, texts, show, signal) {
  /** @type {Map<Element, Step>} */
  const steps = new Map();
  for (const text of texts) {
    const { step, problems } = readStep(text.dataset.vitrineStep ?? "");
    if (problems.length) console.warn(words.problems(text.dataset.vitrineStep ?? "", problems));
    if (step) steps.set(text, step);
  }
  const all = [...steps.keys()];
  if (all.length === 0) return;
  /** @type {Set<Element>} */
  const read = new Set();
  /** @type {Element | null} */
  let now = null;
  let line = 0;
  let seen = new IntersectionObserver(() => {});
  const sizes = new ResizeObserver(observe);
  for (const one of [element, document.documentElement]) sizes.observe(one);
  addEventListener("resize", observe, { signal });
  signal.addEventListener("abort", () => {
    sizes.disconnect();
    seen.disconnect();
    now?.removeAttribute("data-vitrine-now");
  });

  /** Looks at the strip in which somebody reads: it moves with the sizes of window and element. */
  function observe() {
    const percent = Math.round(100 * lineOf(element, all[0]));
    if (percent === line) return;
    line = percent;
    seen.disconnect();
    read.clear();
    seen = new IntersectionObserver(look, { rootMargin: `${STRIP - line}% 0px ${line + STRIP - 100}% 0px` });
    for (const text of all) seen.observe(text);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  function look(entries) {
    for (const { target, isIntersecting } of entries) read[isIntersecting ? "add" : "delete"](target);
    const above = all[0].getBoundingClientRect().top > (line / 100) * innerHeight;
    const next = all.findLast((text) => read.has(text)) ?? (above ? null : now); // between two, the one before stays
    if (next === now) return;
    now?.removeAttribute("data-vitrine-now");
    next?.setAttribute("data-vitrine-now", "");
    now = next;
    show((next && steps.get(next)) ?? null);
  }
}

/**
 * The height at which somebody reads, as a part of the window's: the middle; where the texts go by under the element, which
 * stays at the top, the middle of what is left below it.
 *
 * @param {Element} element
 * @param {Element} text
 */
function lineOf(element, text) {
  const [a, b] = [element, text].map((one) => one.getBoundingClientRect());
  if (!stays(element) || a.right <= b.left || b.right <= a.left) return 0.5;
  return Math.min(LOWEST, (1 + a.height / innerHeight) / 2);
}

/** Whether an element does not scroll away with the page. @param {Element | null} element @returns {boolean} */
function stays(element) {
  if (!element) return false;
  return ["sticky", "fixed"].includes(getComputedStyle(element).position) || stays(element.parentElement);
}
