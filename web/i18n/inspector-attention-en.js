/** What the inspector says about attention, in English. */
import { count, fixed } from "../kit/numbers.js";

/** @typedef {(text: string) => string} OfToken */

export const attention = {
  heads: "What each head looks at",
  /** @param {number} layer 1-based */
  layer: (layer) => `Layer ${layer}`,
  /** @param {number} layer 1-based @param {number} head 1-based @param {string} kind */
  headName: (layer, head, kind) => `Layer ${layer}, head ${head}: ${kind}`,
  kinds: { previous: "looks at the previous token", first: "looks at the first token", same: "looks at earlier occurrences of the same token", induction: "induction, looks at what came after the same token" },
  kindsShort: { previous: "previous", first: "first", same: "same", induction: "induction" },
  layerHead: "Layer",
  headHead: "Head",
  labelHead: "Label",
  tokenHead: "Token",
  weightHead: "Weight",
  none: "nothing reaches the threshold",
  unreached: "The machine has not computed this layer yet.",
  /** @param {string} kind @param {string} mean @param {number} rows */
  measured: (kind, mean, rows) => `${kind}: ${mean} of the weight, the mean of ${count(rows)} ${rows === 1 ? "row" : "rows"}`,
  /** @param {string} kind */
  noRows: (kind) => `${kind}: no row has such a place`,
  /** @param {number} from @param {number} to @param {number} left @param {number} right @param {string} threshold @param {number} least */
  mapsNote: (from, to, left, right, threshold, least) =>
    `A row of maps is a layer, a column is a head. In each map, rows ${from} to ${to} look at columns ${left} to ${right}; pale is weight 0, dark is 1. A head is named after what gets at least ${threshold} of its weight, on average over the rows that have such a place; rows 0 and 1 do not count, and at least ${count(least)} rows are needed.`,
  /** @param {number} done @param {number} of */
  reading: (done, of) => `Reading the weights: layer ${done + 1} of ${of}`,
  stop: "Stop",

  /** @param {string} token @param {number} layer 1-based @param {number} head 1-based */
  looked: (token, layer, head) => `What ${token} looked at, in layer ${layer}, head ${head}`,
  /** @param {number} position @param {string} text */
  tokenAt: (position, text) => `token ${position} ${text}`,
  /** @param {string[]} largest */
  mostly: (largest) => `Most of all at ${largest.join(", ")}. The darkest token got the largest weight, a white one none.`,
  /** @param {number} n @param {string} share */
  unseen: (n, share) => `The ${count(n)} tokens before these have ${share} in all.`,

  stepsLabel: "Steps of attention",
  steps: { scores: "Q Kᵀ", scale: "÷ √d", mask: "mask", softmax: "softmax", mix: "× V" },
  /** @type {Record<"scores" | "scale" | "mask" | "softmax" | "mix", OfToken>} */
  stepWhat: {
    scores: () => "Each row is a query, each column a key. A cell is their product.",
    scale: () => "Every score is divided by the square root of the head's width.",
    mask: () => "What comes later is hidden: those cells count as minus infinity. The engine never computes them, which comes to the same.",
    softmax: (row) => `Each row becomes weights that sum to 1. The row of ${row} shows how it divides its attention.`,
    mix: (row) => `The weights of the row of ${row} times the values of all tokens that it sees, added up.`,
  },

  account: {
    title: "How a cell came about",
    hint: "Point at a cell above, or go to it with the arrow keys: its parts appear here.",
    /** @param {string} row @param {string} column */
    scoreTitle: (row, column) => `Query of ${row} times key of ${column}`,
    /** @param {string} row @param {string} column */
    scaleTitle: (row, column) => `Score of ${row} and ${column}, divided`,
    /** @param {string} row @param {string} column */
    weightTitle: (row, column) => `Weight that ${row} gives to ${column}`,
    /** @param {number} channel @param {string} row */
    mixTitle: (channel, row) => `Number ${channel} of the mix of ${row}`,
    /** @param {number} channel @param {string} row */
    outputTitle: (channel, row) => `Number ${channel} of the output of ${row}`,
    /** @param {number} position @param {string} text */
    mixRow: (position, text) => `Mix of all heads of ${position} ${text}`,
    /** @param {number} channel */
    projectionRow: (channel) => `Weights of the projection for number ${channel}`,
    byHead: "Sum of each head",
    off: "0",
    offNote: "Attention of this layer is switched off: what it computes is left out.",
    /** @param {number} head 1-based */
    ofHead: (head) => `Head ${head}`,
    head: "Head",
    bias: "Bias of the projection",
    /** @param {number} n */
    sumOfHeads: (n) => `Sum of ${n === 1 ? "the head" : `the ${count(n)} heads`} and the bias`,
    /** @param {string} row @param {string} column */
    maskTitle: (row, column) => `${row} does not see ${column}`,
    /** @param {number} row @param {number} column */
    masked: (row, column) => `column ${column} > row ${row}: −∞, and e^(−∞) = 0`,
    maskNote: "The token in the column comes later. The engine leaves such cells out, so they have no number.",
    /** @param {number} row @param {string} text */
    query: (row, text) => `q, row ${row} ${text}`,
    /** @param {number} column @param {string} text */
    key: (column, text) => `k, row ${column} ${text}`,
    products: "products",
    /** @param {number} row @param {string} text */
    scaledRow: (row, text) => `s, row ${row} ${text}`,
    powers: "e to the power of s − m",
    /** @param {number} row @param {string} text */
    weightRow: (row, text) => `a, row ${row} ${text}`,
    /** @param {number} channel */
    valueColumn: (channel) => `v, column ${channel}`,
    /** @param {string} limit @param {boolean} signed */
    scale: (limit, signed) => (signed ? `−${limit} to ${limit}` : `0 to ${limit}`),
    score: "Score",
    /** @param {number} n */
    sumOf: (n) => `Sum of ${n === 1 ? "the product" : `the ${count(n)} products`}`,
    /** @param {number} size */
    quotient: (size) => `Score / √${size} = score / ${fixed(Math.sqrt(size), 4)}`,
    top: "Largest score of the row, m",
    power: "e^(s − m) of this cell",
    /** @param {number} n */
    powerSum: (n) => `Sum over ${n === 1 ? "the row's cell" : `the row's ${count(n)} cells`}`,
    share: "The first divided by the second",
    engine: "The engine's cell",
    apart: "They differ by",
    bound: "Rounding allows",
    sixteen: "The engine multiplies numbers of 16 bits: it rounds each vector to steps of 1/32767 of its largest number. The sum here takes them before that, so the two differ a little.",
    single: "The engine computes with float32, of about seven digits; the number here has more.",
    channel: "Channel",
    position: "Position",
    token: "Token",
    /** @param {number} n */
    termsOf: (n) => `All ${count(n)} products`,
    /** @param {number} n */
    powersOf: (n) => `All ${count(n)} powers`,
    /** @param {string} why */
    failed: (why) => `The parts could not be read: ${why}`,
  },

  cache: {
    title: "Cache of keys and values",
    what: "Keys and values of tokens that were read before are kept and used again. Only those of new tokens are computed.",
    reused: "Reused in this step",
    added: "New in this step",
    room: "Positions that fit",
    /** @param {number} n @param {string} bytes */
    positions: (n, bytes) => `${count(n)} ${n === 1 ? "position" : "positions"}, ${bytes}`,
  },
};
