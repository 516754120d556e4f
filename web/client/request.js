import { advice, standIn } from "./address.js";
import { VitrineError } from "./error.js";
import { count } from "../kit/numbers.js";

/**
 * Requests to servers as they are: slow, overloaded, cut off now and then.
 *
 * @import {ErrorCode} from "../vitrine.d.ts"
 * @typedef {object} Patience
 * @property {number} tries how often something is tried without any progress
 * @property {number} waitMs before the second try; each further wait is twice as long
 * @property {number} stallMs how long a connection may give nothing
 * @typedef {{ method?: string, headers?: Record<string, string>, cache?: RequestCache, signal?: AbortSignal }} How
 */

/** @type {Patience} */
export const PATIENCE = { tries: 4, waitMs: 300, stallMs: 30_000 };
/** The longest wait that a server may ask for. */
const MOST_WAIT_MS = 15_000;
/** Answers that may be another one soon. Source: RFC 9110, section 15; RFC 6585 for 429; RFC 8470 for 425. */
const PASSING = [408, 425, 429, 500, 502, 503, 504];

/** Whether a server may answer otherwise soon. @param {Response} answer */
export const isPassing = ({ status }) => PASSING.includes(status);

/**
 * Asks a server for a file, or a part of it, again where it cannot be reached or is busy.
 *
 * @param {string} address
 * @param {How} [how] it rejects with the signal's reason
 * @param {Patience} [patience]
 */
export async function request(address, how = {}, patience = PATIENCE) {
  for (let tries = 1; ; tries++) {
    const answer = await once(address, how, patience).catch((error) => error);
    how.signal?.throwIfAborted();
    if (answer instanceof Response && !isPassing(answer)) return answer;
    if (tries >= patience.tries) {
      if (answer instanceof Response) return answer;
      throw answer;
    }
    if (answer instanceof Response) await dismiss(answer);
    await pause(tries, patience, answer instanceof Response ? askedToWait(answer) : 0, how.signal);
  }
}

/**
 * How long a server asks to wait, in milliseconds.
 *
 * @param {Response} answer
 */
export function askedToWait({ headers }) {
  const asked = headers.get("Retry-After") ?? "";
  const ms = /^\s*\d+\s*$/.test(asked) ? 1000 * Number(asked) : Date.parse(asked) - Date.now(); // RFC 9110, section 10.2.3
  return Math.min(Math.max(ms || 0, 0), MOST_WAIT_MS);
}

/**
 * @param {string} address
 * @param {How} how
 * @param {Patience} patience
 */
async function once(address, { signal, ...how }, { stallMs }) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  signal?.addEventListener("abort", abort);
  try {
    signal?.throwIfAborted();
    return await within(fetch(address, { ...how, signal: controller.signal }), stallMs);
  } catch (error) {
    controller.abort();
    if (error instanceof Stalled) throw new VitrineError("network", `${address} gives no answer: its server took the request, but has sent nothing for ${stallMs / 1000} s. Try again later`);
    throw new VitrineError("network", `${address} could not be reached: check the address and the connection, and that its server allows other sites (CORS)${advice(address)}`);
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

/** That nothing has come for too long. */
class Stalled extends Error {}

/**
 * Waits for a promise, but not for ever.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {number} ms
 * @returns {Promise<T>}
 */
export async function within(promise, ms) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Stalled()), ms)));
  try {
    return /** @type {T} */ (await Promise.race([promise, late]));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits between two tries.
 *
 * @param {number} tries so far
 * @param {Patience} patience
 * @param {number} [leastMs]
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>} rejects with the signal's reason
 */
export function pause(tries, { waitMs }, leastMs = 0, signal) {
  return new Promise((resolve, reject) => {
    setTimeout(resolve, Math.max(leastMs, waitMs * 2 ** (tries - 1)));
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** A server that has the file for nobody, or not for us, or something else in its place. */
export class Refused extends VitrineError {
  /**
   * @param {ErrorCode} code
   * @param {string} message
   * @param {string} why what the server did
   * @param {boolean} absent whether it is sure that there is no such file for us
   */
  constructor(code, message, why, absent) {
    super(code, message);
    this.why = why;
    this.absent = absent;
  }

  /**
   * Throws where something else came in the place of a file.
   *
   * @param {string} address
   * @param {Uint8Array} start the first bytes that came
   */
  static standIn(address, start) {
    const other = standIn(address, start);
    if (other) throw new Refused("model.format", other.message, `the server answered with ${other.what}`, true);
  }
}

/**
 * @param {string} address
 * @param {Response} answer that is not the file
 */
export function refused(address, answer) {
  const { status, statusText } = answer;
  const why = `the server answered ${status} ${statusText}`.trimEnd();
  const login = status === 401 || status === 403 ? ": the file is not there, or its server wants a login, which Vitrine does not send" : "";
  const absent = status >= 400 && status < 500 && !isPassing(answer);
  return new Refused("network", `${address} could not be loaded: ${why}${login}${advice(address)}`, why, absent);
}

/**
 * That what came of a file ended too soon, each time.
 *
 * @param {string} address
 * @param {number} got bytes
 * @param {number} size 0 or less where unknown
 * @param {unknown} error
 */
export function brokeOff(address, got, size, error) {
  const how = error instanceof Stalled ? "stands still" : "broke off";
  return new VitrineError("network", `${address} ${how} after ${count(got)} ${size > 0 ? `of ${count(size)} ` : ""}bytes, also when it was asked again: check the connection and try again`);
}

/** @param {string} address */
export function changed(address) {
  return new VitrineError("model.format", `${address} changed while it was read: what came later is of another file. Open it again`);
}

/**
 * The part that an answer says it holds.
 *
 * @param {Response} answer
 * @returns {{ start: number, end: number, total: number } | null} end is the last byte's offset, total -1 where the
 *   server does not tell; null where it is not told, or hidden from other sites
 */
export function partOf(answer) {
  const [, start, end, total] = /^\s*bytes\s+(\d+)-(\d+)\/(\d+|\*)\s*$/i.exec(answer.headers.get("Content-Range") ?? "") ?? [];
  return start === undefined ? null : { start: Number(start), end: Number(end), total: total === "*" ? -1 : Number(total) };
}

/**
 * By what a server tells versions of a file apart, "" where it does not, or hides it from other sites.
 *
 * @param {Response} answer
 */
export const tagOf = ({ headers }) => headers.get("ETag") ?? headers.get("Last-Modified") ?? "";

/** How a server is asked whether its file is still the one that the device has: once, since what is there will do. @type {Patience} */
export const ASK = { tries: 1, waitMs: 0, stallMs: 8000 };

/**
 * Whether a server still has a version of a file, as far as it can be asked now.
 *
 * @param {Response | null} answer null where it cannot be reached
 * @param {string | undefined} tag of that version
 */
export const isStill = (answer, tag) => !answer || isPassing(answer) || (answer.ok && tag !== "" && tagOf(answer) === tag);

/** Gives up what an answer would still bring; the connection may have broken already. @param {Response} answer */
export const dismiss = async ({ body }) => body?.cancel().catch(() => {});

/**
 * Whether an answer holds the whole file.
 *
 * @param {Response} answer
 */
export const isWhole = ({ status }) => status === 200 || status === 203;

/**
 * How long a file is by what its server says, 0 where that is the length of something else, or unknown.
 *
 * @param {Response} answer
 */
export const lengthOf = ({ headers }) => (headers.has("Content-Encoding") ? 0 : Number(headers.get("Content-Length") ?? 0));
