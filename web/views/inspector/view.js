/** @import { StageName } from "../../vitrine.d.ts" */
/** @import { MountView, Now, StageView } from "./views.js" */
import { el, send } from "../../kit/dom.js";
import { views } from "./views.js";

/**
 * The place of the view of a stage, above its tensors: mounts it, and ends it where another stage is shown. Sends
 * "focuslost" where one goes that had the focus.
 *
 * @param {HTMLElement} root that the tensors are in
 * @param {Parameters<MountView>[0]} options
 */
export function mountView(root, { signal, ...options }) {
  const above = el("div", { class: "stage-view" });
  /** @type {MountView | undefined} */
  let mounted;
  /** @type {StageView | null} */
  let view = null;
  let end = new AbortController();

  signal.addEventListener("abort", () => end.abort());

  /** @param {MountView | undefined} mount */
  function change(mount) {
    const lost = above.contains(document.activeElement);
    end.abort();
    end = new AbortController();
    mounted = mount;
    view = mount ? mount({ ...options, signal: end.signal }) : null;
    above.replaceChildren(...(view ? [view.above] : []));
    if (lost) send(root, "focuslost");
  }

  return {
    above,
    /** @param {Now} now */
    show(now) {
      if (views[now.stage] !== mounted) change(views[now.stage]);
      view?.show(now);
    },
    /** Ends it. */
    end: () => change(undefined),
    paint: () => view?.paint?.(),
    /** @param {boolean} on whether the machine stands, and answers */
    stand: (on) => view?.stand?.(on),
  };
}
