import { size as inUnits } from "../kit/numbers.js";
import { HEAD_BYTES } from "../client/head.js";
import manifest from "../../models/manifest.json";

/**
 * What Run downloads, in words: the engine, as it is compressed, and the model. "" where it cannot be known.
 *
 * @param {string | null} model its address; null for the default model
 */
export async function sizeOf(model) {
  const bytes = model === null ? manifest.models[0].bytes : await bytesAt(new URL(model, document.baseURI).href);
  return bytes ? inWords(bytes) : "";
}

/** The same for what needs the tokenizer alone. */
export const sizeOfHead = async () => inWords(HEAD_BYTES);

/** @param {number} bytes beside those of the engine */
function inWords(bytes) {
  const { value, unit } = inUnits(bytes + VITRINE_ENGINE_BYTES);
  return `${value} ${unit}`;
}

/** @param {string} address */
async function bytesAt(address) {
  const answer = await fetch(address, { method: "HEAD" }).catch(() => null);
  return answer?.ok && !answer.headers.has("Content-Encoding") ? Number(answer.headers.get("Content-Length") ?? 0) : 0;
}
