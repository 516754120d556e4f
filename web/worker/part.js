import { VitrineError } from "../client/error.js";
import { dismiss, partOf, within } from "../client/request.js";

/**
 * A part of a file that is wanted.
 *
 * @typedef {{ address: string, offset: number, size: number, stallMs: number, onBytes: () => void }} Wanted size: of the whole
 *   file; onBytes: told that some have come
 */

/**
 * Puts what an answer holds into its place, as far as it comes.
 *
 * @param {Response} answer with status 206
 * @param {Uint8Array} place
 * @param {Wanted} wanted
 * @returns {Promise<{ got: number, failure: unknown }>} failure: what kept it from giving what it said it would
 */
export async function receive(answer, place, wanted) {
  const part = partOf(answer);
  const most = part ? part.end - part.start + 1 : 0;
  if (!part || !answer.body || part.start !== wanted.offset || part.total !== wanted.size || most > place.length || most < 1) {
    await dismiss(answer);
    return { got: 0, failure: other(answer, place, wanted) };
  }
  let got = 0;
  const reader = answer.body.getReader();
  try {
    for (;;) {
      const { value, done } = await within(reader.read(), wanted.stallMs);
      if (done) return { got, failure: got < most ? new Error("the end came too soon") : null };
      if (value.length > most - got) return { got: 0, failure: other(answer, place, wanted) };
      place.set(value, got);
      got += value.length;
      wanted.onBytes();
    }
  } catch (failure) {
    return { got, failure };
  } finally {
    reader.cancel().catch(() => {});
  }
}

/**
 * That a server sends another part than it was asked for.
 *
 * @param {Response} answer
 * @param {Uint8Array} place
 * @param {Wanted} wanted
 */
function other(answer, { length }, { address, offset, size }) {
  const sent = answer.headers.get("Content-Range") ?? "a part that it does not name";
  return new VitrineError("network", `${address} cannot be read by parts: bytes ${offset}-${offset + length - 1}/${size} were asked for, and the server sent ${sent}. Download the file, and open it from this device`);
}

/**
 * A sum by which a part of a file is known again.
 *
 * Source: Fowler, Noll and Vo's FNV-1a, on 32 bits at a time.
 *
 * @param {Uint8Array} bytes in a buffer of their own
 */
export function sumOf({ buffer, length }) {
  const words = new Uint32Array(buffer, 0, length >> 2);
  let sum = 0x811c9dc5;
  for (let i = 0; i < words.length; i++) sum = Math.imul(sum ^ words[i], 0x01000193);
  return sum;
}
