/** @import {RunState} from "../run/state.js" */
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
  let told = 0; // how much of the text was said
  let run = 0; // whose text it is
  let timer = 0;
  let said = -Infinity;

  /** @param {string} text */
  function say(text) {
    told += text.length;
    waiting = waiting.slice(text.length);
    if (text.trim() === "") return;
    said = performance.now();
    root.replaceChildren(el("p", { text }));
  }

  function turn() {
    timer = 0;
    say(whole(waiting));
  }

  /** @param {RunState} state that has begun another run */
  function begin({ number }) {
    run = number;
    told = 0;
    said = performance.now(); // the first words come together
    root.replaceChildren();
    clearTimeout(timer);
    timer = 0;
  }

  return {
    /** @param {RunState} state */
    show(state) {
      if (state.number !== run) begin(state);
      const text = state.done?.text ?? state.tokens.map(({ text, ahead }) => (ahead ? "" : text)).join("");
      told = Math.min(told, text.length); // the run went back
      waiting = text.slice(told);
      if (state.phase === "ended" || state.phase === "failed") {
        clearTimeout(timer);
        timer = 0;
        say(waiting);
      } else if (!timer && whole(waiting) !== "") {
        timer = setTimeout(turn, Math.max(0, said + between - performance.now()));
      }
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
