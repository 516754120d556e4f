/** @import {Progress} from "../vitrine.d.ts" */

let reported = 0;

/**
 * Tells the page how far loading is, at most once an animation frame and at the end.
 *
 * @param {Progress} value
 */
export function progress(value) {
  const now = performance.now();
  if (now - reported < 16 && value.loaded !== value.total) return;
  reported = now;
  self.postMessage({ progress: value });
}
