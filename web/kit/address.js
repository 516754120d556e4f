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
