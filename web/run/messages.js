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
for (const name of ["layer", "head", "position"]) options[name] = (value) => Number.isInteger(value) && Number(value) >= 0;
for (const name of ["temperature", "topK", "topP", "seed", "maxTokens", "pace"]) options[name] = (value) => typeof value === "number" && Number.isFinite(value) && value >= 0;

/**
 * The call that a page asks of its frame; null where it is none.
 *
 * @param {unknown} data of a message
 * @returns {{ call: Call, options: Record<string, unknown> } | null}
 */
export function callOf(data) {
  if (!isObject(data) || data.vitrine !== 1) return null;
  const call = calls.find((one) => one === data.call);
  const given = data.options ?? {};
  if (!call || !isObject(given)) return null;
  const known = Object.entries(given).every(([name, value]) => Object.hasOwn(options, name) && options[name](value));
  return known ? { call, options: { ...given } } : null;
}

/**
 * What a frame says of itself; null where it is nothing that we know. "answered": a call of run has come to its end, well or not.
 *
 * @param {unknown} data of a message
 * @returns {{ type: "ready" } | { type: "answered" } | { type: "height", height: number } | { type: Told, detail: Record<string, unknown> } | null}
 */
export function toldOf(data) {
  if (!isObject(data)) return null;
  if (data.context === "iframe.resize") {
    const { height } = data;
    return typeof height === "number" && Number.isFinite(height) ? { type: "height", height: Math.max(0, Math.min(MOST_HEIGHT, height)) } : null;
  }
  if (data.vitrine !== 1) return null;
  if (data.type === "ready" || data.type === "answered") return { type: data.type };
  const type = events.find((one) => one === data.type);
  return type && isObject(data.detail) ? { type, detail: data.detail } : null;
}
