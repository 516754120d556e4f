import { VitrineError } from "./error.js";
import { PATIENCE, refused, request, within } from "./request.js";

/** @import {ModelSource} from "../worker/source.js" */

/**
 * What the manifest states of a model.
 *
 * @typedef {{ name: string, url: string, bytes: number, parameters: number, sha256: string, licence: string }} Listed a number
 *   is -1, and a text "", where unknown
 */

const SHA256 = /^[0-9a-f]{64}$/;
const LIST = new URL("models/manifest.json", import.meta.url).href;
/** Where another list is at hand. */
const LITTLE_PATIENCE = { ...PATIENCE, tries: 1, stallMs: 3000 };

/**
 * The models that the site has, the default one first.
 *
 * @param {AbortSignal} [signal]
 * @param {string} [address]
 * @param {import("./request.js").Patience} [patience]
 * @returns {Promise<Listed[]>}
 */
export async function listedModels(signal, address = LIST, patience = PATIENCE) {
  const answer = await request(address, { signal }, patience).catch((error) => {
    signal?.throwIfAborted();
    throw new VitrineError("network", `the list of models did not come: ${error.message}`);
  });
  if (!answer.ok) throw refused(address, answer);
  const text = await within(answer.text(), patience.stallMs).catch(() => {
    signal?.throwIfAborted();
    throw new VitrineError("network", `the list of models at ${address} broke off: check the connection and try again`);
  });
  return readManifest(text, address);
}

/**
 * What the site's list has of an address, undefined where it is no model of the site.
 *
 * @param {string} address
 * @param {AbortSignal} [signal]
 */
export async function listedAt(address, signal) {
  if (!address.startsWith(new URL("models/", import.meta.url).href)) return undefined;
  const kept = await listedModels(signal).catch(() => []); // the model may be there all the same
  const isDefault = kept[0]?.url === address;
  // A version of the site that the device keeps has its default model and a list; of the others the server may have newer ones.
  const models = isDefault ? kept : await listedModels(signal, `${LIST}?now`, LITTLE_PATIENCE).catch(() => kept);
  signal?.throwIfAborted();
  return models.find(({ url }) => url === address);
}

/**
 * @param {string} text
 * @param {string} address
 * @returns {Listed[]}
 */
export function readManifest(text, address) {
  /** @type {Listed[] | null} */
  let models = null;
  try {
    models = JSON.parse(text).models.map(listed);
  } catch {
    // What it is not is said below.
  }
  if (!models?.length) throw new VitrineError("model.format", `${address} is not a list of models: want { models: [{ name, url, bytes, parameters, sha256, licence }] }, of which url alone must be there`);
  return models;

  /** @param {any} model @returns {Listed} */
  function listed({ name, url, bytes, parameters, sha256, licence }) {
    const sum = String(sha256 ?? "").trim().toLowerCase();
    if (typeof url !== "string" || (sum !== "" && !SHA256.test(sum))) throw new Error("not a model");
    return {
      name: typeof name === "string" ? name : "",
      url: new URL(url, address).href,
      bytes: whole(bytes),
      parameters: whole(parameters),
      sha256: sum,
      licence: typeof licence === "string" ? licence : "",
    };
  }
}

/** @param {unknown} n */
const whole = (n) => (typeof n === "number" && Number.isSafeInteger(n) && n >= 0 ? n : -1);

/**
 * @param {Listed} model
 * @returns {ModelSource}
 */
export const sourceOfListed = ({ name, url, bytes, sha256 }) => ({ name, url, parts: [url], bytes, sha256 });
