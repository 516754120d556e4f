/**
 * A bar between two parts of the page, which changes the width of one of them by pointer and by keys.
 *
 * @param {HTMLElement} bar
 * @param {object} options
 * @param {string} options.label
 * @param {{ min: number, max: number, initial: number }} options.width in rem: narrowest, widest, at first
 * @param {number} options.at the width in rem now
 * @param {(event: PointerEvent) => number} options.measure px of width that the pointer asks for
 * @param {1 | -1} options.grows to which side the width grows: 1 to the right
 * @param {(rem: number) => void} options.set
 * @param {(rem: number) => void} options.keep the width that the user has chosen
 * @param {AbortSignal} options.signal
 */
export function mountSplitter(bar, { label, width, at, measure, grows, set, keep, signal }) {
  bar.role = "separator";
  bar.tabIndex = 0;
  bar.ariaOrientation = "vertical";
  bar.ariaLabel = label;
  bar.ariaValueMin = String(width.min);
  bar.ariaValueMax = String(width.max);
  let wide = at;
  setWidth(wide);

  /** @param {number} rem */
  function setWidth(rem) {
    wide = Math.min(width.max, Math.max(width.min, rem));
    bar.ariaValueNow = String(Math.round(wide));
    set(wide);
  }

  /** @param {number} rem */
  function keepWidth(rem) {
    setWidth(rem);
    keep(wide);
  }

  /** @param {PointerEvent} event */
  function drag(event) {
    if (bar.hasPointerCapture(event.pointerId)) setWidth(measure(event) / parseFloat(getComputedStyle(document.documentElement).fontSize));
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const to = { ArrowLeft: wide - grows, ArrowRight: wide + grows, Home: width.min, End: width.max }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    keepWidth(to);
  }

  bar.addEventListener("pointerdown", (event) => bar.setPointerCapture(event.pointerId), { signal });
  bar.addEventListener("pointermove", drag, { signal });
  bar.addEventListener("pointerup", () => keepWidth(wide), { signal });
  bar.addEventListener("dblclick", () => keepWidth(width.initial), { signal });
  bar.addEventListener("keydown", onKey, { signal });
}
