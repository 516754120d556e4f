/** @import { Card } from "./card.js" */
import { focusIn } from "../kit/dom.js";

/**
 * Makes the cards one stop of the Tab key, with the arrow keys up and down between them in reading order. Tab comes
 * back to the card that had the focus last.
 *
 * @param {HTMLElement} root
 * @param {(event: Event) => Card | undefined} at the card that an event happened on
 * @param {(card: Card) => void} reached told of the card that the keyboard has reached
 * @param {AbortSignal} signal
 */
export function mountRoving(root, at, reached, signal) {
  /** @type {Card[]} in reading order */
  let cards = [];
  let stop = 0; // where Tab comes in

  root.addEventListener("keydown", onKey, { signal });
  root.addEventListener("focusin", onFocus, { signal });

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const last = cards.length - 1;
    const before = Math.max(0, stop - 1);
    const after = Math.min(last, stop + 1);
    const to = { ArrowUp: before, ArrowDown: after }[event.key];
    if (to === undefined || last < 0) return;
    event.preventDefault();
    cards[at(event) ? to : stop].group.focus({ preventScroll: true });
  }

  /** @param {Event} event */
  function onFocus(event) {
    const card = at(event);
    if (!card) return;
    enter(cards.indexOf(card));
    if (card.group.matches(":focus-visible")) reached(card);
  }

  /** @param {number} index */
  function enter(index) {
    cards[stop]?.group.setAttribute("tabindex", "-1");
    stop = index;
    cards[stop]?.group.setAttribute("tabindex", "0");
  }

  return {
    /**
     * Other cards take the place of those before, and the focus with it.
     *
     * @param {Card[]} next in reading order
     * @param {() => void} replace puts them into the document
     */
    list(next, replace) {
      const focused = cards[stop]?.group === focusIn(root);
      cards = next;
      replace();
      enter(Math.max(0, Math.min(stop, cards.length - 1)));
      if (focused) cards[stop]?.group.focus({ preventScroll: true });
    },
  };
}
