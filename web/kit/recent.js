/** The models that were used, as they are remembered. */

/** @typedef {{ name: string, address: string }} Used a model's name, and its address, or "" where it was opened from files */

const MOST = 8;

/**
 * The list with one more model at its top, once.
 *
 * @param {Used[]} list
 * @param {Used} used
 * @returns {Used[]}
 */
export function withUsed(list, used) {
  const same = (/** @type {Used} */ { name, address }) => address === used.address && (address !== "" || name === used.name);
  return [used, ...list.filter((one) => !same(one))].slice(0, MOST);
}

/**
 * What of a remembered value is such a list.
 *
 * @param {unknown} value
 * @returns {Used[]}
 */
export function readUsed(value) {
  if (!Array.isArray(value)) return [];
  return value.filter((one) => typeof one?.name === "string" && typeof one.address === "string").slice(0, MOST);
}
