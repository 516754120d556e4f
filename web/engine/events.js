/** @import {RunEvent, StageName} from "../vitrine.d.ts" */

const STAGE = 1;
const HEADER_WORDS = 7;
const NULL = 0x6c6c756e; // "null", as most details are
const text = new TextDecoder();

/**
 * Decodes one batch of events. The layout of a record is stated where it is
 * written, in wasm/recorder.go; all that is read as words lies at multiples of 4,
 * in the byte order of every machine that runs browsers.
 *
 * @param {Uint8Array} batch whole records, from a multiple of 4 bytes on
 * @param {StageName[]} stages names by number, as the engine gave them
 * @returns {RunEvent[]}
 */
export function decodeEvents(batch, stages) {
  const { buffer, byteOffset, byteLength } = batch;
  const words = new Uint32Array(buffer, byteOffset, byteLength / 4);
  const floats = new Float32Array(buffer, byteOffset, byteLength / 4);
  /** @type {RunEvent[]} */
  const events = [];
  let at = 0; // in words
  while (at < words.length) {
    const kind = words[at] & 0xff;
    const step = words[at + 1];
    const shapeAt = at + HEADER_WORDS;
    const valuesAt = shapeAt + (words[at + 5] & 0xff);
    const jsonAt = valuesAt + ((words[at + 5] >> 8) & 0xff);
    const jsonBytes = words[at + 6];
    const detail = jsonBytes === 4 && words[jsonAt] === NULL ? null : JSON.parse(text.decode(batch.subarray(4 * jsonAt, 4 * jsonAt + jsonBytes)));
    if (kind === STAGE) {
      events.push(/** @type {RunEvent} */ ({
        type: "stage",
        stage: stages[(words[at] >> 8) & 0xff],
        step,
        layer: words[at] >> 16, // with its sign
        position: words[at + 2],
        tokens: words[at + 3],
        time: floats[at + 4],
        shape: [...words.subarray(shapeAt, valuesAt)],
        values: floats.slice(valuesAt, jsonAt),
        detail,
      }));
    } else {
      events.push({ type: "token", step, ...detail });
    }
    at = jsonAt + Math.ceil(jsonBytes / 4);
  }
  return events;
}
