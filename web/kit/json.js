/** JSON that may be anybody's. */

/**
 * What a text says.
 *
 * @param {string} text
 * @returns {unknown} undefined where it is not JSON
 */
export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
