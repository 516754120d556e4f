/** @import { Session } from "../run/session.js" */
/** @import { Step } from "./step.js" */
import { stages } from "../run/stages.js";

/**
 * Leads a run to the places that are asked for, one after the other; while the model is still loading, once the run has begun.
 * Of those that are asked for while it is on its way, the newest counts.
 *
 * @param {Session} session
 * @param {(error: unknown) => void} fail
 */
export function createGoto(session, fail) {
  /** @type {Step | null} */
  let wanted = null;
  /** @type {Promise<void> | null} settles when the run stands at the newest place, or has ended */
  let going = null;

  async function go() {
    while (wanted && (await begun())) await lead(wanted).catch(fail);
    wanted = going = null;
  }

  /** Whether there is a run, once the engine has begun it. */
  async function begun() {
    while (session.running && !session.run) await new Promise((resolve) => session.addEventListener("state", resolve, { once: true }));
    return session.run !== null;
  }

  /** @param {Step} where */
  async function lead({ head, position = 0, layer = 0, stage }) {
    const { run } = session;
    wanted = null;
    if (!run) return;
    if (head !== undefined) session.setHead(head);
    if (run.state === "running") await run.pause();
    await run.goto({ stage, layer: stages[stage].perLayer ? layer : -1, position });
    session.follow();
  }

  return {
    /** @param {Step} where */
    async to(where) {
      wanted = where;
      await (going ??= go());
    },

    /** Whether it leads, or will once the run has begun. */
    get leads() {
      return going !== null;
    },
  };
}
