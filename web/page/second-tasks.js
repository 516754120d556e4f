/** @import { Tick } from "../vitrine.d.ts" */
/** @import { ControlStrings } from "../i18n/control-en.js" */
/** @import { SecondStrings } from "../i18n/second-en.js" */
/** @import { StageStrings } from "../i18n/stages-en.js" */
/** @import { Second } from "./second-run.js" */
import { VitrineError } from "../client/error.js";
import { send } from "../kit/dom.js";
import { significant } from "../kit/numbers.js";

/**
 * Says places of two runs in words.
 *
 * @param {{ places: ControlStrings["place"], stages: StageStrings, layers: () => number }} options
 * @returns {(at: Tick) => string[]}
 */
export const placeWords = ({ places, stages, layers }) => ({ step, layer, stage }) => [
  stages[stage].long,
  ...(layer < 0 ? [] : [places.layer({ n: layer + 1, of: layers() })]),
  places.token({ n: step + 1, of: Infinity }),
];

/**
 * What two runs are asked for, and how the answer is shown. Each ends with its signal.
 *
 * @param {object} options
 * @param {HTMLElement} options.page
 * @param {ReturnType<typeof import("../views/second-result.js").mountSecondResult>} options.result
 * @param {SecondStrings["result"]} options.strings
 * @param {(at: Tick) => string[]} options.where
 */
export function createTasks({ page, result, strings, where }) {
  return {
    /** Goes where they part. @param {Second} second @param {number} bound @param {AbortSignal} signal */
    async part({ pair }, bound, signal) {
      const parting = await pair.part({ bound, signal, onProgress: (at) => result.say(strings.searching(where(at))) });
      if (!parting) return result.say(strings.never);
      const { stage, layer, positions: [position], difference } = parting;
      const at = where(parting);
      result.say(difference ? strings.parted(at, significant(difference.relative, 3), significant(difference.max, 3)) : stage === "ids" ? strings.read(at) : strings.chose(at));
      send(page, "goto", { position, layer, stage });
      send(page, "inspect", { stage, position, ...(layer < 0 ? {} : { layer }) });
    },

    /** @param {Second} second @param {AbortSignal} signal */
    async agree({ pair }, signal) {
      try {
        const agreement = await pair.agreement({ signal, onProgress: ({ done, total }) => result.say(strings.comparing(done, total)) });
        result.say("");
        result.showAgreement(agreement);
      } catch (error) {
        if (signal.aborted || !(error instanceof VitrineError) || error.code !== "argument") throw error;
        result.say(strings.early); // a layer that one of them has not computed has no lens
      }
    },
  };
}
