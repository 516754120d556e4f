/** The texts of two runs that are compared, in English. */

import { count, percent, significant } from "../kit/numbers.js";

export const second = {
  form: {
    label: "A second run",
    what: "A second run goes side by side with the first, stage by stage: it pauses where the first pauses. Change one thing, and see where they part.",
    with: "Compare with",
    kinds: { prompt: "Another prompt", settings: "Other settings", branch: "A branch", model: "Another model" },
    prompt: "Second prompt",
    numbers: { temperature: "Temperature", topK: "Top-k", topP: "Top-p", seed: "Seed" },
    branch: "Branch",
    model: "Model file",
    modelHint: "For example the same checkpoint in float32, as a GGUF file. It stays on this device, and takes memory of its own.",
    start: "Run side by side",
    /** Why it cannot begin. */
    refusals: {
      nothing: "Generate first: there is no run to compare with.",
      prompt: "Write a second prompt.",
      settings: "A setting is not a valid number.",
      branch: "There is no other branch. Choose another token in the timeline to begin one.",
      model: "Choose a model file.",
    },
    /** @param {string} share */
    loading: (share) => `The second model is loading: ${share}.`,
    starting: "The second run begins.",
  },

  result: {
    label: "Two runs",
    first: "First run",
    empty: "No token yet.",
    /** What the second run has that the first has not. */
    names: {
      /** @param {string} prompt */
      prompt: (prompt) => `Second run, from “${prompt}”`,
      /** @param {{ temperature: number, topK: number, topP: number, seed: number }} settings */
      settings: ({ temperature, topK, topP, seed }) => `Second run: temperature ${temperature}, top-k ${topK}, top-p ${topP}, seed ${seed}`,
      /** @param {string} name */
      branch: (name) => `Second run: ${name}`,
      /** @param {string} name @param {string} weights */
      model: (name, weights) => `Second run: model ${name}, weights in ${weights}`,
    },
    /** @param {string[]} where */
    stands: (where) => `Both are paused at ${where.join(", ")}.`,
    apart: "The second run follows when the first pauses.",
    ended: "Both runs have ended.",
    bound: "Relative difference above",
    boundWrong: "The bound is not a number from 0 up.",
    part: "Where do they part?",
    stop: "Stop",
    /** @param {string[]} where */
    searching: (where) => `Looking at ${where.join(", ")}.`,
    never: "They do not part: no stage that both have done differs by more than the bound.",
    stopped: "The search was stopped.",
    /** @param {string[]} where @param {string} relative @param {string} max */
    parted: (where, relative, max) => `They part at ${where.join(", ")}: relative difference ${relative}, largest ${max}.`,
    /** @param {string[]} where */
    read: (where) => `They part at ${where.join(", ")}: they read different tokens.`,
    /** @param {string[]} where */
    chose: (where) => `They part at ${where.join(", ")}: they choose different tokens.`,
    agree: "Compare their logit lenses",
    /** @param {number} done @param {number} total */
    comparing: (done, total) => `Position ${count(done)} of ${count(total)}.`,
    /** @param {number} positions */
    agreement: (positions) => `Same top token in the logit lens, at the ${count(positions)} positions whose tokens are the same in both`,
    early: "The lenses need all layers of the newest step. Press Run, then compare them.",
    layer: "Layer",
    same: "Same top token",
    /** @param {number} share */
    share: (share) => percent(share),
    end: "End the comparison",
    over: "The comparison has ended: another run has taken the place of the first.",
  },

  /** In the inspector. */
  beside: {
    title: "Beside the second run",
    what: "The newest token's row of both runs, at the same step.",
    figures: { max: "Largest difference", relative: "Relative difference", kl: "KL divergence, nats" },
    same: "No number differs.",
    shapes: "The two have different shapes here, so no number stands beside another.",
    prompt: "Choose the last token of the prompt, or a later one: the runs are compared at the newest token of each step.",
    /** @param {number} x */
    figure: (x) => significant(x, 3),
  },

  /** On the nodes of the diagram: a sign, and what it says in words. */
  signs: {
    caption: "The newest token's row beside the second run's: Δ is the relative difference, KL the divergence in nats.",
    same: { short: "same", long: "the second run has the same numbers" },
    shapes: { short: "other shape", long: "the second run has another shape here" },
    /** @param {number} x */
    relative: (x) => ({ short: `Δ ${significant(x, 2)}`, long: `relative difference to the second run ${significant(x, 2)}` }),
    /** @param {number} x */
    kl: (x) => ({ short: `KL ${significant(x, 2)} nats`, long: `KL divergence of the second run ${significant(x, 2)} nats` }),
  },
};

/** @typedef {typeof second} SecondStrings */
