/** @import { Breakpoint, Switch } from "../vitrine.d.ts" */
/** @import { Settings } from "./settings.js" */
/** @import { Forced, LinkBranch, Stands, View } from "./link/fields.js" */
import { link as words } from "../i18n/link-en.js";
import { parsed } from "../kit/json.js";
import { pack, unpack } from "./link/bytes.js";
import { fields } from "./link/fields.js";
import { further } from "./switched.js";

/**
 * Links: everything that defines a run, as the fragment of an address. A fragment is "v1." and then the letters of
 * link/bytes.js; its text has one line for each field, its name, "=" and its value as JSON. docs/share.md says which.
 */

/**
 * @typedef {object} LinkState what is not there is as it is by default
 * @property {string} [model] the address of one, its name in the site's list, or "file:" and the name of one that was opened from files
 * @property {string} [prompt]
 * @property {number} [seed]
 * @property {number} temperature
 * @property {number} topK
 * @property {number} topP
 * @property {number} maxTokens
 * @property {string[]} stop
 * @property {Forced[]} forced
 * @property {Switch[]} switches
 * @property {Stands} [stands] how far the run had come; there was none where it is left out
 * @property {View} [at] what is in view
 * @property {Breakpoint[]} breakpoints
 * @property {number} [branch] which of the branches the run is on
 * @property {LinkBranch[]} branches where there are more than one
 * @property {string[]} hide controls that are not shown
 * @property {string} diagram the author's own, "" for ours
 */

const VERSION = "v1.";

/**
 * What a field that is left out means. It is part of the format: whatever the page's own defaults become, links stay as
 * they are.
 *
 * @type {Omit<LinkState, "model" | "prompt" | "seed" | "stands" | "at" | "branch">}
 */
const usual = { temperature: 0.7, topK: 40, topP: 0.95, maxTokens: 32, stop: [], forced: [], switches: [], breakpoints: [], branches: [], hide: [], diagram: "" };

/** A state in which nothing is said. @returns {LinkState} */
export const plainState = () => structuredClone(usual);

/** Whether a fragment, without its #, is meant as a link. @param {string} fragment */
export const isLink = (fragment) => /^v\d+\./.test(fragment);

/**
 * The fragment, without its #. It throws a RangeError where the state is more than a link holds.
 *
 * @param {Partial<LinkState>} state
 */
export async function encode(state) {
  const given = /** @type {Record<string, unknown>} */ (state);
  const different = Object.keys(fields).filter((name) => {
    const text = JSON.stringify(given[name]);
    return text !== undefined && text !== JSON.stringify(/** @type {Record<string, unknown>} */ (usual)[name]);
  });
  return VERSION + (await pack(different.map((name) => `${name}=${JSON.stringify(given[name])}\n`).join("")));
}

/**
 * What a fragment says, field by field: of a damaged one, what can be read. It never throws.
 *
 * @param {string} fragment without its #
 * @returns {Promise<{ state: LinkState, problems: string[] }>} problems: in words
 */
export async function decode(fragment) {
  const state = plainState();
  const problems = /** @type {string[]} */ ([]);
  const version = fragment.slice(0, 32).match(/^v\d+\./)?.[0];
  if (version !== VERSION) return { state, problems: [version ? words.version : words.none] };
  const { text, fault } = await unpack(fragment.slice(VERSION.length));
  if (fault) problems.push(words.faults[fault]);
  const seen = new Set();
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const at = line.indexOf("=");
    const name = line.slice(0, Math.max(0, at));
    if (!Object.hasOwn(fields, name) || seen.has(name)) {
      if (!fault && problems.length < 8) problems.push(words.unknown(/^\w{1,20}$/.test(name) ? name : "?"));
      continue;
    }
    seen.add(name);
    const read = fields[name](parsed(line.slice(at + 1)));
    if (!read) problems.push(words.wrong(name));
    else {
      if (read.wrong > 0) problems.push(words.items(name, read.wrong));
      Object.assign(state, { [name]: read.value });
    }
  }
  return { state, problems };
}

/**
 * The settings of a link's run.
 *
 * @param {LinkState} state
 * @returns {Omit<Settings, "seed"> & { seed: number | undefined }} seed: undefined where the link has none
 */
export const settingsOf = ({ temperature, topK, topP, seed, maxTokens, stop }) => ({ temperature, topK, topP, seed, maxTokens, stop });

/**
 * What a link's run is told beside its settings.
 *
 * @param {Pick<LinkState, "forced" | "switches">} state
 */
export const furtherOf = ({ forced, switches }) => further(forced.map(([position, id]) => ({ position, id })), switches);
