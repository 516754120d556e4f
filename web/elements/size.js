import { otherHost } from "../kit/host.js";
import { sizeWords } from "../kit/numbers.js";
import { HEAD_BYTES } from "../client/head.js";
import manifest from "../../models/manifest.json";
import { beside } from "./beside.js";

/**
 * What Run downloads, in words: the engine, as it is compressed, and the model. "" where it cannot be known: another host
 * is asked for nothing before Run is pressed.
 *
 * @param {string | null} model its address; null for the default model
 */
export async function sizeOf(model) {
  const bytes = model === null ? manifest.models[0].bytes : await bytesAt(model);
  return bytes ? inWords(bytes) : "";
}

/** The same for what needs the tokenizer alone. */
export const sizeOfHead = async () => inWords(HEAD_BYTES);

/** Whose model it is, where that is neither the page's host nor ours; else "". @param {string | null} model */
export const hostOf = (model) => (model === null ? "" : otherHost(model, document.baseURI, location.href, beside("").href));

/** @param {number} bytes beside those of the engine */
const inWords = (bytes) => sizeWords(bytes + VITRINE_ENGINE_BYTES);

/** @param {string} address */
async function bytesAt(address) {
  if (hostOf(address) || !URL.canParse(address, document.baseURI)) return 0;
  const answer = await fetch(new URL(address, document.baseURI), { method: "HEAD", redirect: "error" }).catch(() => null); // which may lead to another host
  return answer?.ok && !answer.headers.has("Content-Encoding") ? Number(answer.headers.get("Content-Length") ?? 0) : 0;
}
