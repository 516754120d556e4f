/** What is known of every stage, whatever shows it. Words are in i18n. */

/** @import { StageName } from "../vitrine.d.ts" */

/** @typedef {"input" | "processing" | "attention" | "output" | "generation"} Family one colour everywhere */

/**
 * @typedef {object} StageFacts
 * @property {number} order in which the engine reports the stages of a pass
 * @property {Family} family
 * @property {StageName | null} parent the machine is inside it as long as it is inside this stage
 * @property {boolean} container others have it as parent: it is reported when it is entered
 * @property {boolean} perLayer each layer reports it
 * @property {boolean} perToken each pass reports it; else it is that of the whole run
 */

/** @type {[name: StageName, family: Family, parent?: StageName][]} in the order of the engine */
const known = [
  ["prompt", "input"],
  ["tokenize", "input"],
  ["ids", "input"],
  ["embed", "input"],
  ["position", "input"],
  ["layers", "processing"],
  ["ln1", "processing", "layers"],
  ["attention", "attention", "layers"],
  ["attention.qkv", "attention", "attention"],
  ["attention.scores", "attention", "attention"],
  ["attention.scale", "attention", "attention"],
  ["attention.mask", "attention", "attention"],
  ["attention.mix", "attention", "attention"],
  ["residual1", "processing", "layers"],
  ["ln2", "processing", "layers"],
  ["mlp", "processing", "layers"],
  ["residual2", "processing", "layers"],
  ["final", "processing"],
  ["head", "output"],
  ["softmax", "output"],
  ["distribution", "output"],
  ["decode", "output"],
  ["decode.temperature", "output", "decode"],
  ["decode.top_k", "output", "decode"],
  ["decode.top_p", "output", "decode"],
  ["decode.sample", "output", "decode"],
  ["decode.stop", "output", "decode"],
  ["select", "output"],
  ["append", "output"],
  ["loop", "generation"],
  ["generation", "generation"],
];

const parents = new Map(known.map(([name, , parent]) => [name, parent ?? null]));

/** @type {StageName[]} in the order of the engine */
export const stageNames = known.map(([name]) => name);

/**
 * The stages that contain `stage`, innermost first.
 *
 * @param {StageName} stage
 * @returns {StageName[]}
 */
export function containersOf(stage) {
  const parent = parents.get(stage);
  return parent ? [parent, ...containersOf(parent)] : [];
}

export const stages = /** @type {Readonly<Record<StageName, StageFacts>>} */ (
  Object.fromEntries(
    known.map(([name, family, parent = null], order) => [
      name,
      {
        order,
        family,
        parent,
        container: known.some(([, , one]) => one === name),
        perLayer: name === "layers" || containersOf(name).includes("layers"),
        perToken: name !== "prompt" && name !== "tokenize",
      },
    ]),
  )
);

/** @param {StageName} stage */
export const family = (stage) => stages[stage].family;

/** Whether a machine that stands there can be given another token for its step. @param {StageName} stage */
export const choosesToken = (stage) => stages[stage].order >= stages.distribution.order && stages[stage].order <= stages.select.order;
