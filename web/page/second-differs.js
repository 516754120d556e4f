/** @import { Difference, StageEvent, StageName } from "../vitrine.d.ts" */
/** @import { SecondStrings } from "../i18n/second-en.js" */
/** @import { Differs } from "../mermaid/marks.js" */
/** @import { RunState } from "../run/state.js" */
/** @import { AskBeside } from "../views/inspector/second.js" */
import { mains } from "../client/difference.js";
import { listen } from "../kit/dom.js";

/**
 * What the node of a stage says of how far two runs are apart there.
 *
 * @param {StageName} stage
 * @param {Difference | null} difference null: they have different shapes
 * @param {SecondStrings["signs"]} strings
 * @returns {Differs}
 */
export function differsAt(stage, difference, strings) {
  if (!difference) return strings.shapes;
  if (difference.max === 0) return strings.same;
  return stage === "softmax" ? strings.kl(difference.kl ?? 0) : strings.relative(difference.relative);
}

/**
 * Marks on the diagram how far the second run differs, at the stages in its window whose values are of the step and the
 * layer where both stand. The runs are asked for one stage at a time, and for none again while they stand there.
 *
 * @param {EventTarget} page
 * @param {object} options
 * @param {EventTarget & { state: Pick<RunState, "last" | "latest" | "reached"> }} options.session
 * @param {{ ask: () => AskBeside | null, stands: () => boolean }} options.second
 * @param {{ seen: () => ReadonlySet<StageName>, setDiffers: (now: ReadonlyMap<StageName, Differs>) => void, setCaption: (words: string) => void }} options.diagram
 * @param {SecondStrings["signs"]} options.strings
 * @param {AbortSignal} options.signal
 */
export function connectDiffers(page, { session, second, diagram, strings, signal }) {
  const { state } = session;
  /** @type {Map<StageName, Differs | null>} what was asked for at this place; null: there is no answer */
  let known = new Map();
  /** @type {{ ask: AskBeside | null, last: StageEvent | null }} the comparison, and the event at which the first run stands */
  let place = { ask: null, last: null };
  let asking = false;

  function look() {
    const ask = second.ask();
    const last = ask && second.stands() ? state.last : null;
    if (ask !== place.ask || last !== place.last) {
      place = { ask, last };
      known = new Map();
      show();
      diagram.setCaption(ask ? strings.caption : "");
    }
    if (!asking) work();
  }

  async function work() {
    asking = true;
    for (let stage = next(); place.ask && stage && !signal.aborted; stage = next()) {
      const at = place;
      const { step, layer } = /** @type {StageEvent} */ (state.latest.get(stage)); // it was reached
      const said = await place.ask(stage, { step, ...(layer < 0 ? {} : { layer }) }).then((difference) => differsAt(stage, difference, strings), () => null);
      look(); // one of them may have gone on
      if (at !== place) continue;
      known.set(stage, said);
      show();
    }
    asking = false;
  }

  /** A stage that can be asked for. */
  function next() {
    return place.last ? [...diagram.seen()].find((stage) => stage in mains && state.reached.has(stage) && !known.has(stage)) : undefined;
  }

  function show() {
    diagram.setDiffers(new Map([...known].flatMap(([stage, said]) => (said ? [[stage, said]] : []))));
  }

  for (const type of ["secondchange", "secondstands", "drawn", "sight"]) listen(page, type, look, signal);
  listen(session, "state", look, signal);
}
