/** @import {OpenFile} from "./blob.js" */

/**
 * The file as a Go program is to read it: what a read gives is valid until the next one. Go has copied it by then, but
 * would keep it from being freed until it collects its own garbage, which may be gigabytes later.
 *
 * @param {OpenFile} file
 * @returns {OpenFile}
 */
export function freed({ size, read }) {
  /** @type {Uint8Array} */
  let last = new Uint8Array();
  return {
    size,
    async read(offset, length) {
      const used = last;
      last = new Uint8Array(); // also where the read fails
      free(used);
      return (last = await read(offset, length));
    },
  };
}

/**
 * Frees the memory of an array, whoever may still hold it.
 *
 * @param {Uint8Array} array
 */
export function free({ buffer }) {
  structuredClone(null, { transfer: [buffer] });
}
