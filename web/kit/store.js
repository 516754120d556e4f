/** What the page remembers between visits. Where the browser forbids storage, nothing is remembered and nothing fails. */

const prefix = "vitrine.";
let still = false;

/**
 * @template T
 * @param {string} key
 * @param {T} fallback returned when nothing of the fallback's type is stored
 * @returns {T}
 */
export function recall(key, fallback) {
  try {
    const value = JSON.parse(localStorage.getItem(prefix + key) ?? "null");
    return value !== null && typeof value === typeof fallback ? value : fallback;
  } catch {
    return fallback;
  }
}

/**
 * @param {string} key
 * @param {unknown} value
 */
export function remember(key, value) {
  if (still) return;
  try {
    localStorage.setItem(prefix + key, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden: the page works without it.
  }
}

/**
 * Changes what the page shows and not what later visits find: what comes from elsewhere does not take the place of what
 * somebody wrote here.
 *
 * @param {() => void} does
 */
export function unremembered(does) {
  still = true;
  try {
    does();
  } finally {
    still = false;
  }
}
