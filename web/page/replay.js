/** @import { Engine, Run, TokenPiece } from "../vitrine.d.ts" */
/** @import { Leaf, Tree } from "../run/branches.js" */
/** @import { LinkState } from "../run/link.js" */
/** @import { Beginning } from "./controls.js" */
/** @import { Settings } from "../run/settings.js" */
import { leafOf } from "../run/branches.js";
import { furtherOf } from "../run/link.js";

/**
 * Begins the run of a link, with its branches, and leads it to where it stood.
 *
 * @param {LinkState} state
 * @param {Settings} settings
 * @param {object} options
 * @param {Pick<Engine, "generate" | "tokenize">} options.engine
 * @param {(tree: Tree, leads: (run: Run) => Promise<unknown>) => void} options.replace puts these branches in the place of those that are there
 * @param {(how: Beginning) => void} options.start
 * @param {() => void} options.look when it stands there
 * @param {AbortSignal} options.signal
 */
export async function runAgain(state, settings, { engine, replace, start, look, signal }) {
  const { prompt = "" } = state;
  const pieces = await engine.tokenize(prompt);
  const tree = await branchesAgain(engine, state, pieces, settings, signal);
  if (signal.aborted) return;
  replace(tree, async (run) => {
    await lead(run, state, pieces.length);
    if (!signal.aborted) look();
  });
  start({ prompt, settings, paused: true, ...furtherOf(state) });
}

/**
 * The branches of a link, each generated again by the engine, beside the run that is shown. That one's own has no tokens yet.
 *
 * @param {Pick<Engine, "generate">} engine
 * @param {LinkState} state
 * @param {readonly TokenPiece[]} pieces of the prompt
 * @param {Settings} settings of the run
 * @param {AbortSignal} signal
 * @returns {Promise<Tree>}
 */
async function branchesAgain(engine, state, pieces, settings, signal) {
  const { prompt = "", branches, branch = 0 } = state;
  /** @type {LinkState["branches"]} */
  const list = branches.length ? branches : [{ parent: -1, from: 0, tokens: 0, name: "", forced: [], settings: {} }];
  const current = Math.min(branch, list.length - 1);
  /** @type {Tree["branches"][number][]} */
  const made = [];
  for (const [i, { parent, from, tokens: count, name, forced, switches: switched = [], settings: own }] of list.entries()) {
    const [mine, switches] = i === current ? [settings, state.switches] : [{ ...settings, ...own }, switched];
    const tokens = i === current ? [] : await generated(engine, prompt, { ...mine, maxTokens: count }, furtherOf({ forced, switches }), signal);
    made.push({ id: i + 1, parent: parent < i ? (parent < 0 ? -1 : parent + 1) : -1, from, name, tokens, replay: Infinity, settings: mine, switches });
  }
  return { branches: made, current: current + 1, next: made.length + 1, prompt: pieces.map(({ id }) => id).join() };
}

/**
 * @param {Pick<Engine, "generate">} engine
 * @param {string} prompt
 * @param {Settings} settings
 * @param {ReturnType<typeof furtherOf>} further
 * @param {AbortSignal} signal
 * @returns {Promise<Leaf[]>}
 */
async function generated(engine, prompt, settings, further, signal) {
  /** @type {Leaf[]} */
  const tokens = [];
  if (settings.maxTokens < 1 || signal.aborted) return tokens;
  for await (const event of engine.generate(prompt, { ...settings, ...further, stages: false, signal })) {
    if (event.type === "token") tokens.push(leafOf(event));
  }
  return tokens;
}

/**
 * Leads a run, which stands at its first stage, to where a link says that it stood.
 *
 * @param {Run} run
 * @param {LinkState} state
 * @param {number} prompt how many tokens it has
 */
async function lead(run, { stands }, prompt) {
  if (!stands) return;
  const { tokens, ended, stage, layer = -1, position } = stands;
  if (tokens > 0) await run.goto({ position: prompt + tokens - 2, layer: -1, stage: "generation" });
  if (ended) run.resume();
  else if (stage !== undefined && position !== undefined) await run.goto({ position, layer, stage });
}
