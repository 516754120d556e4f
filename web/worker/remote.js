import { openWhole } from "./blob.js";
import { PROGRESS_BYTES } from "./connection.js";
import { Download, download } from "./download.js";
import { hubHash } from "./hub.js";
import { Parts } from "./parts.js";
import { checkRoom } from "../client/memory.js";
import { PATIENCE, dismiss, isWhole, lengthOf, partOf, refused, request } from "../client/request.js";

/** @import {OpenFile} from "./blob.js" */
/** @import {Patience} from "../client/request.js" */

/** How much is asked of a server at a time: as much as wasm/quantize/files.go reads. */
const WINDOW_BYTES = 4 << 20;
/** As much of float32 weights is left as Q8_0, 34 bytes for 32 of 4; of any others, more. */
const LEAST_SHARE = 34 / 128;

/**
 * Opens the weights of a checkpoint on a server, unless what is made of them will not fit: by parts where the server gives
 * parts, else by fetching them whole. So is a file whose sum a hub gives, since that is checked from the beginning to the end.
 *
 * @param {string} address
 * @param {(loaded: number, total: number) => void} onBytes told how far a file is that is fetched whole; total is 0 while unknown
 * @param {Patience} [patience]
 * @param {() => void} [onSome] told that bytes of a part have come
 * @param {boolean} [store] whether a file that comes whole may be kept on the device until it has
 * @returns {Promise<OpenFile>} rejects with Refused where the server has no such file
 */
export async function openRemote(address, onBytes, patience = PATIENCE, onSome = () => {}, store = false) {
  /** @type {Parameters<typeof request>[1]} no-store: a browser that keeps the part may answer the request for the whole with it */
  const range = { headers: { Range: `bytes=0-${WINDOW_BYTES - 1}` }, cache: "no-store" };
  // A server of another site may not allow the header that asks for a part.
  const answer = await request(address, range, patience).catch(() => request(address, undefined, { ...patience, tries: 1 }));
  checkRoom(LEAST_SHARE * (partOf(answer)?.total ?? lengthOf(answer)));
  const sha256 = await hubHash(address, answer);
  if (!sha256 && givesParts(answer)) return Parts.open(address, answer, WINDOW_BYTES, patience, onSome);
  if (isWhole(answer)) return openWhole(await Download.open(address, answer, { patience, sha256, store }), onBytes);
  if (![206, 416].includes(answer.status)) throw refused(address, answer);
  await dismiss(answer);
  return openWhole(await download(address, { patience, store }), onBytes);
}

/**
 * Opens a small file of a server.
 *
 * @param {string} address
 * @param {Patience} [patience]
 * @returns {Promise<OpenFile>} rejects with Refused where the server has no such file
 */
export async function fetchRemote(address, patience = PATIENCE) {
  return openWhole(await download(address, { patience }));
}

/**
 * Whether an answer to the request for a first part holds such a part, of a file of a known size.
 *
 * @param {Response} answer
 */
function givesParts(answer) {
  const part = partOf(answer);
  if (answer.status !== 206 || answer.headers.has("Content-Encoding") || part?.start !== 0) return false;
  return part.end < part.total && part.end < WINDOW_BYTES && part.end + 1 >= Math.min(PROGRESS_BYTES, part.total);
}
