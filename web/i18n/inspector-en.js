/** What the inspector says, in English. */
/** @import { EngineInfo, FinishReason, StageName } from "../vitrine.d.ts" */
/** @import { Formula } from "../views/inspector/formula.js" */

import { count } from "../kit/numbers.js";
import { out } from "./inspector-out-en.js";
import { attention } from "./inspector-attention-en.js";
import { cost, sweep } from "./inspector-beside-en.js";
import { activations, switched } from "./switches-en.js";
import { norms, rows, tokens } from "./inspector-tokens-en.js";

/**
 * @typedef {object} StageWords
 * @property {string} what the stage does, in one sentence
 * @property {Formula} [formula]
 * @property {string} [said] the formula, as it is read aloud
 * @property {string} [where] what its letters stand for
 */

/** @type {Formula} */
const norm = ["row", "y =", ["frac", "x − μ", ["root", ["row", ["sup", "σ", "2"], "+ ε"]]], "⊙ γ + β"];
const normSaid = "y equals x minus mu, divided by the square root of sigma squared plus epsilon, times gamma, plus beta";
const normWhere = "μ, σ²: mean and variance of the row. γ, β: the weights that scale and shift it. ε: a small number of the model.";

/**
 * The words of each stage, for the model that is loaded.
 *
 * @param {EngineInfo} info
 * @returns {Record<StageName, StageWords>}
 */
