import { GGUF, fileName } from "../client/kinds.js";
import { ASK, PATIENCE, dismiss, isStill, request, tagOf } from "../client/request.js";
import { byAddress, byHash, drop, find, put } from "../client/stored.js";
import { Download } from "./download.js";
import { hubHash } from "./hub.js";
import { pieces } from "./pieces.js";

/** @import {Known} from "../client/stored.js" */

/** How much may wait to be written. */
const MOST_WAITING_BYTES = 8 << 20;

/**
 * A model that comes from the device or, where it is not there, from its server; what comes is written to the device
 * meanwhile.
 *
 * @typedef {object} Kept
 * @property {() => Promise<Uint8Array<ArrayBuffer> | null>} next see OpenSource
 * @property {number} size
 * @property {number} total
 * @property {boolean} stored whether it comes from the device
 * @property {(sound: boolean) => Promise<"kept" | "full" | "refused" | "">} settle once it was read: a model that is not
 *   sound is not kept
 */

/**
 * @param {string} address
 * @param {{ sha256: string, name?: string, bytes: number, store: boolean, spare: ArrayBuffer[] }} how
 * @returns {Promise<Kept>}
 */
export async function openKept(address, { sha256, name, bytes, store, spare }) {
  const key = sha256 ? byHash(sha256) : byAddress(address);
  const known = { name: name || fileName(new URL(address)).replace(GGUF, ""), url: address, bytes: Math.max(bytes, 0) };
  const mine = store && /^https?:/.test(address);
  const found = mine ? await find(key) : null;
  if (found && sha256) return fromDevice(key, found, spare);
  const answer = await request(address, {}, found ? ASK : PATIENCE).catch((error) => {
    if (found) return null; // without a network what is here is the model
    throw error;
  });
  const tag = answer ? tagOf(answer) : "";
  if (found && isStill(answer, found.known.tag)) {
    if (answer) await dismiss(answer);
    return fromDevice(key, found, spare);
  }
  const fresh = /** @type {Response} */ (answer);
  const sum = await hubHash(address, fresh);
  const file = await Download.open(address, fresh, { spare, sha256: sum, version: sha256 || sum, store: mine });
  if (!mine || !(sha256 || tag)) return { next: () => file.next(), size: file.size, total: file.total, stored: false, settle: async () => "" };
  return whileItComes(file, key, { ...known, bytes: known.bytes || file.total, tag });
}

/**
 * @param {string} key
 * @param {{ known: Known, answer: Response }} found
 * @param {ArrayBuffer[]} spare
 * @returns {Kept}
 */
function fromDevice(key, { known, answer }, spare) {
  const { next } = pieces(/** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (answer.body), spare);
  /** @type {Kept["settle"]} */
  const settle = async (sound) => {
    if (sound) return "kept";
    await drop(key);
    return "";
  };
  return { next, size: -1, total: known.bytes, stored: true, settle };
}

/**
 * @param {Download} file
 * @param {string} key
 * @param {Known} known
 * @returns {Kept}
 */
function whileItComes(file, key, known) {
  const strategy = new ByteLengthQueuingStrategy({ highWaterMark: MOST_WAITING_BYTES });
  const { readable, writable } = /** @type {TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>} */ (new TransformStream(undefined, strategy));
  const writer = writable.getWriter();
  writer.closed.catch(() => {}); // what became of it is what put says
  const end = put(key, readable, known);
  let writing = true;
  end.then(() => (writing = false));
  const next = async () => {
    const piece = await file.next();
    if (!piece || !writing) return piece;
    writer.write(piece.slice()).catch(() => {}); // the piece itself goes on to the engine
    await Promise.race([writer.ready.catch(() => {}), end]);
    return piece;
  };
  /** @type {Kept["settle"]} */
  const settle = async (sound) => {
    await Promise.race([(sound ? writer.close() : writer.abort()).catch(() => {}), end]); // nobody reads where nothing is kept
    if (!sound) await file.giveUp();
    return end;
  };
  return { next, size: file.size, total: file.total, stored: false, settle };
}
