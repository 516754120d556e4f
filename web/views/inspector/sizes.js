/**
 * What is drawn by its width: `width` reads it from the page, `draw` writes to the page.
 *
 * @typedef {{ width: () => number, draw: (width: number) => void }} Sized
 */

/** @type {WeakMap<Element, Sized>} */
const known = new WeakMap();
/** @type {ResizeObserver | undefined} */
let observer; // one for all, so that they are measured together

/**
 * Draws when the page is laid out next, and whenever the width of an element changes.
 *
 * @param {Element} root whose height the drawing does not change
 * @param {Sized} sized
 * @param {AbortSignal} signal
 */
export function drawSized(root, sized, signal) {
  const sizes = (observer ??= new ResizeObserver((entries) => lay(entries.flatMap(({ target }) => known.get(target) ?? []))));
  known.set(root, sized);
  sizes.observe(root);
  signal.addEventListener("abort", () => sizes.unobserve(root));
  return {
    /** Draws with the next layout. */
    again() {
      sizes.unobserve(root);
      sizes.observe(root);
    },
  };
}

/** Measures all before any is drawn: the page is laid out once. What a scroll bar has made narrower is drawn again. @param {Sized[]} views */
export function lay(views) {
  const widths = views.map(({ width }) => width());
  for (const [i, { draw }] of views.entries()) draw(widths[i]);
  const after = views.map(({ width }) => width());
  for (const [i, { draw }] of views.entries()) if (after[i] !== widths[i]) draw(after[i]);
}
