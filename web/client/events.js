/** @import {RunEvent, StageName} from "../vitrine.d.ts" */

const STAGE = 1;
const HEADER_WORDS = 7;
const NULL = 0x6c6c756e; // "null", as most details are
const text = new TextDecoder();

/**
 * What a stage's further rows of numbers are called in its detail, in their order. A row that the model does not have is
 * empty.
 *
 * @type {Partial<Record<StageName, string[]>>}
 */
const MORE = {
  position: ["row"], ln1: ["scale", "shift"], ln2: ["scale", "shift"], final: ["scale", "shift"],
  "attention.qkv": ["k", "v"], "attention.mix": ["output"],
};

/**
 * Decodes one batch of events. The layout of a record is stated where it is
 * written, in core/trace/writer.go; all that is read as words lies at multiples of 4,
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
    const moreAt = valuesAt + ((words[at + 5] >> 8) & 0xff);
    const rows = (words[at + 5] >> 16) & 0xff;
    const width = words[at + 5] >>> 24;
    const jsonAt = moreAt + rows * width;
    const jsonBytes = words[at + 6];
    let detail = jsonBytes === 4 && words[jsonAt] === NULL ? null : JSON.parse(text.decode(batch.subarray(4 * jsonAt, 4 * jsonAt + jsonBytes)));
    if (kind === STAGE) {
      const stage = stages[(words[at] >> 8) & 0xff];
      for (const [i, name] of (MORE[stage] ?? []).entries()) {
        detail ??= {};
        detail[name] = i < rows ? floats.slice(moreAt + i * width, moreAt + (i + 1) * width) : new Float32Array(0);
      }
      events.push(/** @type {RunEvent} */ ({
        type: "stage",
        stage,
        step,
        layer: words[at] >> 16, // with its sign
        position: words[at + 2],
        tokens: words[at + 3],
        time: floats[at + 4],
        shape: [...words.subarray(shapeAt, valuesAt)],
        values: floats.slice(valuesAt, moreAt),
        detail,
      }));
    } else {
      events.push({ type: "token", step, ...detail });
    }
    at = jsonAt + Math.ceil(jsonBytes / 4);
  }
  return events;
}
