/** @import { Cost, CostFigures, StageName } from "../../vitrine.d.ts" */
import { containersOf, stageNames } from "../../run/stages.js";

/** What a step or a part of it takes, figure by figure. */
export const figures = /** @type {const} */ (["multiplyAdds", "weightBytes", "cacheBytes", "ms"]);

/** @typedef {typeof figures[number]} Figure */

/**
 * What a stage takes in a step: in all layers and passes, with the stages that it contains.
 *
 * @param {Cost} cost
 * @param {StageName | null} stage null: the whole step
 * @returns {CostFigures}
 */
export function costOf(cost, stage) {
  if (stage === null) return cost;
  const sum = { multiplyAdds: 0, weightBytes: 0, cacheBytes: 0, ms: 0 };
  for (const one of cost.stages) {
    if (one.stage !== stage && !containersOf(one.stage).includes(stage)) continue;
    for (const figure of figures) sum[figure] += one[figure];
  }
  return sum;
}

/** The stages that a step consists of, without those that contain others. @param {Cost} cost */
export function stagesOf({ stages }) {
  const there = new Set(stages.map(({ stage }) => stage));
  const inside = new Set([...there].flatMap((stage) => containersOf(stage)));
  return stageNames.filter((stage) => there.has(stage) && !inside.has(stage));
}

/**
 * Numbers evenly apart from one to another, both among them.
 *
 * @param {number} from @param {number} to @param {number} most
 */
export function spread(from, to, most) {
  const count = Math.min(most, to - from + 1);
  return Array.from({ length: count }, (_, i) => (count === 1 ? to : Math.round(from + (i * (to - from)) / (count - 1))));
}
