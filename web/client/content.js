import { GGUF, INDEX, PYTORCH, WEIGHTS, plainName } from "./kinds.js";

/**
 * What a file of a model is, by what is in it where its name does not tell.
 *
 * @typedef {"gguf" | "safetensors" | "index" | "pytorch" | "archive" | "other"} Kind
 */

/** The files that describe a checkpoint and its tokenizer, beside the index of its weights. */
export const TOKENIZER = ["tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"];
const KNOWN = ["config.json", "generation_config.json", "model.safetensors.index.json", ...TOKENIZER];
/** A larger text is none of these. */
const MOST_TEXT_BYTES = 64 << 20;
/** The alphabet of byte-level BPE: a smaller vocabulary is a list of added tokens. */
const LEAST_VOCABULARY = 256;

/**
 * @param {File} file
 * @returns {Promise<Kind>}
 */
export async function kindOf(file) {
  const name = plainName(file.name);
  const start = new Uint8Array(await file.slice(0, 128).arrayBuffer().catch(() => new ArrayBuffer(0))); // a file that is gone fails later
  const text = String.fromCharCode(...start);
  if (text.startsWith("GGUF")) return "gguf";
  if (isSafetensors(start, file.size)) return "safetensors";
  if (text.startsWith("PK\x03\x04") && !PYTORCH.test(name)) return text.includes("/data.pkl") ? "pytorch" : "archive";
  if (GGUF.test(name)) return "gguf";
  if (WEIGHTS.test(name)) return "safetensors";
  if (INDEX.test(name)) return "index";
  return PYTORCH.test(name) || /^\x80[\x02-\x05]/.test(text) ? "pytorch" : "other";
}

/**
 * The length of a header, and the header's JSON.
 *
 * @param {Uint8Array} start
 * @param {number} size of the file
 */
function isSafetensors(start, size) {
  if (start.length < 10) return false;
  const header = Number(new DataView(start.buffer).getBigUint64(0, true));
  return start[8] === 0x7b && header >= 2 && header <= size - 8; // {
}

/**
 * The name that a file of a checkpoint should have, by its own name or else by its text.
 *
 * @param {File} file neither weights nor GGUF
 */
export async function properName(file) {
  const name = plainName(file.name);
  const known = KNOWN.find((known) => known === name.toLowerCase());
  if (known || !/(?:\.json|\.txt|^[^.]*)$/i.test(name) || file.size > MOST_TEXT_BYTES) return known ?? name;
  const text = (await file.text().catch(() => "")).replace(/^\ufeff/, "").trimStart();
  if (/^#version|^\S+ \S+\r?\n\S+ \S+\r?\n/.test(text)) return "merges.txt";
  if (!text.startsWith("{")) return name;
  try {
    return nameOf(JSON.parse(text)) || name;
  } catch {
    return name;
  }
}

/** @param {Record<string, any>} json */
function nameOf(json) {
  const has = (/** @type {string[]} */ ...keys) => keys.some((key) => Object.hasOwn(json, key));
  const values = Object.values(json);
  if (has("weight_map")) return "model.safetensors.index.json";
  if (typeof json.model === "object" && json.model?.vocab) return "tokenizer.json";
  if (has("n_layer", "n_embd")) return "config.json";
  if (has("tokenizer_class", "added_tokens_decoder", "model_max_length")) return "tokenizer_config.json";
  if (values.length > 0 && values.every(Number.isInteger)) return values.length < LEAST_VOCABULARY ? "added_tokens.json" : "vocab.json";
  return has("bos_token", "eos_token", "unk_token", "pad_token") ? "special_tokens_map.json" : "";
}
