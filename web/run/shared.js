/** @import { Breakpoint, Switch } from "../vitrine.d.ts" */
/** @import { Branch, Tree } from "./branches.js" */
/** @import { Forced, LinkBranch, Stands, View } from "./link/fields.js" */
/** @import { LinkState } from "./link.js" */
/** @import { Settings } from "./settings.js" */
/** @import { RunState } from "./state.js" */
import { branchOf, choices } from "./branches.js";
import { numberNames } from "./settings.js";

/**
 * What of the page goes into a link.
 *
 * @typedef {object} Seen
 * @property {string | undefined} model as a link names it
 * @property {string} prompt what the prompt box holds
 * @property {string} read what the run that is shown has read
 * @property {(Omit<Settings, "seed"> & { seed: number | undefined }) | null} typed what the fields hold, null where one is wrong
 * @property {Pick<RunState, "pieces" | "tokens" | "at" | "done" | "phase" | "settings">} state
 * @property {Tree} tree
 * @property {Switch[]} switches
 * @property {{ position: number, id: number } | null} chosen the newest choice of somebody
 * @property {Breakpoint[]} breakpoints
 * @property {View | undefined} at
 * @property {string} diagram
 * @property {string[]} hide
 */

/**
 * A link's state: the run that is shown, if the prompt box still holds its prompt; else what the fields hold.
 *
 * @param {Seen} seen
 * @returns {Partial<LinkState>}
 */
export function linkOf({ model, prompt, read, typed, state, tree, switches, chosen, breakpoints, at, diagram, hide }) {
  const page = { model, prompt, breakpoints, at, diagram, hide };
  const { pieces, settings } = state;
  const now = branchOf(tree, tree.current);
  if (pieces.length === 0 || !settings || prompt !== read) return { ...page, ...typed };
  const forced = now ? forcedOf(now, pieces.length) : [];
  if (chosen && state.at && chosen.position === pieces.length + state.at.step && !state.tokens.some(({ position, ahead }) => !ahead && position === chosen.position)) {
    forced.splice(0, forced.length, ...forced.filter(([position]) => position < chosen.position), [chosen.position, chosen.id]);
  }
  return { ...page, ...settings, forced, switches, stands: standsOf(state), ...branchesOf(tree, settings, pieces.length) };
}

/**
 * A link's state without the place where its run stands: it fills the fields, and a run of it goes to its end.
 *
 * @param {Partial<LinkState>} state
 * @returns {Partial<LinkState>}
 */
export function withoutStop({ stands, branch, branches, at, ...page }) {
  return { ...page, ...(at?.head !== undefined && { at: { head: at.head } }) };
}

/** The tokens that are to be chosen. @param {Branch} branch @param {number} prompt how many tokens it has @returns {Forced[]} */
const forcedOf = (branch, prompt) => choices(branch, prompt).map(({ position, id }) => [position, id]);

/** @param {Seen["state"]} state @returns {Stands} */
function standsOf({ at, done, pieces, tokens }) {
  const known = tokens.length;
  if (done && done.finishReason !== "aborted") return { tokens: known, ended: true };
  if (at) return { tokens: known, stage: at.stage, position: at.position, ...(at.layer >= 0 && { layer: at.layer }) };
  if (known === 0) return { tokens: 0, stage: "prompt", position: 0 };
  return { tokens: known, stage: "generation", position: pieces.length + known - 2 }; // of the pass that chose the last one
}

/**
 * @param {Tree} tree
 * @param {Settings} settings of the run
 * @param {number} prompt how many tokens it has
 * @returns {{ branch?: number, branches: LinkBranch[] }}
 */
function branchesOf({ branches, current }, settings, prompt) {
  if (branches.length < 2) return { branches: [] };
  const places = branches.map(({ id }) => id);
  return {
    branch: places.indexOf(current),
    branches: branches.map((one) => ({
      parent: places.indexOf(one.parent),
      from: one.from,
      tokens: one.tokens.length,
      name: one.name,
      forced: one.id === current ? [] : forcedOf(one, prompt),
      ...(one.id !== current && one.switches.length > 0 && { switches: [...one.switches] }),
      settings: differences(one.settings, settings),
    })),
  };
}

/** @param {Settings} settings @param {Settings} usual @returns {LinkBranch["settings"]} */
function differences(settings, usual) {
  const numbers = numberNames.filter((name) => settings[name] !== usual[name]).map((name) => [name, settings[name]]);
  const stop = settings.stop.join("\0") === usual.stop.join("\0") ? {} : { stop: settings.stop };
  return { ...Object.fromEntries(numbers), ...stop };
}
