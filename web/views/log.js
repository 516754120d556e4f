/** @import { LogEvent } from "../vitrine.d.ts" */
/** @import { ControlStrings } from "../i18n/control-en.js" */
/** @import { Pacer } from "../run/frames.js" */
import { el, send } from "../kit/dom.js";

/**
 * The lines of breakpoints that have a log message; a press on one goes to where it was written. Sends "goto" Where.
 *
 * @param {HTMLElement} root
 * @param {{ strings: ControlStrings["breakpoints"], where: (event: LogEvent) => string, pacer: Pacer, signal: AbortSignal }} options
 */
export function mountLog(root, { strings, where, pacer, signal }) {
  const lines = el("div", { class: "log-lines", role: "log", "aria-label": strings.log, tabindex: 0 });
  const empty = el("p", { class: "hint", text: strings.logEmpty });
  root.append(el("h3", { text: strings.log }), empty, lines);
  /** @type {readonly LogEvent[]} */
  let events = [];
  /** @type {WeakMap<Element, LogEvent>} */
  const eventOf = new WeakMap();
  /** @type {Map<LogEvent, HTMLElement>} */
  let drawn = new Map();

  lines.addEventListener(
    "click",
    ({ target }) => {
      const event = target instanceof Element ? eventOf.get(target.closest("p") ?? target) : null;
      if (event) send(root, "goto", { position: event.position, layer: event.layer, stage: event.stage });
    },
    { signal },
  );

  function draw() {
    const atEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 24; // within about one line
    const now = new Map(events.map((event) => [event, drawn.get(event) ?? line(event)]));
    for (const [event, element] of drawn) if (!now.has(event)) element.remove();
    for (const element of now.values()) if (!element.isConnected) lines.append(element);
    drawn = now;
    empty.hidden = events.length > 0;
    lines.hidden = events.length === 0;
    if (atEnd) return () => void (lines.scrollTop = lines.scrollHeight);
  }

  /** @param {LogEvent} event */
  function line(event) {
    const element = el("p", {}, el("button", { type: "button", class: "log-where", text: where(event) }), el("span", { class: "log-message", dir: "auto", text: event.message }));
    eventOf.set(element, event);
    return element;
  }

  draw();
  return {
    /** @param {{ log: readonly LogEvent[] }} state */
    show({ log }) {
      events = log;
      pacer.request(draw);
    },
  };
}
