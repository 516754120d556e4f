/** GPT-2 on the Hugging Face Hub: what is known of it before anything is fetched. */

import { memoryOf } from "./memory.js";

/** Where the hub is, unless the page's address names another one. */
export const HUB = "https://huggingface.co";

/** Radford et al. 2019, and the models' cards. */
const CONTEXT = 1024;
const VOCABULARY = 50257;

/**
 * The models by what the shapes of their tensors follow from. Source: config.json and the card of each.
 *
 * @type {{ id: string, layers: number, embedding: number, licence: string }[]} id: OWNER/NAME
 */
const MODELS = [
  { id: "distilbert/distilgpt2", layers: 6, embedding: 768, licence: "Apache-2.0" },
  { id: "openai-community/gpt2", layers: 12, embedding: 768, licence: "MIT" },
  { id: "openai-community/gpt2-medium", layers: 24, embedding: 1024, licence: "MIT" },
  { id: "openai-community/gpt2-large", layers: 36, embedding: 1280, licence: "MIT" },
  { id: "openai-community/gpt2-xl", layers: 48, embedding: 1600, licence: "MIT" },
];

/** @typedef {{ id: string, licence: string, parameters: number, download: number, stored: number, memory: number }} HubModel the last three in bytes */

/** @type {HubModel[]} smallest first */
export const hubModels = MODELS.map(({ id, layers, embedding: c, licence }) => {
  const matrices = VOCABULARY * c + layers * 12 * c * c; // token table, and qkv, projection and the two of the MLP
  const rest = CONTEXT * c + layers * 13 * c + 2 * c; // position table, biases and norms
  const parameters = matrices + rest;
  const masks = layers * CONTEXT * CONTEXT; // which these checkpoints hold too
  const stored = (matrices * 34) / 32 + 4 * rest; // Q8_0: 32 weights in 34 bytes
  return { id, licence, parameters, download: 4 * (parameters + masks), stored, memory: memoryOf(stored, { layers, context: CONTEXT, embedding: c }) };
});

const ID = /^[\w-][\w.-]*\/[\w-][\w.-]*$/;

/**
 * The address of a model's weights.
 *
 * @param {string} hub
 * @param {string} id
 * @returns {string | null} null where it is no OWNER/NAME
 */
export const weightsAt = (hub, id) => (ID.test(id) ? `${hub}/${id}/resolve/main/model.safetensors` : null);