const stages = (info) => ({
  prompt: { what: "Takes the text that the model continues." },
  tokenize: { what: "Splits the text into pieces of the vocabulary. It begins with single bytes and merges pairs." },
  ids: { what: "Writes each piece as its number in the vocabulary. The model reads numbers alone." },
  embed: {
    what: "Takes one row of the token table for each id.",
    formula: ["row", ["sub", "x", "t"], "=", ["sub", "W", "te"], "[", ["sub", "id", "t"], "]"],
    said: "x of t equals the row of the token table at the id of t",
    where: "t: a position. W te: the token table, one row for each id.",
  },
  position:
    info.position === "learned"
      ? {
          what: "Adds the row of the learned position table, so that the order of the tokens counts.",
          formula: ["row", ["sub", "x", "t"], "←", ["sub", "x", "t"], "+", ["sub", "W", "pe"], "[ t ]"],
          said: "x of t becomes x of t plus the row of the position table at t",
          where: "W pe: the position table, one row for each position.",
        }
      : {
          what: "Adds sines and cosines of the position, so that the order of the tokens counts.",
          formula: ["row", ["sub", "x", "t"], "←", ["sub", "x", "t"], "+ p ( t )"],
          said: "x of t becomes x of t plus p of t",
          where: "p: sines and cosines of the position.",
        },
  layers: {
    what: `Changes each token's row in ${count(info.layers)} layers, one after another. Each adds two results to it.`,
    formula: ["lines", "x ← x + attention ( norm ( x ) )", "x ← x + mlp ( norm ( x ) )"],
    said: "x becomes x plus attention of norm of x, then x becomes x plus the MLP of norm of x",
    where: "x: the residual stream, one row for each token.",
  },
  ln1: { what: "Brings each row to mean 0 and variance 1, then scales and shifts it, before attention reads it.", formula: norm, said: normSaid, where: normWhere },
  attention: {
    what: `Lets each token take from the tokens before it what it needs. ${count(info.heads)} heads do so side by side.`,
    formula: ["row", "softmax (", ["frac", ["row", "Q", ["sup", "K", "T"]], ["root", "d"]], "+ mask ) V"],
    said: "softmax of Q times K transposed divided by the square root of d, plus the mask, times V",
    where: `d: the width of a head, ${count(info.embedding / info.heads)}.`,
  },
  "attention.qkv": {
    what: "Makes a query, a key and a value of each token, for each head.",
    formula: ["lines", ["row", "q = y", ["sub", "W", "q"], "+", ["sub", "b", "q"]], ["row", "k = y", ["sub", "W", "k"], "+", ["sub", "b", "k"]], ["row", "v = y", ["sub", "W", "v"], "+", ["sub", "b", "v"]]],
    said: "q, k and v each equal y times their weights, plus their bias",
    where: "y: the row after the layer norm. The query asks, the key answers, the value is what is passed on.",
  },
  "attention.scores": {
    what: "Compares the query of each token with the key of each token up to it.",
    formula: ["row", ["sub", "s", "ij"], "=", ["sub", "q", "i"], "·", ["sub", "k", "j"]],
    said: "s of i and j equals the dot product of q of i and k of j",
    where: "i: the row, the token that asks. j: the column, the token that it looks at.",
  },
  "attention.scale": {
    what: "Divides the scores by the square root of the head's width, so that they do not grow with it.",
    formula: ["row", ["sub", "s", "ij"], "←", ["frac", ["sub", "s", "ij"], ["root", "d"]]],
    said: "s of i and j becomes s of i and j divided by the square root of d",
    where: `d: the width of a head, ${count(info.embedding / info.heads)}.`,
  },
  "attention.mask": {
    what: "Hides the tokens that come later, and turns each row into weights that sum to 1.",
    formula: ["row", ["sub", "a", "ij"], "=", ["frac", ["sup", "e", ["sub", "s", "ij"]], ["row", ["sub", "∑", "k ≤ i"], ["sup", "e", ["sub", "s", "ik"]]]], ",", "j ≤ i"],
    said: "a of i and j equals e to the s of i and j, divided by the sum over k up to i of e to the s of i and k, for j up to i",
    where: "i: the row, the token that asks. j: the column, the token that it looks at.",
  },
  "attention.mix": {
    what: "Adds up the values by their weights in each head, then projects all heads together.",
    formula: ["lines", ["row", ["sub", "m", "i"], "=", ["sub", "∑", "j ≤ i"], ["sub", "a", "ij"], ["sub", "v", "j"]], ["row", "out = m", ["sub", "W", "o"], "+", ["sub", "b", "o"]]],
    said: "m of i equals the sum over j up to i of a of i and j times v of j; out equals m times W o plus b o",
    where: "m: the mix of all heads, side by side.",
  },
  residual1: {
    what: "Adds what attention found to each token's row.",
    formula: "x ← x + out",
    said: "x becomes x plus out",
    where: "x: the residual stream. out: the output of attention.",
  },
  ln2: { what: "Brings each row to mean 0 and variance 1, then scales and shifts it, before the MLP reads it.", formula: norm, said: normSaid, where: normWhere },
  mlp: {
    what: `Widens each row to ${count(info.feedForward)} hidden units, applies ${activations[info.activation]}, and projects back.`,
    formula: ["lines", ["row", "h = f ( y", ["sub", "W", "1"], "+", ["sub", "b", "1"], ")"], ["row", "out = h", ["sub", "W", "2"], "+", ["sub", "b", "2"]]],
    said: "h equals f of y times W 1 plus b 1; out equals h times W 2 plus b 2",
    where: `f: ${activations[info.activation]}. y: the row after the layer norm.`,
  },
  residual2: {
    what: "Adds what the MLP found to each token's row.",
    formula: "x ← x + out",
    said: "x becomes x plus out",
    where: "x: the residual stream. out: the output of the MLP.",
  },
  final: { what: "Norms the rows once more after the last layer.", formula: norm, said: normSaid, where: normWhere },
  head: {
    what: `Gives each of the ${count(info.vocabulary)} tokens of the vocabulary a score, its logit.`,
    formula: ["row", "z = y", ["subsup", "W", info.tiedHead ? "te" : "out", "T"]],
    said: `z equals y times W ${info.tiedHead ? "t e" : "out"} transposed`,
    where: info.tiedHead ? "W te: the token table, used a second time." : "W out: the output matrix, one row for each token.",
  },
  softmax: {
    what: "Turns the logits into probabilities that sum to 1.",
    formula: ["row", ["sub", "p", "i"], "=", ["frac", ["sup", "e", ["sub", "z", "i"]], ["row", ["sub", "∑", "j"], ["sup", "e", ["sub", "z", "j"]]]]],
    said: "p of i equals e to the z of i, divided by the sum over j of e to the z of j",
    where: "z: the logits. i, j: ids of the vocabulary.",
  },
  distribution: { what: "Ranks the tokens by their probability. This is the model's own answer, before any setting acts on it." },
  decode: { what: "Chooses the next token in four steps: temperature, top-k, top-p, and a draw." },
  "decode.temperature": {
    what: "Makes the distribution sharper below 1 and flatter above it. At 0 the most probable token alone stays.",
    formula: ["row", ["sub", "p", "i"], "∝", ["sup", "e", ["row", ["sub", "z", "i"], "/ T"]]],
    said: "p of i is proportional to e to the z of i divided by T",
    where: "z: the logits. T: the temperature.",
  },
  "decode.top_k": { what: "Keeps the k most probable tokens and removes the others. 0 keeps all." },
  "decode.top_p": {
    what: "Keeps the smallest set of the most probable tokens whose probabilities reach p. 1 keeps all.",
    formula: ["row", ["sub", "p", "1"], "+ … +", ["sub", "p", "n"], "≥ p"],
    said: "p 1 plus and so on plus p n is at least p, with the smallest n",
    where: "n: how many tokens are kept, the most probable first.",
  },
  "decode.sample": {
    what: "Draws one of the tokens that are left, by a random number that the seed and the step decide.",
    formula: ["row", ["sub", "p", "1"], "+ … +", ["sub", "p", "n"], "> u"],
    said: "the first n for which p 1 plus and so on plus p n is larger than u",
    where: "u: the random number, from 0 up to 1. The first n that holds is the choice.",
  },
  "decode.stop": { what: "Decides whether the run ends with this token." },
  select: { what: "Holds the token that was chosen, before it joins the text." },
  append: { what: "Adds the chosen id to the ids. The next step reads it." },
  loop: { what: "Goes back with one token more, or ends the run. The cache keeps the keys and values of what was read." },
  generation: { what: "Sums up the whole run: what each step read, and what it predicted." },
});

