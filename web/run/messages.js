/** What a frame of ours and the page around it tell each other. Either may be anybody's: what is no message of ours is none. */

import { isObject } from "../kit/json.js";
import { stageNames } from "./stages.js";

/** @typedef {"run" | "pause" | "step" | "goto" | "stop"} Call a method of an element */
/** @typedef {"stage" | "token" | "paused" | "done"} Told an event of an element */

/** @type {readonly Call[]} */
const calls = ["run", "pause", "step", "goto", "stop"];
/** @type {readonly Told[]} */
export const events = ["stage", "token", "paused", "done"];

export const MOST_TEXT = 1 << 17; // characters of a text that comes from outside, as in a link
export const MOST_HEIGHT = 10_000; // px of an element

/** What options of a call may be. @type {Record<string, (value: unknown) => boolean>} */
const options = {
  prompt: (value) => typeof value === "string" && value.length <= MOST_TEXT,
  paused: (value) => typeof value === "boolean",
  stage: (value) => stageNames.some((name) => name === value),
  granularity: (value) => value === "stage" || value === "layer" || value === "token",
  direction: (value) => value === "over" || value === "into" || value === "out",
};
const settings = ["temperature", "topK", "topP", "seed", "maxTokens", "pace"];
for (const name of ["layer", "head", "position"]) options[name] = (value) => Number.isInteger(value) && Number(value) >= 0;
for (const name of settings) options[name] = (value) => typeof value === "number" && Number.isFinite(value) && value >= 0;

/** An option as the element itself takes it: a setting may be written, as in an attribute. @param {string} name @param {unknown} value */
function plain(name, value) {
  if (typeof value !== "string" || !settings.includes(name)) return value;
  return value.trim() === "" ? undefined : Number(value.replace(",", "."));
}

/** The number by which a page knows the answer to a call; undefined where it wants none. @param {Record<string, unknown>} message */
const idOf = ({ id }) => (typeof id === "number" && Number.isSafeInteger(id) ? id : undefined);

/**
 * The call that a page asks of its frame, or what is wrong with it, where the page waits for an answer; null where it is none.
 *
 * @param {unknown} data of a message
 * @returns {{ call: Call, options: Record<string, unknown>, id: number | undefined, wrong?: undefined } | { wrong: string, id: number } | null}
 */
export function callOf(data) {
  if (!isObject(data) || data.vitrine !== 1) return null;
  const call = calls.find((one) => one === data.call);
  if (!call) return null;
  const id = idOf(data);
  const given = data.options ?? {};
  const all = Object.entries(isObject(given) ? given : { options: given }).map(([name, value]) => /** @type {const} */ ([name, plain(name, value)])).filter(([, value]) => value != null);
  const unknown = all.find(([name, value]) => !Object.hasOwn(options, name) || !options[name](value));
  if (!unknown) return { call, options: Object.fromEntries(all), id };
  return id === undefined ? null : { wrong: `${call}: it takes no option ${unknown[0]} of this value`, id };
}

/**
 * The attributes that a page gives to the element in its frame, null for one that it takes away.
 *
 * @param {unknown} data of a message
 * @returns {[name: string, value: string | null][]}
 */
export function attributesIn(data) {
  if (!isObject(data) || data.vitrine !== 1 || !isObject(data.attributes)) return [];
  const ours = /** @type {[string, string | null][]} */ (Object.entries(data.attributes).filter(([, value]) => value === null || typeof value === "string"));
  return ours.filter(([, value]) => value === null || value.length <= MOST_TEXT);
}

/**
 * What a frame says of itself; null where it is nothing that we know. "answered": a call has come to its end, with its value or
 * an error; a call without an id is answered where it is one of run, and with neither.
 *
 * @param {unknown} data of a message
 * @returns {{ type: "ready" } | { type: "answered", id: number | undefined, value: unknown, error: string | undefined } | { type: "height", height: number } | { type: Told, detail: Record<string, unknown> } | null}
 */
export function toldOf(data) {
  if (!isObject(data)) return null;
  if (data.context === "iframe.resize") {
    const { height } = data;
    return typeof height === "number" && Number.isFinite(height) ? { type: "height", height: Math.max(0, Math.min(MOST_HEIGHT, height)) } : null;
  }
  if (data.vitrine !== 1) return null;
  if (data.type === "ready") return { type: "ready" };
  if (data.type === "answered") return { type: "answered", id: idOf(data), value: data.value, error: typeof data.error === "string" ? data.error : undefined };
  const type = events.find((one) => one === data.type);
  return type && isObject(data.detail) ? { type, detail: data.detail } : null;
}
