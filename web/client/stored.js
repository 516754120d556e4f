import { HOST, openCache } from "./cache.js";

/**
 * Models that are kept on this device between visits, in the browser's Cache Storage: a model is there whole or not at
 * all, and what the page knows of it lies beside it. Where the browser forbids storage, nothing is kept and nothing fails.
 *
 * @typedef {object} Known
 * @property {string} name
 * @property {string} url where it came from, "" of files
 * @property {number} bytes 0 where unknown
 * @property {string} [tag] by which a server tells versions of the file apart
 * @property {string} [file] the name of a GGUF file that was made here
 * @property {string[]} [notes] what its making had to say
 */

const KNOWN = "X-Vitrine-Model";

/** Keys. */
export const byHash = (/** @type {string} */ sha256) => `sha256/${sha256}`;
export const byAddress = (/** @type {string} */ address) => `address/${address}`;
export const byCheckpoint = (/** @type {string} */ address) => `checkpoint/${address}`;
export const byFiles = (/** @type {string} */ name) => `files/${name}`;

const open = () => openCache("models", 1);

const addressOf = (/** @type {string} */ key) => HOST + encodeURIComponent(key);

/** @param {Response} answer @returns {Known} */
const knownOf = (answer) => JSON.parse(decodeURIComponent(answer.headers.get(KNOWN) ?? "null"));

/**
 * @param {string} key
 * @returns {Promise<{ known: Known, answer: Response } | null>}
 */
export async function find(key) {
  try {
    const answer = await (await open())?.match(addressOf(key));
    const known = answer && knownOf(answer);
    return known ? { known, answer } : null;
  } catch {
    return null;
  }
}

/**
 * Keeps a model.
 *
 * @param {string} key
 * @param {Blob | ReadableStream<Uint8Array<ArrayBuffer>>} data where a stream breaks off, nothing is kept
 * @param {Known} known
 * @returns {Promise<"kept" | "full" | "refused">}
 */
export async function put(key, data, known) {
  const cache = await open();
  if (!cache) return "refused";
  try {
    await cache.put(addressOf(key), new Response(data, { headers: { [KNOWN]: encodeURIComponent(JSON.stringify(known)) } }));
    return "kept";
  } catch (error) {
    return /** @type {Error} */ (error)?.name === "QuotaExceededError" ? "full" : "refused";
  }
}

/** @param {string} key */
export async function drop(key) {
  await (await open())?.delete(addressOf(key)).catch(() => {});
}

/**
 * What is kept here.
 *
 * @returns {Promise<import("../vitrine.d.ts").StoredModel[]>}
 */
export async function storedModels() {
  const cache = await open();
  if (!cache) return [];
  const models = [];
  for (const { url } of await cache.keys()) {
    const key = decodeURIComponent(url.slice(HOST.length));
    const found = await find(key);
    if (!found) continue;
    const { name, url: from, bytes, file = name } = found.known;
    const read = async () => new File([await (await find(key))?.answer.blob() ?? gone()], file);
    models.push({ name, url: from, bytes: bytes || (await read()).size, file: read, delete: () => drop(key) });
  }
  return models;
}

/** @returns {never} */
function gone() {
  throw new Error("the browser has removed this model from its storage: load it again");
}

/** What is said where a model could not be kept. @param {"kept" | "full" | "refused" | ""} end */
export const noteOf = (end) => (end === "full" ? ["The model runs, and was not stored: the browser's storage for this site is full. The next visit loads it again."] : []);
