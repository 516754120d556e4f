/** What the views of the stages behind attention say, in English. */
/** @import { PartName } from "../run/architecture.js" */
import { count } from "../kit/numbers.js";
import { activations } from "./switches-en.js";

export const out = {
  token: "Token",
  id: "Id",
  rank: "Rank",
  logit: "Logit",
  probability: "Probability",
  position: "Position",
  layer: "Layer",

  ranking: {
    title: "Most probable tokens",
    entropy: "Entropy",
    /** @param {string} nats @param {string} bits */
    entropyOf: (nats, bits) => `${nats} nats, ${bits} bits`,
    perplexity: "Perplexity",
    /** @param {string} n */
    perplexityOf: (n) => `${n}: as open as a choice among that many equal tokens`,
    search: "Search for a token",
    searchHint: "any text",
    /** @param {number} n @param {string} share */
    found: (n, share) => (n === 0 ? "No token has this text." : `${count(n)} ${n === 1 ? "token has" : "tokens have"} this text, together ${share}.`),
    more: "Show more",
    /** @param {number} n */
    others: (n) => `all ${count(n)} others`,
  },

  decision: {
    title: "From the logits to the choice",
    note: "The most probable tokens, step by step. A probability that is struck out is removed by that step. What stays is divided by its sum.",
    columns: { logit: "Logit", "decode.temperature": "After tempera\u00ADture", "decode.top_k": "Top-k", "decode.top_p": "Top-p", left: "Renormal\u00ADized" },
    removed: "removed",
    waits: "not done yet",
    /** @param {number} n */
    others: (n) => `all ${count(n)} others`,
    /** @param {number} n */
    keeps: (n) => `${count(n)} kept`,
    chosen: "chosen",
  },

  dart: {
    title: "The draw",
    note: "The tokens that are left lie on a line, each as long as its probability. A random number that seed and step decide falls on one of them.",
    label: "Random number",
    /** @param {string} random @param {string} token @param {string} from @param {string} to */
    said: (random, token, from, to) => `${random}: ${token}, from ${from} to ${to}`,
    /** @param {string} random */
    seeded: (random) => `The seed gave ${random}.`,
    greedy: "At temperature 0 nothing is drawn: the most probable token is taken.",
    unknown: "The number of this step is known while the machine is paused at it.",
    go: "Go to this step",
    would: "This number would give",
    gave: "The seeded number gave",
    forced: "Another token was chosen by hand in its place.",
    take: "Take this token",
    back: "Back to the seeded number",
    stands: "A token can be taken while the machine is paused.",
    interval: "Its part of the line",
    keys: "Arrow keys move the number by a thousandth, Page Up and Page Down by a hundredth and more.",
    waits: "The line appears when top-p is done.",
  },

  rules: {
    title: "What ends the run",
    rule: "Rule",
    state: "This step",
    fired: "ends the run",
    not: "does not hold",
    waits: "not asked yet",
    off: "off",
    eos: "The end-of-text token is chosen",
    /** @param {string[]} texts quoted */
    stop: (texts) => (texts.length ? `The text contains ${texts.join(" or ")}` : "A stop text is found; none is set"),
    /** @param {number} at @param {number} of */
    length: (at, of) => `${count(of)} tokens are generated; this is number ${count(at)}`,
    /** @param {number} at @param {number} of */
    context: (at, of) => `No position is left to read it: the context has ${count(of)}, and it is token ${count(at)}`,
    aborted: "It is stopped by hand",
  },

  stream: {
    norms: "Length of the residual stream",
    normsNote: "The Euclidean norm of each token's row after each addition. Darker is longer; the scale ends at the longest.",
    lens: "Logit lens: what each layer would answer",
    lensNote: "The final norm and the head, applied after each layer. Darker where the answer of that token has a better rank.",
    legend: ["rank 1", "2 to 5", "6 to 50", "51 and more"],
    input: "Input",
    /** @param {number} layer 1-based */
    attention: (layer) => `${layer} + attention`,
    /** @param {number} layer 1-based */
    mlp: (layer) => `${layer} + MLP`,
    /** @param {number} layer 1-based */
    layer: (layer) => `Layer ${layer}`,
    norm: "Norm",
    /** @param {number} layer 1-based */
    afterLayer: (layer) => `after layer ${layer}`,
    afterInput: "the input of the first layer",
    /** @param {number} layer 1-based @param {"attention" | "mlp"} part */
    after: (layer, part) => `after ${part === "mlp" ? "the MLP" : "attention"} of layer ${layer}`,
    /** @param {number} rank @param {string} probability */
    answer: (rank, probability) => `the answer has rank ${count(rank)} and probability ${probability}`,
    /** @param {number} position @param {string} text */
    column: (position, text) => `token ${position} ${text}`,
    /** @param {number} done @param {number} of */
    progress: (done, of) => `Read from the engine: ${done} of ${of}`,
    reading: "Reading of the layers",
    stop: "Stop reading",
    goOn: "Go on reading",
    stands: "The layers answer while the machine is paused.",
    keys: "Arrow keys go from cell to cell. Enter goes to that layer of that token.",
    /** @param {string} why */
    failed: (why) => `The engine did not answer: ${why}`,
  },

  curve: {
    title: "The activation",
    names: activations,
    /** @param {number} n @param {string} text @param {string} name */
    note: (n, text, name) => `${name}, the curve of this run, with the ${count(n)} hidden units of ${text} as points on it.`,
    x: "before the activation",
    y: "after it",
    /** @param {number} unit */
    unit: (unit) => `Hidden unit ${unit}`,
    /** @param {string} before @param {string} after */
    goes: (before, after) => `${before} → ${after}`,
    label: "Hidden units, in the order of their value before the activation",
    strongest: "Strongest hidden units",
    columns: ["Unit", "Before", "After"],
    keys: "Arrow keys go from unit to unit, in the order of their value before the activation.",
  },

  steps: {
    title: "Steps of the run",
    note: "What each step read, and what it predicted. A step goes to where its token is chosen.",
    /** @param {number} step 1-based @param {string} token @param {string} share */
    go: (step, token, share) => `Go to step ${step}: ${token}, ${share}`,
    ahead: "not computed again yet",
    forced: "chosen by hand",
    none: "No token yet.",
  },

  architecture: {
    title: "Architecture",
    what: "Counted from the shape of the model. Multiply-adds are those of one token that is decoded.",
    /** @param {string} name @param {number} tokens */
    loaded: (name, tokens) => `${name}: this model, with ${count(tokens)} tokens in the cache`,
    part: "Part",
    parameters: "Parameters",
    /** @param {string} type */
    bytes: (type) => `Bytes as ${type}`,
    multiplyAdds: "Multiply-adds",
    total: "Total",
    /** @type {Record<PartName, string>} */
    parts: {
      tokens: "Token table",
      positions: "Position table",
      norms: "Layer norms",
      attention: "Attention",
      cross: "Cross attention",
      mlp: "MLP",
      head: "Head",
    },
    tied: "link to the token table",
    /** @param {string} bytes */
    file: (bytes) => `The file has ${bytes} bytes: the weights, the tokenizer, and the names and shapes of the tensors.`,
    absent: "Dropout is not here: it acts in training only.",
    link: "The head is the token table, used a second time: it has no weights of its own.",
    untied: "The head has weights of its own.",
    sinusoidal: "The positions are sines and cosines: they have no weights.",
    compare: "Beside known models",
    shapesOnly: "Shapes only: these models are not loaded. The numbers follow from their published shapes, with a full context.",
    columns: ["Model", "Parameters", "Multiply-adds", "Layers", "Heads", "Width", "MLP", "Context", "Vocabulary"],
    this: "this model",
    encoder: "The Transformer base of 2017 has an encoder of 6 layers too, sines and cosines as positions, and ReLU. Its paper rounds the vocabulary to 37,000, and names no context: 512 is assumed.",
  },
};
