/** @type {{ createScriptURL(address: string): string } | undefined} where the browser has such, or a stand-in: made once */
let policy;

/**
 * The address of a script as a site takes it that wants trusted types: only those of our own scripts come here.
 *
 * @param {string} address
 */
export function trusted(address) {
  const rules = { createScriptURL: (/** @type {string} */ url) => url };
  try {
    policy ??= globalThis.trustedTypes?.createPolicy("vitrine", rules) ?? rules;
  } catch {
    policy = rules; // a site that allows no such policy may not want trusted types either
  }
  return policy.createScriptURL(address);
}
