/** @import { CellRead } from "./picture.js" */
/** @import { Answered, MountView, Now, StageView } from "./views.js" */
import { el, listen, send } from "../../kit/dom.js";
import { asks } from "./reading.js";
import { views } from "./views.js";

/**
 * The place of the view of a stage, above and below its tensors: mounts it, and ends it where another stage is shown. Sends
 * "focuslost" where one goes that had the focus.
 *
 * @param {HTMLElement} root that the cells of the tensors are in
 * @param {Parameters<MountView>[0]} options
 */
export function mountView(root, { signal, ...options }) {
  const [above, below] = [el("div", { class: "stage-view" }), el("div", { class: "stage-view" })];
  /** @type {MountView | undefined} */
  let mounted;
  /** @type {StageView | null} */
  let view = null;
  let end = new AbortController();
  let placed = false; // it is in the page

  listen(root, "cellread", (/** @type {CellRead | null} */ cell) => cell && view?.read?.(cell), signal);
  signal.addEventListener("abort", () => end.abort());

  /** @param {MountView | undefined} mount */
  function change(mount) {
    const lost = [above, below].some((place) => place.contains(document.activeElement));
    end.abort();
    end = new AbortController();
    mounted = mount;
    view = mount ? mount({ ...options, signal: end.signal }) : null;
    placed = false;
    above.replaceChildren();
    below.replaceChildren();
    if (view && !view.answer) put(view);
    if (lost) send(root, "focuslost");
  }

  /** @param {StageView} view */
  function put(view) {
    placed = true;
    if (view.above) above.append(view.above);
    if (view.below) below.append(view.below);
  }

  return {
    above,
    below,
    /** Whether the view draws a tensor itself. @param {string} tensor */
    owns: (tensor) => (placed && view?.owns?.has(tensor)) ?? false,
    /** @param {Now} now */
    show(now) {
      const mount = views[now.stage];
      if (mount !== mounted || (placed && view?.answer && !now.there)) change(mount);
      view?.show?.(now);
      const answered = view?.answer && answeredOf(now);
      if (!view || !answered) return;
      if (!placed) put(view);
      view.answer?.(answered);
    },
    /** Ends it. */
    end: () => change(undefined),
    paint: () => view?.paint?.(),
    /** @param {boolean} on whether the machine stands, and answers */
    stand: (on) => view?.stand?.(on),
  };
}

/** @param {Now} now @returns {Answered | null} */
function answeredOf({ stage, place, reading, stands, stale, state, run, engine, text }) {
  if (!place || !run || !stands || stale || (!reading && asks(stage))) return null;
  return { stage, place, version: reading?.version ?? 0, tensors: reading?.tensors ?? [], state, run, engine, text };
}
