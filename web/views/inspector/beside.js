/** @import { EngineInfo, StageName } from "../../vitrine.d.ts" */
/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { StageStrings } from "../../i18n/stages-en.js" */
/** @import { Palette } from "./palette.js" */
/** @import { Place, Seen } from "./place.js" */
/** @import { Asks } from "./reading.js" */
/** @import { Now } from "./views.js" */
import { mountCost } from "./cost.js";
import { mountSweep } from "./sweep.js";
import { createTake } from "./take.js";
import { mountWhatIf } from "./what-if.js";

/**
 * What is asked beside the run is told.
 *
 * @typedef {object} Beside
 * @property {StageName} stage
 * @property {Place | null} place
 * @property {number} head
 * @property {EngineInfo} info
 * @property {Seen} state
 * @property {Asks | null} run that answers
 * @property {boolean} stands the machine stands, and answers
 * @property {object | null} last event: with another one the machine has moved, and the ids may be others
 * @property {(position: number) => string} text of the token there, quoted
 */

/**
 * What the inspector has the engine do beside the run: what if, sweeps, and what a step costs.
 *
 * @param {{ strings: InspectorStrings, stages: StageStrings, engine: () => Now["engine"], palette: Palette, signal: AbortSignal }} options
 */
export function mountBeside({ strings, stages, engine, palette, signal }) {
  const take = createTake(strings.tensor, signal);
  const whatIf = mountWhatIf(strings.whatIf, { take, signal });
  const sweep = mountSweep(strings, { palette, signal });
  const cost = mountCost(strings, { stages, engine, take, signal });
  const parts = [whatIf, sweep, cost];

  return {
    roots: parts.map(({ root }) => root),
    /** The machine does not stand any more. */
    rest() {
      for (const part of parts) part.rest();
    },
    /** @param {Beside} now */
    show(now) {
      for (const part of parts) part.show(now);
    },
    paint: sweep.paint,
  };
}
