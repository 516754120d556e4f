/** @import { Engine, Pair, Run } from "../vitrine.d.ts" */
/** @import { SecondStrings } from "../i18n/second-en.js" */
/** @import { Asked } from "../views/second-form.js" */
/** @import { Session } from "../run/session.js" */
import { createEngine, pairRuns } from "../vitrine.js";
import { choices } from "../run/branches.js";
import { further } from "../run/switched.js";
import { createRunState } from "../run/state.js";
import { percent } from "../kit/numbers.js";
import { label } from "../kit/text.js";

/**
 * A second run beside the page's own.
 *
 * @typedef {object} Second
 * @property {Pair} pair the page's own run and this one
 * @property {Run} run
 * @property {Engine | null} engine of its own
 * @property {string} name
 * @property {ReturnType<typeof createRunState>} state that its events become
 * @property {boolean} reading somebody takes its events
 */

/**
 * Begins a second run, which stands at its first stage; null where it is not wanted any more.
 *
 * @param {Session} session
 * @param {Run} first
 * @param {Asked} asked
 * @param {{ strings: SecondStrings, loading: (share: string) => void, signal: AbortSignal }} options
 * @returns {Promise<Second | null>}
 */
export async function beginSecond(session, first, asked, { strings, loading, signal }) {
  const { settings: own, pieces } = session.state;
  /** @type {Engine | null} */
  let engine = null;
  try {
    if (asked.kind === "model") {
      engine = await createEngine({ model: asked.files, signal, onProgress: ({ loaded, total }) => loading(total ? percent(loaded / total) : "…") });
    }
    if (!own || session.run !== first) throw new Error(strings.result.over);
    const settings = asked.kind === "branch" ? asked.branch.settings : { ...own, ...(asked.kind === "settings" ? asked.settings : {}) };
    const options = { ...settings, paused: true, stages: false, ...(asked.kind === "branch" ? further(choices(asked.branch, pieces.length), asked.branch.switches) : further([], first.switches)) };
    const prompt = asked.kind === "prompt" ? asked.prompt : session.prompt;
    const run = engine ? engine.generate(prompt, options) : session.beside(prompt, options);
    await run.ids(); // what cannot begin fails here
    return { pair: pairRuns(first, run), run, engine, name: nameOf(asked, engine, strings.result.names), state: createRunState(), reading: false };
  } catch (error) {
    engine?.close();
    if (signal.aborted) return null;
    throw error;
  }
}

/** @param {Asked} asked @param {Pick<Engine, "info"> | null} engine @param {SecondStrings["result"]["names"]} names */
export function nameOf(asked, engine, names) {
  if (asked.kind === "model") return names.model(label(engine?.info.name ?? ""), engine?.info.weights ?? "");
  return asked.kind === "prompt" ? names.prompt(label(asked.prompt)) : asked.kind === "branch" ? names.branch(asked.name) : names.settings(asked.settings);
}
