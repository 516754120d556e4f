/** @import { Camera } from "./camera.js" */
import { focusIn } from "../../kit/dom.js";

const SLOP = 4; // px that a click may wander
const NOTCH = 25; // most that one wheel event zooms: a pinch sends many small ones, a mouse wheel a few of 100 or more
const LINE = 16; // px that a wheel turned by one line moves

/**
 * Lets the user take hold of the picture: drag, pinch, wheel.
 *
 * @param {HTMLElement} root
 * @param {Camera} camera
 * @param {() => void} taken told of every movement by hand
 * @param {AbortSignal} signal
 */
export function mountGestures(root, camera, taken, signal) {
  /** @type {Map<number, { x: number, y: number }>} by pointer */
  const pointers = new Map();
  let travelled = 0;

  on("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button !== 0) return;
    if (pointers.size === 0) travelled = 0;
    pointers.set(event.pointerId, inside(event));
  });

  on("pointermove", (event) => {
    const from = pointers.get(event.pointerId);
    if (!from) return;
    const to = inside(event);
    travelled += Math.hypot(to.x - from.x, to.y - from.y);
    if (travelled < SLOP) return;
    root.setPointerCapture(event.pointerId);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    pointers.set(event.pointerId, to);
    if (other) {
      camera.zoom(distance(to, other) / Math.max(1, distance(from, other)), middle(from, other));
      camera.pan((to.x - from.x) / 2, (to.y - from.y) / 2);
    } else {
      camera.pan(to.x - from.x, to.y - from.y);
    }
    taken();
  });

  for (const type of /** @type {const} */ (["pointerup", "pointercancel"])) {
    on(type, (event) => pointers.delete(event.pointerId));
  }

  // A drag that ends on a node is not a click on it.
  root.addEventListener("click", (event) => travelled >= SLOP && event.stopPropagation(), { capture: true, signal });

  root.addEventListener(
    "wheel",
    (event) => {
      const { x, y } = turned(event);
      if (event.ctrlKey || event.metaKey) camera.zoom(Math.exp(-Math.max(-NOTCH, Math.min(NOTCH, y)) / 100), inside(event));
      else if (pageScrolls() && !root.contains(focusIn(root))) return; // the reader is on the way elsewhere
      else if (!camera.pan(-x, -y)) return; // at its end: the page may scroll
      event.preventDefault();
      taken();
    },
    { passive: false, signal },
  );

  /** How far a wheel was turned, in pixels. @param {WheelEvent} event */
  function turned({ deltaX, deltaY, deltaMode, shiftKey }) {
    const unit = [1, LINE, root.clientHeight][deltaMode];
    const [x, y] = shiftKey && deltaX === 0 ? [deltaY, 0] : [deltaX, deltaY];
    return { x: x * unit, y: y * unit };
  }

  /**
   * @param {"pointerdown" | "pointermove" | "pointerup" | "pointercancel"} type
   * @param {(event: PointerEvent) => void} handle
   */
  function on(type, handle) {
    root.addEventListener(type, handle, { signal });
  }

  /** @param {MouseEvent} event */
  function inside(event) {
    const { left, top } = root.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }
}

/** Whether there is more of the document than the window shows; of one that a frame is in, its reader decides. */
function pageScrolls() {
  if (self !== top) return true;
  const { scrollHeight, clientHeight } = document.documentElement;
  return scrollHeight > clientHeight;
}

/** @typedef {{ x: number, y: number }} Point */

/** @type {(a: Point, b: Point) => number} */
const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);
/** @type {(a: Point, b: Point) => Point} */
const middle = (a, b) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
