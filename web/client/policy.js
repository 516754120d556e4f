/** What the site's Content-Security-Policy has forbidden here since this script was loaded. */

/** @type {Set<string>} directives, as a policy names them */
const refused = new Set();

globalThis.addEventListener?.("securitypolicyviolation", (event) => {
  const { disposition, effectiveDirective } = /** @type {SecurityPolicyViolationEvent} */ (event);
  if (disposition === "enforce") refused.add(effectiveDirective);
});

/**
 * Whether the policy has refused something by one of these directives.
 *
 * @param {string[]} directives
 */
export const hasRefused = (...directives) => directives.some((directive) => refused.has(directive));
