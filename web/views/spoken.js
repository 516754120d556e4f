/** @import {RunEvent} from "../vitrine.js" */
import { el } from "../kit/dom.js";

/** Milliseconds between two parts of the text: a screen reader says about ten words meanwhile. */
const between = 3000;
const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });

/**
 * The generated text for a screen reader, in whole words: a polite live region gets what is new once in a while.
 *
 * @param {HTMLElement} root has aria-live
 */
export function mountSpoken(root) {
  let waiting = ""; // generated, and not said
  let timer = 0;
  let said = -Infinity;

  /** @param {string} text */
  function say(text) {
    waiting = waiting.slice(text.length);
    if (text.trim() === "") return;
    said = performance.now();
    root.replaceChildren(el("p", { text }));
  }

  function turn() {
    timer = 0;
    say(whole(waiting));
  }

  return {
    /** A run begins. */
    reset() {
      clearTimeout(timer);
      timer = 0;
      said = performance.now(); // the first words come together
      waiting = "";
      root.replaceChildren();
    },
    /** @param {RunEvent} event */
    show(event) {
      if (event.type !== "token") return;
      waiting += event.text;
      if (!timer && whole(waiting) !== "") timer = setTimeout(turn, Math.max(0, said + between - performance.now()));
    },
    /** @param {number} cut how many characters at the end are not part of the result */
    finish(cut) {
      clearTimeout(timer);
      timer = 0;
      say(waiting.slice(0, Math.max(0, waiting.length - cut)));
    },
  };
}

/**
 * The words of a text that cannot grow any more: all but the last.
 *
 * @param {string} text
 */
export function whole(text) {
  const segments = [...segmenter.segment(text)];
  const last = segments.findLastIndex((segment) => segment.isWordLike);
  return segments.length - 1 > last ? text : text.slice(0, segments[last]?.index ?? 0);
}
