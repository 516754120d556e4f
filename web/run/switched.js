/** @import { StageName, Switch } from "../vitrine.d.ts" */

/** Which stages do a switched part, and which contain them. @param {Switch} one @returns {StageName[]} */
function stagesOf(one) {
  if ("activation" in one) return ["mlp"];
  if ("scale" in one) return ["layers", "attention", "attention.mix"];
  switch (one.off) {
    case "head":
    case "attention":
      return ["layers", "attention", "attention.mix"];
    case "mlp":
      return ["layers", "mlp"];
    case "mask":
      return ["attention.mask"];
    case "position":
      return ["position"];
  }
}

/**
 * What of a list of switches is seen at a stage.
 *
 * @param {readonly Switch[]} switches
 * @param {StageName} stage
 */
export const switchedAt = (switches, stage) => switches.filter((one) => stagesOf(one).includes(stage));
