/** The texts of what stops the machine and leads it, in English. */

import { count, percent } from "../kit/numbers.js";
import { firstOf, switched } from "./switches-en.js";

/** @param {number} n @param {string} one @param {string} [many] */
const some = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

export const control = {
  place: {
    /** @param {{ n: number, of: number }} layer */
    layer: ({ n, of }) => `layer ${n} of ${of}`,
    /** @param {{ n: number }} head */
    head: ({ n }) => `head ${n}`,
    switched,
    firstOf,
    /** @param {{ n: number, of: number }} token */
    token: ({ n, of }) => (of === Infinity ? `token ${n}` : `token ${n} of ${count(of)}`),
    reasons: { entry: "start", step: "step", breakpoint: "breakpoint", pause: "on request", goto: "jump", exception: "error" },
    /** @param {string} why */
    why: (why) => `Paused: ${why}`,
    /** @param {string[]} where @param {string} why */
    paused: (where, why) => `Paused at ${where.join(", ")}: ${why}`,
    /** @param {string} where @param {string} product */
    title: (where, product) => `Paused at ${where} · ${product}`,
  },

  transport: {
    label: "Control of the machine",
    breakpoints: "Breakpoints and restart",
    more: "More controls",
    grain: "Step by",
    grains: { stage: "Stage", layer: "Layer", token: "Token" },
    run: "Run",
    pause: "Pause",
    commands: {
      first: "First stage",
      back: { stage: "Back one stage", layer: "Back one layer", token: "Back one token" },
      next: { stage: "Next stage", layer: "Next layer", token: "Next token" },
      into: { stage: "Step into the stage", layer: "Step into the layer", token: "Step into the token" },
      out: { stage: "Step out of the part", layer: "Step out of the layers", token: "Step out to the end" },
      last: "Last stage",
      previousBreakpoint: "Back to the previous breakpoint",
      nextBreakpoint: "On to the next breakpoint",
      restart: "Restart this run",
    },
    /** Why a command can do nothing now. */
    refusals: {
      loading: "The model is still loading.",
      nothing: "Nothing has run yet.",
      running: "The machine is running. Pause it first.",
      ended: "The run has ended. Go back, or restart.",
      first: "This is the first stage.",
      last: "This is the last stage so far.",
      breakpoints: "No breakpoint is set.",
    },
    /** @param {string} label @param {string} keys */
    withKeys: (label, keys) => `${label} (${keys})`,
  },

  speed: {
    label: "Speed",
    full: "full speed",
    /** @param {number} ms */
    pace: (ms) => (ms < 1000 ? `${ms} ms per stage` : `${ms / 1000} s per stage`),
  },

  timeline: {
    label: "Tokens",
    empty: "One bar for each token appears here.",
    hint: "Enter chooses another token.",
    choose: "Choose another token here",
    chooseRefused: "Go to a token that was generated, or pause at decode or select, to choose another.",
    /** @param {number} n @param {number} of */
    token: (n, of) => `token ${n} of ${of}`,
    prompt: "prompt",
    chosen: "chosen by hand",
    ahead: "not computed again yet",
    next: "being computed now",
    stands: "the machine is paused here",
    breakpoint: "breakpoint",
    /** @param {number} p */
    probability: (p) => percent(p),
  },

  tokenMenu: {
    /** @param {number} position */
    title: (position) => `Another token at position ${count(position)}`,
    /** @param {string} probability */
    instead: (probability) => `In place of the token with ${probability}:`,
    fresh: "The machine goes on with the token that you choose.",
    search: "Search the vocabulary",
    list: "Tokens by rank",
    close: "Close",
    none: "No token of the vocabulary has this text.",
    /** @param {number} n */
    total: (n) => some(n, "token"),
    /** @param {number} rank 0-based */
    rank: (rank) => `#${count(rank + 1)}`,
    /** @param {number} id */
    id: (id) => `id ${id}`,
    keys: "Arrow keys move, Enter chooses, Esc closes.",
  },

  drawer: {
    close: "Close",
    panels: { breakpoints: "Breakpoints", branches: "Branches", decoding: "Decoding", compare: "Compare" },
    /** @param {string} name @param {number} n */
    counted: (name, n) => `${name}, ${count(n)}`,
  },

  breakpoints: {
    empty: "No breakpoint yet. The machine pauses when the stage of a breakpoint is done, before the next one begins.",
    add: "Add a breakpoint",
    clear: "Remove all",
    /** @param {number} n */
    item: (n) => `Breakpoint ${n}`,
    /** @param {number} n */
    remove: (n) => `Remove breakpoint ${n}`,
    hit: "The machine is paused here.",
    stage: "Stage",
    layer: "Layer",
    anyLayer: "any",
    position: "Position",
    condition: "Condition",
    hitCondition: "Hit count",
    logMessage: "Log message",
    placeholders: { position: "any", condition: "probability < 0.5", hitCondition: ">= 3", logMessage: "top is {top}" },
    positionError: "Digits only: 0 or more, or empty",
    /** @param {number} column @param {string} message */
    errorAt: (column, message) => `Column ${column}: ${message}`,
    log: "Log",
    logEmpty: "A breakpoint with a log message writes its lines here and does not stop.",
  },

  branches: {
    empty: "Choose another token, or go back and draw again: what was generated before stays here as a branch.",
    /** @param {number} n */
    full: (n) => `Generate adds a branch, and the list keeps the newest ${count(n)} of these. A branch with a name, or with a token that you chose, stays.`,
    list: "Branches",
    /** @param {number} id */
    name: (id) => `Branch ${id}`,
    /** @param {number} n */
    tokens: (n) => some(n, "token"),
    /** @param {number} n */
    from: (n) => `branches off at token ${n}`,
    start: "from the prompt",
    current: "The machine is on this branch",
    walk: "Go along this branch",
    rename: "Rename",
    newName: "Name of the branch",
    remove: "Delete",
    compare: "Compare with the current branch",
    closeCompare: "Close the comparison",
    /** @param {string} a @param {string} b */
    compared: (a, b) => `${a} and ${b}`,
    /** @param {number} n */
    partAt: (n) => `They part at token ${n}`,
    same: "They have the same tokens as far as both go.",
    /** @param {number} n */
    at: (n) => `Token ${n}, the same distribution`,
    /** @param {number} n @param {string} name */
    of: (n, name) => `Token ${n} of ${name}`,
    /** @param {number} n @param {string} name */
    after: (n, name) => `Token ${n} after ${name}`,
    rest: "all other tokens",
    /** @param {string} names */
    taken: (names) => `taken by ${names}`,
    waiting: "The machine computes this when it is paused.",
  },

  redecode: {
    hint: "The model is not run again: these settings act on the logits of this step.",
    closed: "Pause the machine at the stage decode, or at one of its steps, to change these.",
    temperature: "Temperature",
    topK: "Top-k",
    topP: "Top-p",
    greedy: "0, greedy",
    all: "all",
    /** @param {number} kept */
    kept: (kept) => `${count(kept)} kept`,
    /** @param {number} removed @param {number} mass */
    removed: (removed, mass) => `${count(removed)} removed, ${percent(mass)}`,
    left: "What is left to draw from",
    draw: "Draw again",
    reset: "As the run was started",
    /** @param {string} probability @param {string} random */
    drawn: (probability, random) => `drawn with ${probability} by the random number ${random}`,
    chosen: "the most probable: nothing is drawn",
  },

  /** Keys first, then what they do. */
  keys: [
    { keys: ["F8", "Space"], does: "Run or pause (Space: in the diagram)" },
    { keys: ["F10", ".", "→"], does: "Next stage, layer or token (. and →: in the diagram)" },
    { keys: [",", "←"], does: "In the diagram: back" },
    { keys: ["F9"], does: "Step into" },
    { keys: ["Shift F11", "O"], does: "Step out (O: in the diagram)" },
    { keys: ["Home", "End"], does: "In the diagram: first stage, last stage" },
    { keys: ["B"], does: "In the diagram: breakpoint on the focused stage" },
    { keys: ["T"], does: "In the diagram: step by stage, layer or token" },
  ],
};

/** @typedef {typeof control} ControlStrings */
