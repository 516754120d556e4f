/** @import { EngineInfo, StageName, Switch } from "../../vitrine.d.ts" */
import { has, same } from "../../run/switched.js";

/** What of the model can be switched, and where. */

const ACTIVATIONS = /** @type {const} */ (["gelu_new", "gelu", "relu"]);

/**
 * What can be switched at a stage, of its layer and head.
 *
 * @param {StageName} stage
 * @param {{ layer: number, head: number }} place layer -1 outside the layers
 * @param {EngineInfo} info
 * @returns {Switch[]}
 */
export function switchesAt(stage, { layer, head }, info) {
  if (stage === "position") return [{ off: "position" }];
  if (layer < 0) return [];
  /** @type {Switch[]} */
  const attention = [{ off: "head", layer, head }, { off: "attention", layer }];
  if (stage === "attention.mask") return [...attention, { off: "mask" }];
  if (stage === "attention" || stage.startsWith("attention.")) return attention;
  if (stage === "residual1") return [{ off: "attention", layer }];
  if (stage === "mlp") return [{ off: "mlp", layer }, ...ACTIVATIONS.filter((activation) => activation !== info.activation).map((activation) => ({ activation }))];
  return stage === "residual2" ? [{ off: "mlp", layer }] : [];
}

/** Whether attention of a layer adds nothing: it is off, or all its heads are, also by a factor of 0. @param {Switch[]} list @param {number} layer @param {number} heads */
export const silent = (list, layer, heads) =>
  has(list, { off: "attention", layer }) || Array.from({ length: heads }, (_, head) => list.some((one) => "head" in one && one.layer === layer && one.head === head && ("off" in one || one.scale === 0))).every(Boolean);

/**
 * The list without a switch that it has, or else with it. There is one activation at most.
 *
 * @param {Switch[]} list
 * @param {Switch} one
 * @returns {Switch[]}
 */
export function toggled(list, one) {
  if (has(list, one)) return list.filter((other) => !same([other], [one]));
  return [...list.filter((other) => !("activation" in one && "activation" in other)), one];
}
