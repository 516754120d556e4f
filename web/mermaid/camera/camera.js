/** @import { Box } from "../pipeline/places.js" */

const LEGIBLE = 0.92; // below this scale the smallest text is under 11 px
const COLUMN = 1.3; // a column is not blown up beyond this to fill a width
const MAX = 4;
const EDGE = 24; // px kept between what is shown and the border

/**
 * Where the picture stands in its window: scale and place, written as CSS variables. It cannot be lost: all of
 * the window that it can cover it covers, and it is never smaller than it need be.
 *
 * @param {HTMLElement} picture
 * @param {() => void} [moved] called when something else may be in the window
 */
export function createCamera(picture, moved = () => {}) {
  let content = { width: 1, height: 1 };
  let room = { width: 1, height: 1 };
  let text = 1; // how large the reader has text
  let k = 1;
  let x = 0;
  let y = 0;

  const tall = () => content.height > 2 * content.width;

  /** No smaller than to show all of the picture. @param {number} scale */
  const clamp = (scale) => Math.min(MAX * text, Math.max(Math.min(1, room.width / content.width, room.height / content.height), scale));

  /** @param {boolean} [smooth] */
  function apply(smooth = false) {
    x = hold(x, room.width, content.width * k);
    y = hold(y, room.height, content.height * k);
    picture.classList.toggle("gliding", smooth);
    picture.style.setProperty("--x", `${x.toFixed(2)}px`);
    picture.style.setProperty("--y", `${y.toFixed(2)}px`);
    picture.style.setProperty("--k", k.toFixed(4));
    moved();
  }

  return {
    /**
     * @param {{ width: number, height: number }} size of the picture
     * @param {{ width: number, height: number }} window
     * @param {number} [scale] how large the reader has text, as a multiple of the usual size
     */
    resize(size, window, scale = 1) {
      content = size;
      room = window;
      text = scale;
    },

    /** Whether all of the picture is in sight. */
    get whole() {
      return content.width * k < room.width + 1 && content.height * k < room.height + 1;
    },

    /** Whether any of a box is in the window, or will be when a glide ends. @param {Box} box */
    sees: (box) => x + box.x * k < room.width && x + (box.x + box.width) * k > 0 && y + box.y * k < room.height && y + (box.y + box.height) * k > 0,

    /** The whole picture; a tall one by its width, from the top. */
    fit() {
      const { width: w, height: h } = room;
      k = clamp(tall() ? Math.min(COLUMN * text, w / content.width) : Math.min(w / content.width, h / content.height));
      x = (w - content.width * k) / 2;
      y = tall() ? 0 : (h - content.height * k) / 2;
      apply();
    },

    /** The whole picture where that is legible, else its beginning. */
    home() {
      this.fit();
      if (tall() || k >= LEGIBLE * text) return;
      k = text;
      x = y = 0;
      apply();
    },

    /**
     * @param {number} dx
     * @param {number} dy
     * @returns {boolean} whether it moved
     */
    pan(dx, dy) {
      const before = [x, y];
      x += dx;
      y += dy;
      apply();
      return before[0] !== x || before[1] !== y;
    },

    /**
     * @param {number} factor
     * @param {{ x: number, y: number }} [at] stays where it is, in the window's pixels
     */
    zoom(factor, at = { x: room.width / 2, y: room.height / 2 }) {
      const next = clamp(k * factor);
      x = at.x - ((at.x - x) * next) / k;
      y = at.y - ((at.y - y) * next) / k;
      k = next;
      apply();
    },

    /**
     * Brings a box into the window, smoothly, if it is not there.
     *
     * @param {Box} box
     * @returns {boolean} whether it moved
     */
    show(box) {
      const dx = into(x + box.x * k, box.width * k, room.width);
      const dy = into(y + box.y * k, box.height * k, room.height);
      if (dx === 0 && dy === 0) return false;
      const before = [x, y];
      x += dx;
      y += dy;
      apply(true);
      return before[0] !== x || before[1] !== y;
    },
  };
}

/** @typedef {ReturnType<typeof createCamera>} Camera */

/**
 * A smaller picture stays in the middle of the window, a larger one covers it.
 *
 * @param {number} at
 * @param {number} room
 * @param {number} size
 */
function hold(at, room, size) {
  return size <= room ? (room - size) / 2 : Math.min(0, Math.max(room - size, at));
}

/**
 * How far to move so that a stretch is inside the window: nothing if it is, else to the middle.
 *
 * @param {number} from
 * @param {number} size
 * @param {number} room
 */
function into(from, size, room) {
  const edge = Math.min(EDGE, Math.max(0, (room - size) / 2));
  return from >= edge && from + size <= room - edge ? 0 : room / 2 - (from + size / 2);
}
