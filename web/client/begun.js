import { HOST, openCache } from "./cache.js";

/**
 * Downloads that were cut off: as much of each file as had come, in parts, until the file is there whole. A visit later
 * the download goes on from there. Where the browser forbids storage, or has little of it, nothing is kept and nothing fails.
 *
 * @typedef {{ address: string, version: string, total: number, at: number, bytes: number }} Part of a file of total bytes:
 *   those from at on; version: by what its server tells it from others at the address
 */

/** What the finished model and the parts before it need of the storage, beside what there is: twice the file, and as much again that stays free. */
const SHARE = 3;

const open = () => openCache("begun", 1);

/** A key says all of its part. @param {Part} part */
const keyOf = (part) => `${HOST}?${new URLSearchParams(Object.entries(part).map(([name, value]) => [name, String(value)]))}`;

/** @param {Request} key @returns {Part & { key: string }} */
function partOf({ url }) {
  const { address, version, ...numbers } = Object.fromEntries(new URL(url).searchParams);
  return { key: url, address, version, total: Number(numbers.total), at: Number(numbers.at), bytes: Number(numbers.bytes) };
}

/** The parts that are here, those of a file from its beginning on. @param {Cache | null} cache */
async function parts(cache) {
  return ((await cache?.keys().catch(() => [])) ?? []).map(partOf).sort((a, b) => a.at - b.at);
}

/** @param {string} address */
export async function dropBegun(address) {
  const cache = await open();
  for (const part of await parts(cache)) if (part.address === address) await cache?.delete(part.key);
}

/**
 * What has come of a file before. Parts of another version of it are removed, and so is what does not follow.
 *
 * @param {string} address
 * @param {string} version
 * @param {number} total
 * @returns {Promise<Blob>} empty where nothing has
 */
export async function takeBegun(address, version, total) {
  const cache = await open();
  const blobs = [];
  let end = 0;
  for (const part of await parts(cache)) {
    if (part.address !== address) continue;
    const same = part.version === version && part.total === total && part.at === end;
    const answer = same ? await cache?.match(part.key).catch(() => null) : null;
    if (!answer) await cache?.delete(part.key);
    else end += blobs[blobs.push(await answer.blob()) - 1].size;
  }
  return new Blob(blobs);
}

/**
 * Where the parts of a file go.
 *
 * @param {Omit<Part, "at" | "bytes">} file
 * @returns {Promise<((at: number, data: Blob) => Promise<void>) | null>} rejects where the part could not be kept; null
 *   where nothing is to be kept
 */
export async function beginParts(file) {
  const cache = await open();
  const { quota = Infinity, usage = 0 } = (await globalThis.navigator?.storage?.estimate?.().catch(() => null)) ?? {};
  if (!cache || SHARE * file.total > quota - usage) return null;
  return (at, data) => cache.put(keyOf({ ...file, at, bytes: data.size }), new Response(data));
}

/**
 * The downloads that were cut off.
 *
 * @returns {Promise<{ address: string, bytes: number, total: number }[]>} bytes: of it that are here
 */
export async function begunDownloads() {
  /** @type {Map<string, { address: string, bytes: number, total: number }>} */
  const files = new Map();
  for (const { address, at, bytes, total } of await parts(await open())) {
    const file = files.get(address) ?? { address, bytes: 0, total };
    if (at === file.bytes) file.bytes += bytes;
    files.set(address, file);
  }
  return [...files.values()];
}
