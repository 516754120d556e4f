/** Keys of a cache are addresses: of a host that cannot be. Source: RFC 2606, section 2. */
export const HOST = "https://stored.invalid/";

/**
 * A cache of this device. Those that hold the same in an earlier form are removed.
 *
 * @param {string} name of what it holds
 * @param {number} form in which it does
 * @returns {Promise<Cache | null>} null where the browser forbids storage
 */
export async function openCache(name, form) {
  const own = `vitrine-${name}-${form}`;
  const forms = new RegExp(`^vitrine-${name}-\\d+$`);
  try {
    const others = (await caches.keys()).filter((one) => forms.test(one) && one !== own);
    await Promise.all(others.map((one) => caches.delete(one)));
    return await caches.open(own);
  } catch {
    return null;
  }
}
