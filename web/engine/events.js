/** @import {RunEvent, StageName} from "../vitrine.d.ts" */

const STAGE = 1;
const HEADER_BYTES = 28;
const text = new TextDecoder();

/**
 * Decodes one batch of events. The layout of a record is stated where it is
 * written, in wasm/recorder.go.
 *
 * @param {Uint8Array} batch whole records
 * @param {StageName[]} stages names by number, as the engine gave them
 * @returns {Generator<RunEvent>}
 */
export function* decodeEvents(batch, stages) {
  const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
  let at = 0;
  while (at < batch.byteLength) {
    const shapeCount = view.getUint8(at + 20);
    const valueCount = view.getUint8(at + 21);
    const jsonBytes = view.getUint32(at + 24, true);
    const shapeAt = at + HEADER_BYTES;
    const valuesAt = shapeAt + 4 * shapeCount;
    const jsonAt = valuesAt + 4 * valueCount;
    const detail = jsonBytes === 4 && batch[jsonAt] === 0x6e // "null", as most details are
      ? null
      : JSON.parse(text.decode(batch.subarray(jsonAt, jsonAt + jsonBytes)));
    const step = view.getUint32(at + 4, true);
    if (view.getUint8(at) === STAGE) {
      const shape = Array.from({ length: shapeCount }, (_, i) => view.getUint32(shapeAt + 4 * i, true));
      const values = Float32Array.from({ length: valueCount }, (_, i) => view.getFloat32(valuesAt + 4 * i, true));
      yield /** @type {RunEvent} */ ({
        type: "stage",
        stage: stages[view.getUint8(at + 1)],
        step,
        layer: view.getInt16(at + 2, true),
        position: view.getUint32(at + 8, true),
        tokens: view.getUint32(at + 12, true),
        time: view.getFloat32(at + 16, true),
        shape,
        values,
        detail,
      });
    } else {
      yield { type: "token", step, ...detail };
    }
    at = jsonAt + 4 * Math.ceil(jsonBytes / 4);
  }
}
