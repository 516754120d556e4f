/** @import {Shown} from "../run/output.js" */
/** @import {RunState} from "../run/state.js" */
/** @import {Pacer} from "../run/frames.js" */
import { chip } from "../kit/chip.js";
import { el, send } from "../kit/dom.js";
import { outputOf } from "../run/output.js";

/**
 * The run's text, one chip a token. Only chips whose token changed are made anew, once a frame. Sends "tokenread" with
 * the position of the token under the pointer, or else of the one that was tapped or reached by the arrow keys, or -1;
 * and "picktoken" { position } when another is wanted in its place: Enter, or a double click.
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
  /** @type {RunState | null} */
  let state = null;
  let run = 0; // whose tokens they are
  /** @type {Shown[]} */
  let output = [];
  /** @type {HTMLElement[]} of the output, by position */
  let elements = [];
  let current = -1;
  let kept = -1; // of the chips, by a tap or a key
  let atEnd = true;

  root.addEventListener("pointerover", (event) => event.pointerType !== "touch" && point(indexOf(event.target)), { signal });
  root.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && point(-1), { signal });
  root.addEventListener("click", (event) => keep(indexOf(event.target)), { signal });
  root.addEventListener("dblclick", (event) => pick(indexOf(event.target)), { signal });
  root.addEventListener("blur", () => keep(-1), { signal });
  root.addEventListener("keydown", onKey, { signal });

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) return pick(kept);
    const last = elements.length - 1;
    const to = { ArrowLeft: Math.max(0, current - 1), ArrowRight: Math.min(last, current + 1), Home: 0, End: last }[event.key];
    if (to === undefined || last < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keep(to);
    elements[to].scrollIntoView({ block: "nearest" });
  }

  /** @param {number} index */
  function pick(index) {
    if (state && index >= state.pieces.length) send(root, "picktoken", { position: index });
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
    send(root, "tokenread", index);
  }

  function look() {
    atEnd = root.scrollHeight - root.scrollTop - root.clientHeight < 32; // within about one line
  }

  function draw() {
    if (!state) return;
    if (state.number !== run) clear(state.number);
    if (state.phase === "idle" && state.pieces.length === 0) delete root.dataset.state; // the run is forgotten
    else if (state.phase !== "idle" && state.phase !== "waiting") root.dataset.state = state.phase;
    const next = outputOf(state);
    if (current >= next.length || kept >= next.length) keep(-1);
    while (elements.length > next.length) drop(/** @type {HTMLElement} */ (elements.pop()));
    const added = document.createDocumentFragment();
    for (const [i, token] of next.entries()) {
      if (i < elements.length && same(output[i], token)) continue;
      const element = chip(token);
      if (i < elements.length) elements[i].replaceWith(element);
      else added.append(...(/^\s/.test(token.text) ? [el("wbr")] : []), element); // lines break before a blank
      elements[i] = element;
    }
    output = next;
    elements[current]?.classList.add("current");
    flow.append(added);
    if (atEnd) return () => void (root.scrollTop = root.scrollHeight);
  }

  /** @param {number} number of the run that begins */
  function clear(number) {
    run = number;
    keep(-1);
    output = [];
    elements = [];
    flow.replaceChildren();
  }

  return {
    /** @param {RunState} now */
    show(now) {
      state = now;
      pacer.request(draw, look);
    },
  };
}

/** @param {HTMLElement} element the last one */
function drop(element) {
  if (element.previousSibling instanceof HTMLElement && element.previousSibling.localName === "wbr") element.previousSibling.remove();
  element.remove();
}

/** @param {Shown} a @param {Shown} b */
const same = (a, b) => a.token === b.token && a.kept === b.kept && a.ahead === b.ahead;
