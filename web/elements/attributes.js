/** @import { Breakpoint, StageName } from "../vitrine.d.ts" */
import { defaults, numberNames, readNumber, newSeed } from "../run/settings.js";

/** How the settings of a run are called as attributes. @type {Record<import("../run/settings.js").NumberName, string>} */
const NAMES = { temperature: "temperature", topK: "top-k", topP: "top-p", seed: "seed", maxTokens: "max-tokens" };

/** What a run and the picture are told by attributes: those that a frame in the place of an element takes over. */
export const ATTRIBUTES = [
  "model", "prompt", ...Object.values(NAMES), "pace", "stage", "layer", "head", "breakpoints", "controls", "hide", "height", "theme", "lang", "link",
];

/**
 * The settings of a run, as attributes say them; what is left out or none is as usual.
 *
 * @param {Element} element
 * @param {Record<string, unknown>} [options] of run(), before which the attributes stand back
 * @param {Record<string, unknown>} [own] what is usual for this kind of element
 */
export function settingsOf(element, options = {}, own = {}) {
  const usual = defaults();
  const read = numberNames.map((name) => {
    const told = options[name] ?? element.getAttribute(NAMES[name]) ?? own[name];
    const value = told === null || told === undefined ? undefined : readNumber(name, String(told));
    return [name, value ?? readNumber(name, usual[name]) ?? newSeed()];
  });
  return /** @type {import("../run/settings.js").Settings} */ ({ ...Object.fromEntries(read), stop: [] });
}

/**
 * The breakpoints, as JSON or as a list of stages, each with its layer after an @. What is wrong in them the engine says.
 *
 * @param {string | null} text
 * @returns {Breakpoint[]}
 */
export function breakpointsOf(text) {
  if (!text?.trim()) return [];
  if (/^\s*\[/.test(text)) return JSON.parse(text).filter((/** @type {unknown} */ one) => typeof one === "object" && one !== null);
  return text.trim().split(/[\s,]+/).map((one) => {
    const [stage, layer] = one.split("@");
    return { stage: /** @type {StageName} */ (stage), ...(layer === undefined ? {} : { layer: Number(layer) }) };
  });
}

/** What a link says, of which attributes can say a part; null where there is none. @param {Element} element */
export async function linkOf(element) {
  const link = element.getAttribute("link");
  return link === null ? null : import("../run/link.js").then(async ({ decode, furtherOf }) => {
    const { state, problems } = await decode(link);
    return { ...state, problems, further: furtherOf(state) };
  });
}

/** A whole number that is not negative, or undefined. @param {Element} element @param {string} name */
export function wholeOf(element, name) {
  const text = element.getAttribute(name)?.trim() ?? "";
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}

/** The words of an attribute. @param {Element} element @param {string} name */
export const wordsOf = (element, name) => new Set((element.getAttribute(name) ?? "").split(/[\s,]+/).filter(Boolean));
