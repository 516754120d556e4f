/**
 * The model's address in the page's own address: undefined where there is none, null where it is none that the page
 * may fetch.
 *
 * @param {{ search: string, href: string }} location
 * @returns {string | null | undefined}
 */
export function modelInAddress(location) {
  const model = new URLSearchParams(location.search).get("model");
  if (model === null) return undefined;
  if (model === "" || !URL.canParse(model, location.href)) return null;
  const { protocol, href } = new URL(model, location.href);
  return protocol === "http:" || protocol === "https:" ? href : null;
}

/**
 * The model hub in the page's own address, as `?hub=https://mirror.example`, without a slash at its end; "" where there is
 * none that the page may fetch from.
 *
 * @param {{ search: string, href: string }} location
 */
export function hubInAddress(location) {
  const hub = new URLSearchParams(location.search).get("hub") ?? "";
  if (hub === "" || !URL.canParse(hub, location.href)) return "";
  const { protocol, origin, pathname } = new URL(hub, location.href);
  return protocol === "http:" || protocol === "https:" ? origin + pathname.replace(/\/+$/, "") : "";
}
