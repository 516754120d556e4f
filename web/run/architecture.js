/** What a model of the GPT-2 kind consists of, counted from its shape alone. */

/** @import { EngineInfo } from "../vitrine.d.ts" */

/**
 * @typedef {object} Shape
 * @property {number} layers
 * @property {number} heads
 * @property {number} embedding
 * @property {number} feedForward
 * @property {number} context
 * @property {number} vocabulary
 * @property {boolean} learned the positions are a table
 * @property {boolean} tied the head is the token table
 * @property {number} [encoder] layers of an encoder, which the decoder's layers also attend to
 */

/** @typedef {"tokens" | "positions" | "norms" | "attention" | "cross" | "mlp" | "head"} PartName */

/**
 * @typedef {object} Part
 * @property {PartName} name
 * @property {number} parameters
 * @property {number} matrix those of them in matrices, which a quantized file holds in blocks
 * @property {number} multiplyAdds for one token that is decoded, with `tokens` in the cache
 */

/**
 * @param {Shape} shape
 * @param {number} tokens in the cache, the new one included
 * @returns {Part[]} without those that the model lacks
 */
export function partsOf({ layers, embedding: c, feedForward: f, context, vocabulary, learned, tied, encoder = 0 }, tokens) {
  const all = layers + encoder;
  const attending = { matrix: 4 * c * c, parameters: 4 * c * c + 4 * c, multiplyAdds: 4 * c * c + 2 * c * tokens };
  const times = (/** @type {typeof attending} */ one, /** @type {number} */ n) => ({ matrix: n * one.matrix, parameters: n * one.parameters, multiplyAdds: layers * one.multiplyAdds });
  const norms = 2 * c * (encoder ? 2 * encoder + 3 * layers : 2 * layers + 1); // with an encoder one more stands before the cross attention, and none at the end
  /** @type {Part[]} */
  const parts = [
    { name: "tokens", parameters: vocabulary * c, matrix: vocabulary * c, multiplyAdds: 0 },
    { name: "positions", parameters: learned ? context * c : 0, matrix: 0, multiplyAdds: 0 },
    { name: "norms", parameters: norms, matrix: 0, multiplyAdds: 0 },
    { name: "attention", ...times(attending, all) },
    { name: "cross", ...(encoder ? times({ ...attending, multiplyAdds: 2 * c * c + 2 * c * tokens }, layers) : { parameters: 0, matrix: 0, multiplyAdds: 0 }) }, // its keys and values are made once, not for each token
    { name: "mlp", parameters: all * (2 * c * f + f + c), matrix: all * 2 * c * f, multiplyAdds: layers * 2 * c * f },
    { name: "head", parameters: tied ? 0 : vocabulary * c, matrix: tied ? 0 : vocabulary * c, multiplyAdds: vocabulary * c },
  ];
  return parts.filter(({ parameters, multiplyAdds }) => parameters > 0 || multiplyAdds > 0);
}

/** @param {{ parameters: number, multiplyAdds: number }[]} parts */
export const totalOf = (parts) => ({
  parameters: parts.reduce((sum, part) => sum + part.parameters, 0),
  multiplyAdds: parts.reduce((sum, part) => sum + part.multiplyAdds, 0),
});

/** Bytes of a weight of a matrix, as GGUF stores it: Q8_0 has 32 of one byte and a scale of two. @type {Record<string, number>} */
const sizes = { Q8_0: 34 / 32, F16: 2, F32: 4 };

/**
 * Bytes that a part takes where the matrices have a type of GGUF and all else is float32; null for a type that is not known.
 *
 * @param {Part} part
 * @param {string} weights
 */
export function bytesOf({ parameters, matrix }, weights) {
  const size = sizes[weights];
  return size === undefined ? null : matrix * size + (parameters - matrix) * 4;
}

/** @param {EngineInfo} info @returns {Shape} */
export const shapeOf = ({ layers, heads, embedding, feedForward, context, vocabulary, position, tiedHead }) => ({
  layers, heads, embedding, feedForward, context, vocabulary, learned: position === "learned", tied: tiedHead,
});

/** @type {(layers: number, heads: number, embedding: number, context?: number) => Shape} */
const gpt = (layers, heads, embedding, context = 1024) => ({
  layers, heads, embedding, feedForward: 4 * embedding, context, vocabulary: 50257, learned: true, tied: true,
});

/**
 * Shapes of models that are known. Sources: Radford et al. 2019, table 2, with the head counts of openai/gpt-2's
 * hparams.json; Brown et al. 2020, table 2.1; Vaswani et al. 2017, table 3 and section 5.1 (a vocabulary of about 37,000).
 *
 * @type {{ name: string, shape: Shape }[]}
 */
export const known = [
  { name: "GPT-2 small", shape: gpt(12, 12, 768) },
  { name: "GPT-2 medium", shape: gpt(24, 16, 1024) },
  { name: "GPT-2 large", shape: gpt(36, 20, 1280) },
  { name: "GPT-2 XL", shape: gpt(48, 25, 1600) },
  { name: "GPT-3 175B", shape: gpt(96, 96, 12288, 2048) },
  {
    name: "Transformer base",
    shape: { layers: 6, heads: 8, embedding: 512, feedForward: 2048, context: 512, vocabulary: 37000, learned: false, tied: true, encoder: 6 },
  },
];
