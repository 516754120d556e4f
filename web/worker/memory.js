import { VitrineError } from "../client/error.js";

/**
 * The memory of an engine whose workers share it. tools/share has made it an import of the module, and put what it
 * begins with into the module's section "memory".
 */

/** Pages of 64 KiB, the most first: what an address space of 32 bits has no room for. */
const MOST_PAGES = [65536, 32768, 16384];

/**
 * @param {WebAssembly.Module} module
 * @returns {WebAssembly.Memory}
 */
export function newMemory(module) {
  const view = new DataView(WebAssembly.Module.customSections(module, "memory")[0]);
  const memory = allocate(view.getUint32(0, true));
  const bytes = new Uint8Array(memory.buffer);
  for (let at = 4; at < view.byteLength; ) {
    const length = view.getUint32(at + 4, true);
    bytes.set(new Uint8Array(view.buffer, at + 8, length), view.getUint32(at, true));
    at += 8 + length;
  }
  return memory;
}

/** @param {number} initial pages */
function allocate(initial) {
  for (const maximum of MOST_PAGES) {
    try {
      return new WebAssembly.Memory({ initial, maximum, shared: true });
    } catch {
      // A smaller one may fit.
    }
  }
  throw new VitrineError("memory", "the browser has no memory for the engine: close other tabs, or engines that are not needed, and try again");
}

/**
 * Lets Go's loader work on shared memory: browsers decode no text from it and put no random numbers into it.
 *
 * @param {Go} go
 * @param {WebAssembly.Memory} memory
 */
export function adaptLoader(go, memory) {
  const { decode } = TextDecoder.prototype;
  TextDecoder.prototype.decode = function (input, options) {
    const shared = ArrayBuffer.isView(input) && input.buffer instanceof SharedArrayBuffer;
    return decode.call(this, shared ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength).slice() : input, options);
  };
  go.importObject.gojs["runtime.getRandomData"] = (/** @type {number} */ sp) => {
    const view = new DataView(memory.buffer);
    const [address, length] = [8, 16].map((offset) => view.getUint32((sp >>> 0) + offset, true));
    new Uint8Array(memory.buffer, address, length).set(crypto.getRandomValues(new Uint8Array(length)));
  };
}
