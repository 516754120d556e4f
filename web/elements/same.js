/** @import { Breakpoint, StageName } from "../vitrine.d.ts" */
/** @import { LinkState } from "../run/link.js" */
/** @import { Now } from "./shell.js" */
/** @import { Step } from "./step.js" */
import { writtenOf } from "../mermaid/own/written.js";
import { noTree } from "../run/branches.js";
import { encode } from "../run/link.js";
import { isName } from "../run/link/fields.js";
import { linkOf as seenOf } from "../run/shared.js";
import { stages } from "../run/stages.js";
import { createRunState } from "../run/state.js";
import { breakpointsOf, linkOf, settingsOf, wholeOf, wordsOf } from "./attributes.js";

/** @typedef {Now & { step: Step | null, breakpoints: readonly Breakpoint[] | null, model?: string | null }} Shown `step`: that a text of the page has it show; `breakpoints`: null for those of the attribute; `model`: that the run is of */

/** The fragment of the link. @param {Element} element @param {Shown} now */
export const fragmentOf = async (element, now) => encode(await stateOf(element, now));

/**
 * What an element shows, as a link says it to the whole page.
 *
 * @param {Element} element
 * @param {Shown} now
 * @returns {Promise<Partial<LinkState>>}
 */
export async function stateOf(element, { prompt, run, own = "", usual, stage, step, breakpoints, model: ran = null }) {
  const link = await linkOf(element);
  const base = link?.prompt === prompt ? link : null; // else it is of another run
  const read = run?.of("prompt")?.detail.text ?? "";
  const model = run && prompt === read ? ran : element.getAttribute("model");
  const typed = { ...settingsOf(element, {}, usual), stop: base?.stop ?? [] };
  const seen = seenOf({
    model: model === null ? base?.model : new URL(model, document.baseURI).href,
    prompt,
    read,
    typed: { ...typed, seed: element.getAttribute("seed") === null ? undefined : typed.seed },
    state: run ?? createRunState(),
    tree: noTree, // an element keeps no branches
    switches: [],
    chosen: null,
    breakpoints: [...(breakpoints ?? breakpointsIn(element))],
    at: viewOf(element, run ? null : step, stage, run !== null) ?? base?.at,
    diagram: (typeof own === "string" ? own : writtenOf(own)) || (base?.diagram ?? ""),
    hide: [...wordsOf(element, "hide")].filter(isName),
  });
  const { forced = [], switches = [] } = base ?? {};
  return { ...base, ...seen, forced, switches, ...(seen.stands && { branch: undefined, branches: [] }) };
}

/** What is in view; of a run that stands somewhere the link says where. @param {Element} element @param {Step | null} step @param {StageName | undefined} about @param {boolean} stands */
function viewOf(element, step, about, stands) {
  const stage = /** @type {keyof typeof stages} */ (element.getAttribute("stage"));
  const { head, layer } = step ?? { head: wholeOf(element, "head"), layer: wholeOf(element, "layer") };
  const told = step?.stage ?? about ?? (Object.hasOwn(stages, stage) ? stage : undefined);
  const place = told && (about || !stands) ? { stage: told, ...(layer !== undefined && { layer }), ...(step?.position !== undefined && { position: step.position }) } : {};
  const view = { ...place, ...(head !== undefined && { head }) };
  return Object.keys(view).length ? view : undefined;
}

/** @param {Element} element */
function breakpointsIn(element) {
  try {
    return breakpointsOf(element.getAttribute("breakpoints"));
  } catch {
    return []; // what is wrong in them is said when it runs
  }
}
