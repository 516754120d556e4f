/** @import {ErrorCode, RunEvent, StageName, Tensor} from "../vitrine.d.ts" */

import { VitrineError } from "./error.js";

/**
 * The last record of a run that failed.
 *
 * @typedef {{ type: "failed", code: ErrorCode, message: string }} FailedEvent
 */

/** What records are about, by kind. */
const TYPES = /** @type {const} */ (["", "stage", "token", "paused", "resumed", "rewound", "log", "done", "failed"]);
const HEADER_WORDS = 7;
const NULL = 0x6c6c756e; // "null", as most details are
const text = new TextDecoder("utf-8", { fatal: true });

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
 * in the byte order of every machine that runs browsers. Bytes that are cut or damaged
 * so that they cannot be read are a VitrineError.
 *
 * @param {Uint8Array} batch whole records, from a multiple of 4 bytes on
 * @param {StageName[]} stages names by number, as the engine gave them
 * @returns {(RunEvent | FailedEvent)[]}
 */
export function decodeEvents(batch, stages) {
  const { buffer, byteOffset, byteLength } = batch;
  if (byteLength % 4) throw new VitrineError("internal", `${byteLength} bytes of events, want a multiple of 4`);
  const words = new Uint32Array(buffer, byteOffset, byteLength / 4);
  const floats = new Float32Array(buffer, byteOffset, byteLength / 4);
  /** @type {(RunEvent | FailedEvent)[]} */
  const events = [];
  let at = 0; // in words
  while (at < words.length) {
    if (at + HEADER_WORDS > words.length) throw broken(at, "is cut short");
    const type = TYPES[words[at] & 0xff];
    const stage = stages[(words[at] >> 8) & 0xff];
    if (!type) throw broken(at, `is of the kind ${words[at] & 0xff}`);
    if (!stage) throw broken(at, `is of the stage ${(words[at] >> 8) & 0xff}`);
    const shapeAt = at + HEADER_WORDS;
    const valuesAt = shapeAt + (words[at + 5] & 0xff);
    const moreAt = valuesAt + ((words[at + 5] >> 8) & 0xff);
    const rows = (words[at + 5] >> 16) & 0xff;
    const width = words[at + 5] >>> 24;
    const jsonAt = moreAt + rows * width;
    const jsonBytes = words[at + 6];
    const end = jsonAt + Math.ceil(jsonBytes / 4);
    if (end > words.length) throw broken(at, "is cut short");
    const nothing = type === "stage" && jsonBytes === 4 && words[jsonAt] === NULL;
    const detail = nothing ? null : object(batch.subarray(4 * jsonAt, 4 * jsonAt + jsonBytes), at);
    const where = { stage, layer: words[at] >> 16 /* with its sign */, position: words[at + 2], step: words[at + 1] };
    const tokens = words[at + 3];
    switch (type) {
      case "stage":
        events.push(/** @type {RunEvent} */ ({
          type,
          ...where,
          tokens,
          time: floats[at + 4],
          shape: [...words.subarray(shapeAt, valuesAt)],
          values: floats.slice(valuesAt, moreAt),
          detail: withRows(detail, MORE[stage], (i) => (i < rows ? floats.slice(moreAt + i * width, moreAt + (i + 1) * width) : new Float32Array(0))),
        }));
        break;
      case "token":
      case "rewound":
        events.push(/** @type {RunEvent} */ ({ type, step: where.step, position: where.position, ...detail }));
        break;
      case "paused":
        events.push(/** @type {RunEvent} */ ({ type, ...where, tokens, description: describe(where, String(detail?.reason)), ...detail }));
        break;
      case "log":
        events.push(/** @type {RunEvent} */ ({ type, ...where, ...detail }));
        break;
      default:
        events.push(/** @type {RunEvent | FailedEvent} */ ({ type, ...detail }));
    }
    at = end;
  }
  return events;
}

/** Why a run stands, in words. @type {Record<string, string>} */
const REASONS = {
  entry: "the run begins", step: "the step has ended", breakpoint: "a breakpoint", pause: "it was asked to", goto: "it was to come here",
  exception: "a number is not finite",
};

/**
 * Where a run stands, and why.
 *
 * @param {{ stage: StageName, layer: number, position: number }} where
 * @param {string} reason
 */
function describe({ stage, layer, position }, reason) {
  const of = layer < 0 ? "" : `, layer ${layer + 1}`;
  return `Paused at ${stage}${of}, token ${position + 1}: ${REASONS[reason] ?? reason}`;
}

/**
 * Reads tensors as core/trace/look.go states them.
 *
 * @param {Uint8Array} bytes from a multiple of 4 bytes on
 * @returns {Tensor[]}
 */
export function decodeTensors({ buffer, byteOffset, byteLength }) {
  const [length] = new Uint32Array(buffer, byteOffset, 1);
  let at = byteOffset + 4 + length;
  /** @type {Omit<Tensor, "data">[]} */
  const tensors = JSON.parse(text.decode(new Uint8Array(buffer, byteOffset + 4, length)));
  return tensors.map(({ name, shape, from }) => {
    const data = new Float32Array(buffer, at, shape.reduce((product, n) => product * n, 1));
    at += data.byteLength;
    if (at > byteOffset + byteLength) throw new VitrineError("internal", `the tensor ${name} is cut short`);
    return { name, shape, data, from };
  });
}

/**
 * Whether a batch has more than stages and tokens.
 *
 * @param {Uint8Array} batch
 */
export function hasControl(batch) {
  const words = new Uint32Array(batch.buffer, batch.byteOffset, batch.byteLength / 4);
  for (let at = 0; at < words.length; ) {
    if ((words[at] & 0xff) > 2) return true;
    const [counts, jsonBytes] = [words[at + 5], words[at + 6]];
    at += HEADER_WORDS + (counts & 0xff) + ((counts >> 8) & 0xff) + ((counts >> 16) & 0xff) * (counts >>> 24) + Math.ceil(jsonBytes / 4);
  }
  return false;
}

/**
 * @param {Record<string, unknown> | null} detail
 * @param {string[] | undefined} names of further rows of numbers
 * @param {(i: number) => Float32Array} row
 */
function withRows(detail, names, row) {
  if (!names) return detail;
  return Object.assign(detail ?? {}, Object.fromEntries(names.map((name, i) => [name, row(i)])));
}

/**
 * @param {Uint8Array} bytes
 * @param {number} at where the record begins, in words
 * @returns {Record<string, unknown>}
 */
function object(bytes, at) {
  let value;
  try {
    value = JSON.parse(text.decode(bytes));
  } catch {
    throw broken(at, "has words that are not JSON");
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw broken(at, "has words that are not an object");
  return value;
}

/**
 * @param {number} at
 * @param {string} what
 */
const broken = (at, what) => new VitrineError("internal", `the record of an event at byte ${4 * at} ${what}`);
