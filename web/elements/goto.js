/** @import { Session } from "../run/session.js" */
/** @import { Step } from "./step.js" */
import { stages } from "../run/stages.js";

/**
 * Leads a run to the places that are asked for, one after the other. Of those that are asked for while it is on its way, the
 * newest counts.
 *
 * @param {Session} session
 * @param {(error: unknown) => void} fail
 */
export function createGoto(session, fail) {
  /** @type {Step | null} */
  let wanted = null;
  let going = false;

  /** @param {Step | null} where null: it stays where it is */
  return async function goTo(where) {
    wanted = where;
    if (going) return;
    going = true;
    try {
      while (wanted && session.run) await lead();
    } catch (error) {
      fail(error);
    } finally {
      going = false;
    }
  };

  async function lead() {
    const { run } = session;
    const { head, position = 0, layer = 0, stage } = /** @type {Step} */ (wanted);
    wanted = null;
    if (!run) return;
    if (head !== undefined) session.setHead(head);
    if (run.state === "running") await run.pause();
    await run.goto({ stage, layer: stages[stage].perLayer ? layer : -1, position });
    session.follow();
  }
}