/** @param {number} n */
const whole = (n) => count(n);

export const inspector = {
  label: "Inspector",
  close: "Close the inspector",
  follow: "Follow",
  resize: "Width of the inspector",
  followLabel: "Follow the run: show the stage that the machine is at",
  formula: "Formula",
  parts: "Parts of this stage",
  stages,

  choose: "What is shown",
  layer: "Layer",
  head: "Head",
  token: "Token",
  /** Of layers and heads. @param {number} n 1-based @param {number} of */
  ordinal: (n, of) => `${whole(n)} of ${whole(of)}`,
  /** @param {number} position @param {string} text */
  tokenOption: (position, text) => `${position} ${text}`,

  /** Where the values come from. */
  at: {
    /** @param {number} layer 1-based @param {number} of */
    layer: (layer, of) => `layer ${layer} of ${of}`,
    /** @param {number} position @param {string} text */
    token: (position, text) => `token ${position} ${text}`,
  },

  state: {
    idle: "No run yet. Press Generate: the values of the stage appear here.",
    unreached: "The machine has not reached this stage yet.",
    running: "The machine is running. Values are read when it pauses, or with Follow.",
    closed: "The engine has no values of this run.",
    /** @param {string} why */
    failed: (why) => `The values could not be read: ${why}`,
    /** @param {string} seconds */
    reading: (seconds) => `Reading from the engine, ${seconds} s`,
  },

  tensor: {
    names: {
      rows: "Rows of the token table",
      table: "What is added: rows of the position table",
      sum: "Sum: the residual stream",
      mean: "Mean",
      variance: "Variance",
      scale: "Scale γ",
      shift: "Shift β",
      result: "Result",
      q: "Queries",
      k: "Keys",
      v: "Values",
      scores: "Scores",
      scaled: "Scaled scores",
      weights: "Weights",
      mix: "Mix of the values",
      output: "Output",
      hidden: "Hidden units before the activation",
      activated: "Hidden units after the activation",
      logits: "Logits",
      probabilities: "Probabilities",
    },
    /** @param {string} text */
    rowOf: (text) => `Row of ${text}`,
    /** @param {number[]} shape */
    shape: (shape) => shape.map(whole).join(" × "),
    /** @param {number[]} shape */
    shapeSaid: (shape) => shape.map(whole).join(" by "),
    /** @param {string} low @param {string} high */
    range: (low, high) => `${low} to ${high}`,
    /** The scale of the colours. @param {string} limit */
    scaleSigned: (limit) => `Colours: blue from minus ${limit}, through grey at 0, to orange at ${limit}`,
    /** @param {string} limit */
    scalePlain: (limit) => `Colours: from pale at 0 to dark at ${limit}`,
    masked: "hidden by the mask: not computed",
    copy: "Copy as table",
    saveSvg: "Save as SVG",
    savePng: "Save as PNG",
    copied: "Copied",
    copyFailed: "The browser did not allow copying.",
    hint: "Point at a cell, or go to it with the arrow keys, to read its exact value.",
    keys: "Arrow keys go from cell to cell, Home and End to the ends of the row, Page Up and Page Down to the rows and columns before and after.",
    row: "row",
    column: "column",
    /** One line of the readout. */
    where: {
      /** @param {number} layer 1-based */
      layer: (layer) => `layer ${layer}`,
      /** @param {number} head 1-based */
      head: (head) => `head ${head}`,
      /** @param {number} row @param {string} text */
      row: (row, text) => `row ${row} ${text}`,
      /** @param {number} from @param {number} to */
      rows: (from, to) => `rows ${from} to ${to}`,
      /** @param {number} column */
      column: (column) => `column ${column}`,
      /** @param {number} column @param {string} text */
      tokenColumn: (column, text) => `column ${column} ${text}`,
      /** @param {number} id */
      id: (id) => `id ${id}`,
    },
    counted: "Rows and columns count from 0, layers and heads from 1.",
    rows: "Rows",
    columns: "Columns",
    /** @param {number} from @param {number} to @param {number} of */
    page: (from, to, of) => `${whole(from)} to ${whole(to)} of ${whole(of)}`,
    before: { rows: "Rows before", columns: "Columns before" },
    after: { rows: "Rows after", columns: "Columns after" },
    goToShort: "go to",
    goTo: { rows: "Go to row", columns: "Go to column" },
  },

  detail: {
    caption: "What the stage reports",
    text: "Text",
    token: "Token",
    id: "Id",
    position: "Position",
    piece: "Piece",
    bytes: "Bytes",
    count: "Count",
    pieces: "Pieces",
    read: "Ids that this pass reads",
    head: "Head",
    weight: "Weight",
    weights: "Largest weights of the newest token",
    before: "Largest before the activation",
    after: "Largest after it",
    active: "Share of hidden units above 0",
    probability: "Probability",
    sum: "Sum of all probabilities",
    largest: "Largest probability",
    restCount: "Other tokens",
    restProbability: "Their probability in all",
    parameter: { "decode.temperature": "Temperature T", "decode.top_k": "k", "decode.top_p": "p" },
    kept: "Tokens kept",
    removed: "Tokens removed",
    removedProbability: "Their probability before the step",
    random: "Random number u",
    greedy: "none: the most probable token is taken",
    from: "Drawn from",
    chosen: "Chosen",
    sampled: "Probability after the steps of decoding",
    rank: "Rank among all tokens",
    step: "Step",
    cached: "Positions in the cache",
    ends: "Ends the run",
    goesOn: "no, it goes on",
    ids: "Ids",
    /** @type {Record<FinishReason, string>} */
    reasons: {
      eos: "yes, with the end-of-text token",
      length: "yes, the limit of new tokens is reached",
      context: "yes, the context is full",
      stop: "yes, a stop sequence was found",
      aborted: "yes, it was stopped",
    },
  },

  lens: {
    title: "What each layer would answer",
    what: "The final norm and the head, applied after each layer to the row of this token.",
    changed: "When did the answer change?",
    layer: "Layer",
    top: "Top token",
    probability: "Probability",
    rank: "Rank of the answer",
    since: "from here on the answer",
    /** @param {number} layer 1-based */
    open: (layer) => `Go to layer ${layer}`,
    stands: "The layers answer while the machine is paused.",
  },

  out,
  attention,
  tokens,
  rows,
  norms,

  sweep,
  cost,

  whatIf: {
    title: "What if",
    what: "Switches parts off and predicts again, beside the run. The run stays as it is until you ask.",
    name: switched,
    comparing: "Comparing…",
    before: "The run",
    after: "With the switches",
    /** @param {string} kl @param {string} token @param {string} before @param {string} after */
    said: (kl, token, before, after) => `KL divergence ${kl} nats. ${token}: ${before} becomes ${after}.`,
    apply: "Switch in the run",
    takeBack: "Switch all back on in the run",
  },
};

/** @typedef {typeof inspector} InspectorStrings */
