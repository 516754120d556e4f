/** Where embed.js is: what it loads by name lies beside it. */
let script = "";

/** @param {string} address of embed.js, which says it */
export function setScript(address) {
  script = address;
}

/** @param {string} name */
export const beside = (name) => new URL(name, script);
