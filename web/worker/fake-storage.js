/**
 * Cache Storage as far as it is used, for a test in Node.
 *
 * @param {import("node:test").TestContext} t
 * @param {{ room?: number }} [how] room: in bytes, of an entry
 */
export function storage(t, { room = Infinity } = {}) {
  /** @type {Map<string, Map<string, { bytes: Uint8Array<ArrayBuffer>, headers: Headers }>>} */
  const all = new Map();
  const cacheOf = (/** @type {Map<string, { bytes: Uint8Array<ArrayBuffer>, headers: Headers }>} */ entries) => ({
    keys: async () => [...entries.keys()].map((url) => ({ url })),
    match: async (/** @type {string} */ url) => {
      const entry = entries.get(url);
      return entry && new Response(entry.bytes, { headers: entry.headers });
    },
    put: async (/** @type {string} */ url, /** @type {Response} */ answer) => {
      const bytes = new Uint8Array(await answer.arrayBuffer());
      if (bytes.length > room) throw new DOMException("full", "QuotaExceededError");
      entries.set(url, { bytes, headers: answer.headers });
    },
    delete: async (/** @type {string} */ url) => entries.delete(url),
  });
  const caches = {
    keys: async () => [...all.keys()],
    delete: async (/** @type {string} */ name) => all.delete(name),
    open: async (/** @type {string} */ name) => cacheOf(all.get(name) ?? all.set(name, new Map()).get(name) ?? new Map()),
  };
  Object.defineProperty(globalThis, "caches", { value: caches, configurable: true });
  t.after(() => delete (/** @type {any} */ (globalThis).caches));
  return all;
}
