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

/** @param {Switch} one */
const keyOf = (one) => JSON.stringify(Object.entries(one).sort());

/** Whether a list has a switch. @param {readonly Switch[]} list @param {Switch} one */
export const has = (list, one) => list.some((other) => keyOf(other) === keyOf(one));

/** Whether a row of attention sees no token behind its own. @param {readonly Switch[]} list */
export const masks = (list) => !has(list, { off: "mask" });

/** Whether two lists switch the same. @param {readonly Switch[]} a @param {readonly Switch[]} b */
export const same = (a, b) => a.length === b.length && a.every((one) => has(b, one));

/**
 * What a run from the prompt is told, beside its settings, to take these tokens with parts of the model switched.
 *
 * @param {{ position: number, id: number }[]} choices
 * @param {readonly Switch[]} switches
 */
export const further = (choices, switches) => ({ choices, switches: [...switches], ...(!masks(switches) && { cache: false }) }); // rows that see later tokens are read again each time
