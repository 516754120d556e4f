/** What the inspector says about tokens, their rows and the layer norms, in English. */
import { count } from "../kit/numbers.js";

/** @param {number} n @param {string} one @param {string} more */
const many = (n, one, more) => `${count(n)} ${n === 1 ? one : more}`;

export const tokens = {
  pieces: "Pieces of the text",
  /** @param {string} text @param {number} ids */
  piece: (text, ids) => `${text}, ${many(ids, "token", "tokens")}`,
  merges: "Merges in the order in which they were applied",
  /** @param {string} text */
  mergesOf: (text) => `How ${text} becomes tokens`,
  whole: "It is one token as it is: no merge is applied.",
  /** @param {number} bytes @param {number} merges @param {number} ids */
  summary: (bytes, merges, ids) => `${many(bytes, "byte", "bytes")}, ${many(merges, "merge", "merges")}, ${many(ids, "token", "tokens")}. Of the merges that apply, the one of the lowest rank goes first; ranks count from 0.`,
  step: "Step",
  rank: "Rank",
  joins: "Joins",
  bytes: "single bytes",
  then: "The piece then",
};

export const rows = {
  cosine: "Cosine similarity between the tokens",
  cosineWhat: "The product of two rows, divided by both lengths: 1 where they point the same way, 0 at right angles, −1 in opposite directions. Computed here from the engine's rows.",
  /** @param {number} from @param {number} to */
  cosineAbout: (from, to) => `tokens ${from} to ${to}`,
  table: { learned: "The learned position table", sinusoidal: "The table of sines and cosines" },
  tableWhat: {
    learned: "One row for each position, as training left it. A row is added to whichever token stands there.",
    sinusoidal: "Even columns are sines of the position, odd ones cosines; to the right the waves grow longer, up to 10,000 times 2π.",
  },
  /** @param {number} from @param {number} to @param {number} of */
  tableAbout: (from, to, of) => `positions ${from} to ${to} of ${count(of)}`,
  /** @param {number} position */
  position: (position) => `position ${position}`,
};

export const norms = {
  /** @param {string} text */
  title: (text) => `The row of ${text}, through the norm`,
  mean: "Mean μ",
  variance: "Variance σ²",
  epsilon: "ε",
  divisor: "√(σ² + ε)",
  strips: { x: "Before: x", scale: "Scale γ", shift: "Shift β", y: "After: y" },
  account: "How a number came about",
  hint: "Point at a cell of a strip, or go to it with the arrow keys: what made it appears here.",
  /** @param {number} column */
  counted: (column) => `Column ${column}, computed here`,
  engine: "The engine's number",
  apart: "They differ by",
  single: "The engine computes with float32, of about seven digits; the number here has more.",
};
