/** @import { StageName } from "../vitrine.d.ts" */
import { story as words } from "../i18n/story-en.js";
import { isObject, parsed } from "../kit/json.js";
import { stageNames } from "../run/stages.js";

/**
 * What an element is to show: a stage, and the layer, the head and the position of which; the first layer and the pass that
 * reads the prompt where these are left out.
 *
 * @typedef {{ stage: StageName, layer?: number, head?: number, position?: number }} Step
 */

const MOST = 999_999;

/** @param {unknown} value */
const isWhole = (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MOST;

/** @type {Record<string, (value: unknown) => boolean>} */
const fields = {
  stage: (value) => stageNames.includes(/** @type {StageName} */ (value)),
  layer: isWhole,
  head: isWhole,
  position: isWhole,
};

/**
 * Reads what an author has written into data-vitrine-step, field by field: what is wrong is left out, and said.
 *
 * @param {string} text JSON
 * @returns {{ step: Step | null, problems: string[] }} null where there is no stage
 */
export function readStep(text) {
  const given = parsed(text);
  if (given === undefined) return { step: null, problems: [words.notJSON] };
  if (!isObject(given)) return { step: null, problems: [words.noObject] };
  const all = Object.entries(given);
  const good = all.filter(([name, value]) => Object.hasOwn(fields, name) && fields[name](value));
  const problems = all.filter((one) => !good.includes(one)).map(([name]) => (Object.hasOwn(fields, name) ? words.wrong[/** @type {keyof typeof words.wrong} */ (name)] : words.unknown(name)));
  if (!Object.hasOwn(given, "stage")) problems.push(words.noStage);
  const step = /** @type {Step} */ (Object.fromEntries(good));
  return { step: step.stage ? step : null, problems };
}
