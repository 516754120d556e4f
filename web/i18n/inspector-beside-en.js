/** What the inspector says of sweeps and of what a step costs, in English. */
import { count } from "../kit/numbers.js";

export const sweep = {
  title: "Which parts matter",
  what: "Switches off one part after another, on top of what the run has switched off, and predicts the next token again. The run stays as it is.",
  part: "Switch off in turn",
  parts: { head: "each head", attention: "the attention of each layer", mlp: "the MLP of each layer" },
  column: { attention: "attention", mlp: "MLP" },
  begin: "Begin",
  stop: "Stop",
  /** @param {number} done @param {number} of */
  progress: (done, of) => `${count(done)} of ${count(of)}`,
  /** @param {number} done @param {number} of */
  stopped: (done, of) => `Stopped after ${count(done)} of ${count(of)}.`,
  /** @param {string} message */
  failed: (message) => `The engine could not do it: ${message}`,
  stands: "The engine compares while the machine is paused.",
  /** @param {string} after token @param {string} final token @param {string} before */
  said: (after, final, before) => `After ${after}, with nothing more switched off, ${final} has ${before}.`,
  press: "Press a cell to go there.",
  kl: "KL divergence, nats",
  /** @param {string} token */
  change: (token) => `Change of the probability of ${token}`,
  rows: "A row is a layer, a column is a head.",
  single: "A row is a layer.",
  /** @param {number} layer 1-based */
  layer: (layer) => `layer ${layer}`,
  /** @param {number} head 1-based */
  head: (head) => `head ${head}`,
  off: "switched off",
  all: "All parts, the largest first",
  columns: ["Layer", "Part", "KL, nats", "After", "Change"],
};

export const cost = {
  title: "What it costs",
  what: "Multiply-adds and bytes follow from the shapes; the time is measured: the engine does the step once more, and the run stays as it is.",
  measure: "Measure this step",
  measuring: "Measuring…",
  /** @param {number} position @param {string} token @param {number} tokens */
  step: (position, token, tokens) => `The step whose newest token is ${position} ${token}. It reads ${tokens === 1 ? "1 token" : `${count(tokens)} tokens`}.`,
  /** @param {string} message */
  failed: (message) => `The engine could not measure it: ${message}`,
  stands: "The engine measures while the machine is paused.",
  stage: "Stage",
  columns: { multiplyAdds: "Multiply-adds", weightBytes: "Bytes of weights", cacheBytes: "Bytes of cache", ms: "Milliseconds" },
  layers: "A stage of the layers is the sum of all layers.",
  total: "The step",
  grow: "How it grows",
  growWhat: "The same stage in steps of this run, and in steps without the cache, which read all tokens again.",
  figure: "Figure",
  of: "Stage",
  wholeStep: "the whole step",
  begin: "Measure the steps",
  stop: "Stop",
  /** @param {number} done @param {number} of */
  progress: (done, of) => `${count(done)} of ${count(of)} steps`,
  length: "tokens in the sequence",
  cached: "as the run is",
  uncached: "without the cache",
  /** @param {string} figure @param {string} of */
  chart: (figure, of) => `${figure} of ${of}, by the length of the sequence`,
  keys: "Arrow keys go from point to point.",
  /** @param {number} length */
  at: (length) => `${count(length)} tokens`,
};

/** @typedef {typeof sweep} SweepStrings */
/** @typedef {typeof cost} CostStrings */
