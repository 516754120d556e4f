/** @import {RunEvent, TokenEvent, TokenPiece} from "../vitrine.js" */
/** @import {Token} from "../kit/chip.js" */
/** @import {Pacer} from "../run/frames.js" */
import { chip, fill } from "../kit/chip.js";
import { el, send } from "../kit/dom.js";

/**
 * The run's text, one chip a token. Chips are only ever appended, once a frame. Sends "tokenread" with the Token under
 * the pointer, or else the one that was tapped or reached by the arrow keys, or null.
 *
 * @param {HTMLElement} root scrolls; keeps to its end while its reader is there
 * @param {{ label: string, empty: string, pacer: Pacer, signal: AbortSignal }} options
 */
export function mountChips(root, { label, empty, pacer, signal }) {
  root.tabIndex = 0;
  root.role = "group";
  root.ariaLabel = label;
  const flow = el("p", { class: "flow", dir: "auto" });
  root.append(el("p", { class: "empty", text: empty }), flow);
  /** @type {Token[]} */
  let tokens = [];
  /** @type {HTMLElement[]} by position */
  let elements = [];
  /** @type {Token[]} not drawn yet */
  let queue = [];
  let current = -1;
  let kept = -1; // of the chips, by a tap or a key
  let atEnd = true;

  root.addEventListener("pointerover", (event) => event.pointerType !== "touch" && point(indexOf(event.target)), { signal });
  root.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && point(-1), { signal });
  root.addEventListener("click", (event) => keep(indexOf(event.target)), { signal });
  root.addEventListener("blur", () => keep(-1), { signal });
  root.addEventListener("keydown", onKey, { signal });

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const last = elements.length - 1;
    const to = { ArrowLeft: Math.max(0, current - 1), ArrowRight: Math.min(last, current + 1), Home: 0, End: last }[event.key];
    if (to === undefined || last < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keep(to);
    elements[to].scrollIntoView({ block: "nearest" });
  }

  /** @param {EventTarget | null} target */
  function indexOf(target) {
    const chip = target instanceof Element ? target.closest(".chip") : null;
    return chip instanceof HTMLElement ? Number(chip.dataset.index) : -1;
  }

  /** @param {number} index */
  const point = (index) => read(index < 0 ? kept : index);

  /** @param {number} index */
  function keep(index) {
    kept = index;
    read(index);
  }

  /** @param {number} index */
  function read(index) {
    if (index === current) return;
    elements[current]?.classList.remove("current");
    elements[index]?.classList.add("current");
    current = index;
    send(root, "tokenread", tokens[index] ?? null);
  }

  /** @param {TokenPiece | TokenEvent} token @param {string} piece @param {string} text @param {number | null} probability */
  function add({ id, special, bytes: all = [] }, piece, text, probability) {
    const bytes = text === "" || text.includes("\uFFFD") ? all : []; // part of a character
    const token = { position: tokens.length, id, piece, text, bytes, probability, special: special === true, kept: text.length };
    tokens.push(token);
    queue.push(token);
    pacer.request(draw, look);
  }

  function look() {
    atEnd = root.scrollHeight - root.scrollTop - root.clientHeight < 32; // within about one line
  }

  function draw() {
    pacer.cancel(draw);
    const chips = document.createDocumentFragment();
    for (const token of queue) {
      const element = chip(token);
      elements.push(element);
      if (/^\s/.test(token.text)) chips.append(el("wbr")); // lines break before a token that begins with a blank
      chips.append(element);
    }
    queue = [];
    flow.append(chips);
    if (atEnd) return () => void (root.scrollTop = root.scrollHeight);
  }

  return {
    /** Empties the view for a new run. */
    reset() {
      keep(-1);
      queue = [];
      tokens = [];
      elements = [];
      flow.replaceChildren();
      root.dataset.state = "running";
    },
    /** @param {TokenPiece[]} pieces the prompt's */
    prompt(pieces) {
      const decoder = new TextDecoder();
      for (const piece of pieces) add(piece, piece.text, decoder.decode(piece.bytes, { stream: true }), null);
    },
    /** @param {RunEvent} event */
    show(event) {
      // A piece that is part of a character shows the character where it is whole; text held back shows as it is.
      if (event.type === "token") add(event, event.piece, event.bytes ? event.text : event.piece, event.probability);
    },
    /**
     * The run has ended.
     *
     * @param {number} length of the result's text; what goes on after it belongs to the stop text, and is marked
     */
    finish(length) {
      look();
      draw()?.();
      root.dataset.state = "done";
      let start = 0;
      for (const token of tokens) {
        if (token.probability === null) continue;
        if (start + token.text.length > length) cut(token, Math.max(0, length - start));
        start += token.text.length;
      }
    },
    /** All that was generated, the stop text too. */
    generated: () => tokens.map((token) => (token.probability === null ? "" : token.text)).join(""),
    /** The prompt and what the run made of it, without a stop text. */
    text: () => tokens.map((token) => token.text.slice(0, token.kept)).join(""),
  };

  /** @param {Token} token @param {number} keep how many characters of it are part of the result */
  function cut(token, keep) {
    token.kept = keep;
    const struck = el("s");
    fill(struck, token.text.slice(keep));
    const element = elements[token.position];
    element.replaceChildren();
    fill(element, token.text.slice(0, keep));
    element.append(struck);
  }
}
