import { fixed } from "../kit/numbers.js";
import { VitrineError } from "./error.js";

/** What a 32-bit WebAssembly memory can hold. */
const MOST_BYTES = 2 ** 32;
const GIB = 2 ** 30;

/**
 * How much memory a model takes: its weights (in float32 where they are not Q8_0), the keys and values of a full context in
 * float32, and as much garbage as the engine lets lie beside it (see garbagePercent of wasm/engine.go).
 *
 * @param {number} bytes of its weights
 * @param {{ layers: number, context: number, embedding: number }} [shape] where it is known
 */
export function memoryOf(bytes, shape) {
  const cache = shape ? 2 * 4 * shape.layers * shape.context * shape.embedding : 0;
  return bytes + Math.max(0.2 * bytes, Math.min(bytes, 32e6)) + cache;
}

/** How much there can be: of the device, as far as the browser tells, and of WebAssembly. @returns {number} */
export function roomHere() {
  const { deviceMemory } = /** @type {{ deviceMemory?: number }} */ (globalThis.navigator ?? {});
  return Math.min(MOST_BYTES, deviceMemory ? deviceMemory * GIB : Infinity);
}

/**
 * Refuses a model that will not fit, before it is loaded.
 *
 * @param {number} bytes of its file, at least; 0 where unknown
 * @param {number} [weights] bytes of its weights in memory, at least, where they are known
 */
export function checkRoom(bytes, weights = 0) {
  const [needs, room] = [memoryOf(Math.max(bytes, weights)), roomHere()];
  if (needs <= room) return;
  const gigabytes = (/** @type {number} */ n) => `${fixed(n / 1e9, 1)} GB`;
  const whose = room < MOST_BYTES ? "this device has" : "the engine can use";
  throw new VitrineError("memory", `the model${bytes > 0 ? ` file has ${gigabytes(bytes)} and` : ""} needs at least ${gigabytes(needs)} of memory; ${whose} ${gigabytes(room)}. Choose a smaller model, or one that is quantized to Q8_0`);
}
