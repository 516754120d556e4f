/** @import { Breakpoint, StageName, Switch } from "../../vitrine.d.ts" */
/** @import { NumberName } from "../settings.js" */
import { isObject } from "../../kit/json.js";
import { MOST_TEXT } from "../messages.js";
import { numbers } from "../settings.js";
import { stageNames } from "../stages.js";

/**
 * What a link may say: how each of its fields is read. What is read is of the right kind and size whatever the link holds;
 * whether the model has such a layer, head or token, the engine says.
 */

/** @typedef {[position: number, id: number]} Forced a token that is taken in the place of the one that is drawn */
/** @typedef {{ stage?: StageName, layer?: number, position?: number, head?: number }} View a stage that is looked at, its layer, token and head */

/**
 * Where a run stood.
 *
 * @typedef {{ tokens: number, ended?: true, stage?: StageName, layer?: number, position?: number }} Stands tokens: how
 *   many were generated; ended: it had come to its end; else the stage that it stood at
 */

/**
 * A branch beside the run, or the run's own.
 *
 * @typedef {object} LinkBranch
 * @property {number} parent its place in the list, -1 for none
 * @property {number} from step at which it left it
 * @property {number} tokens how many it has
 * @property {string} name
 * @property {Forced[]} forced
 * @property {Switch[]} [switches] where it has any; the run's own are the link's
 * @property {Partial<Record<NumberName, number>> & { stop?: string[] }} settings those that differ from the run's
 */

/** @typedef {{ value: unknown, wrong: number } | null} Read `wrong`: items of a list that were left out; null: nothing can be read */

const MOST_ITEMS = 1 << 14;
const MOST_BRANCHES = 64;
const WHOLE = 2 ** 31 - 1;

/** @param {unknown} value @param {number} [most] @returns {value is string} */
const isText = (value, most = MOST_TEXT) => typeof value === "string" && value.length <= most;

/** @param {unknown} value @param {number} [least] @returns {value is number} */
const isWhole = (value, least = 0) => Number.isInteger(value) && Number(value) >= least && Number(value) <= WHOLE;

/** @param {unknown} value @returns {value is StageName} */
const isStage = (value) => stageNames.includes(/** @type {StageName} */ (value));

/** @param {(value: unknown) => boolean} is @returns {(value: unknown) => Read} */
const one = (is) => (value) => (is(value) ? { value, wrong: 0 } : null);

/** A list, without the items that are none. @param {(item: unknown) => unknown} read gives undefined for such @param {number} [most] @returns {(value: unknown) => Read} */
const list = (read, most = MOST_ITEMS) => (value) => {
  if (!Array.isArray(value)) return null;
  const good = value.slice(0, most).map(read).filter((item) => item !== undefined);
  return { value: good, wrong: value.length - good.length };
};

/** @param {NumberName} name */
const number = (name) => one((value) => isNumber(name, value));

/** @param {NumberName} name @param {unknown} value */
function isNumber(name, value) {
  const { min, max, whole, open } = numbers[name];
  if (typeof value !== "number" || !(value >= min && value <= max) || (open && value === min)) return false;
  return whole ? Number.isInteger(value) : value === 0 || Math.fround(value) !== 0; // the engine computes in float32
}

/** @param {unknown} item @returns {Forced | undefined} */
const forced = (item) => (Array.isArray(item) && item.length === 2 && isWhole(item[0]) && isWhole(item[1]) ? [item[0], item[1]] : undefined);

/**
 * An object's fields that are known and right; undefined where one is wrong, or one that is needed is not there.
 *
 * @param {unknown} value
 * @param {Record<string, (value: unknown) => boolean>} fields
 * @param {string[]} [needed]
 */
function object(value, fields, needed = []) {
  if (!isObject(value) || needed.some((name) => !Object.hasOwn(value, name))) return undefined;
  const known = Object.entries(value).filter(([name]) => Object.hasOwn(fields, name));
  return known.every(([name, part]) => fields[name](part)) ? Object.fromEntries(known) : undefined;
}

/** @param {unknown} item @returns {Breakpoint | undefined} */
const breakpoint = (item) => /** @type {any} */ (object(item, { stage: isStage, layer: isWhole, position: isWhole, condition: isText, hitCondition: isText, logMessage: isText }, ["stage"]));

/** @param {unknown} item @returns {Switch | undefined} */
function switched(item) {
  if (!isObject(item)) return undefined;
  const places = { layer: isWhole, head: isWhole };
  const is = (/** @type {unknown[]} */ ...values) => (/** @type {unknown} */ value) => values.includes(value);
  const kinds = [
    object(item, { off: is("head"), ...places }, ["off", "layer", "head"]),
    object(item, { off: is("attention", "mlp"), layer: isWhole }, ["off", "layer"]),
    object(item, { off: is("mask", "position") }, ["off"]),
    object(item, { scale: Number.isFinite, ...places }, ["scale", "layer", "head"]),
    object(item, { activation: is("gelu_new", "gelu", "relu") }, ["activation"]),
  ];
  const kind = kinds.find((one) => one !== undefined);
  return /** @type {any} */ (kind);
}

const places = { stage: isStage, layer: (/** @type {unknown} */ value) => isWhole(value, -1), position: isWhole };
const stops = list((item) => (isText(item, 1024) ? item : undefined), MOST_BRANCHES);

/** @param {unknown} item @returns {LinkBranch | undefined} */
function branch(item) {
  const read = object(item, { parent: (value) => isWhole(value, -1), from: isWhole, tokens: isWhole }, ["parent", "from", "tokens"]);
  if (!read || !isObject(item)) return undefined;
  const given = isObject(item.settings) ? item.settings : {};
  const settings = Object.entries(given).filter(([name, value]) => (name === "stop" ? stops(value)?.wrong === 0 : Object.hasOwn(numbers, name) && isNumber(/** @type {NumberName} */ (name), value)));
  return /** @type {any} */ ({ ...read, name: isText(item.name, 200) ? item.name : "", forced: list(forced)(item.forced)?.value ?? [], ...(Array.isArray(item.switches) && { switches: list(switched)(item.switches)?.value }), settings: Object.fromEntries(settings) });
}

/** Whether a control that is hidden may be called so. @param {unknown} value */
export const isName = (value) => typeof value === "string" && /^[a-z-]{1,32}$/.test(value);

/** In the order in which they are written: what is needed most comes first, and outlives a link that is cut. @type {Record<string, (value: unknown) => Read>} */
export const fields = {
  model: one((value) => isText(value, 2048) && value !== ""),
  prompt: one((value) => isText(value)),
  seed: number("seed"),
  temperature: number("temperature"),
  topK: number("topK"),
  topP: number("topP"),
  maxTokens: number("maxTokens"),
  stop: stops,
  forced: list(forced),
  switches: list(switched),
  stands: one((value) => object(value, { ...places, tokens: isWhole, ended: (is) => is === true }, ["tokens"]) !== undefined),
  at: one((value) => object(value, { ...places, layer: isWhole, head: isWhole }) !== undefined),
  breakpoints: list(breakpoint),
  branch: one((value) => isWhole(value)),
  branches: list(branch, MOST_BRANCHES),
  hide: list((item) => (isName(item) ? item : undefined), MOST_BRANCHES),
  diagram: one((value) => isText(value)),
};
