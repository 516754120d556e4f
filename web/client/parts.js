import { dismiss, lengthOf, partOf, request } from "./request.js";
import { incomplete, partNames } from "./weights.js";

/** @import {ModelSource} from "../worker/source.js" */

/** Of more parts than this only the last is asked for before they are loaded: each takes a request. */
const MOST_ASKED = 32;

/**
 * The parts of a GGUF file on a server.
 *
 * @param {URL} url of one
 * @param {string} file its name
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<ModelSource>}
 */
export async function remoteParts(url, file, signal) {
  const addresses = partNames(file).map((name) => {
    const address = new URL(encodeURIComponent(name), url);
    address.search = url.search;
    return address.href;
  });
  const last = await sizeAt(addresses[addresses.length - 1], signal); // before a name that claims many parts asks for each
  const few = addresses.length <= MOST_ASKED;
  const sizes = few ? [...(await Promise.all(addresses.slice(0, -1).map((address) => sizeAt(address, signal)))), last] : [0];
  const total = sizes.includes(0) ? 0 : sizes.reduce((sum, size) => sum + size, 0);
  return { url: url.href, parts: addresses, bytes: -1, total, sha256: "" };
}

/**
 * The size of a part in bytes for display, 0 while unknown. That all parts are there is asked before one is loaded.
 *
 * @param {string} address
 * @param {AbortSignal | undefined} signal
 */
async function sizeAt(address, signal) {
  const head = await ask(address, { method: "HEAD", signal });
  // Some servers answer no such question, or refuse it where they give the file.
  const answer = head?.ok || isGone(head) ? head : await ask(address, { headers: { Range: "bytes=0-0" }, signal });
  if (isGone(answer)) throw incomplete(address);
  if (!answer?.ok || answer.headers.has("Content-Encoding")) return 0; // what is wrong is said when it is loaded
  return answer.status === 206 ? Math.max(0, partOf(answer)?.total ?? 0) : lengthOf(answer);
}

/**
 * @param {string} address
 * @param {{ method?: string, headers?: Record<string, string>, signal?: AbortSignal }} how
 */
async function ask(address, how) {
  const answer = await request(address, how).catch(() => null);
  how.signal?.throwIfAborted();
  if (answer) await dismiss(answer);
  return answer;
}

/** Whether a server has no such file, also where it says so with its start page. @param {Response | null} answer */
const isGone = (answer) => [404, 410].includes(answer?.status ?? 0) || (answer?.ok && /^text\/html\b/i.test(answer.headers.get("Content-Type") ?? ""));
