/** @import { Views } from "../app.js" */
/** @import { Run, RunEvent } from "../vitrine.d.ts" */
/** @import { Session, Source } from "../run/session.js" */
import { listen } from "../kit/dom.js";
import { linkOf } from "../run/shared.js";
import { modelInLink } from "./link-model.js";

/**
 * The page as a link says it: what is loaded, and what somebody has chosen, drawn and opened.
 *
 * @param {Session} session
 * @param {Pick<Views, "page" | "prompt" | "sampling" | "inspector" | "controls">} views
 * @param {{ diagram: string, signal: AbortSignal }} options `diagram`: the author's at first, "" for ours
 */
export function watchState(session, { page, prompt, sampling, inspector, controls }, { diagram, signal }) {
  let head = 0;
  /** The newest choice of somebody, and in which run. @type {{ position: number, id: number, run: Run | null } | null} */
  let chosen = null;

  const own = {
    /** Of the model that is loading, or was to be. @type {Source} */
    next: undefined,
    /** The controls that a link hides. @type {string[]} */
    hide: [],

    state() {
      const { asked } = inspector;
      const view = asked && { stage: asked.stage, ...(asked.layer !== null && { layer: asked.layer }), ...(asked.position !== null && { position: asked.position }) };
      return linkOf({
        model: session.info ? modelInLink(session.source, session.info.name, location.href) : undefined,
        prompt: prompt.value(),
        read: session.prompt,
        typed: sampling.now(),
        state: session.state,
        tree: controls.tree(),
        switches: [...session.state.switches],
        chosen: chosen?.run === session.run ? chosen : null,
        breakpoints: controls.breakpoints(),
        at: view || head > 0 ? { ...view, ...(head > 0 && { head }) } : undefined,
        diagram,
        hide: own.hide,
      });
    },
  };

  /** @param {RunEvent[]} events */
  function forget(events) {
    for (const event of events) {
      if (event.type === "rewound" && event.reason === "rewind" && chosen && event.position <= chosen.position) chosen = null;
    }
  }

  listen(session, "events", forget, signal);
  listen(session, "loadbegin", (/** @type {{ source: Source }} */ begun) => (own.next = begun.source), signal);
  listen(session, "engine", () => (head = 0), signal);
  listen(page, "head", (/** @type {{ head: number }} */ now) => (head = now.head), signal);
  listen(page, "choose", (/** @type {{ position: number, id: number }} */ choice) => (chosen = { ...choice, run: session.run }), signal);
  listen(page, "sharechoice", (/** @type {{ hide: string[] }} */ { hide }) => (own.hide = hide), signal);
  listen(page, "diagramtext", (/** @type {{ text: string }} */ { text }) => (diagram = text), signal);
  return own;
}
