/**
 * The host that an address is of, where that is another one than those that are known: it is named before anything is asked
 * of it.
 *
 * @param {string} address
 * @param {string} base that it is written from
 * @param {...string} known addresses of the page, and of what has been asked already
 * @returns {string} "" where it is one of them, or none is asked, as for what is no address of the web
 */
export function otherHost(address, base, ...known) {
  if (!URL.canParse(address, base)) return "";
  const { protocol, origin, host } = new URL(address, base);
  if (protocol !== "http:" && protocol !== "https:") return "";
  return known.some((one) => new URL(one).origin === origin) ? "" : host;
}
