/** @import { Source } from "../run/session.js" */
import { otherHost } from "../kit/host.js";

/** Of a link's model that was opened from files, of which a link holds the name alone. */
const FILES = "file:";

/**
 * How a link names a model.
 *
 * @param {Source} source
 * @param {string} name as the engine says it
 * @param {string} page the page's address
 */
export function modelInLink(source, name, page) {
  if (source === undefined) return name;
  return typeof source === "object" ? FILES + name : new URL(source, page).href;
}

/**
 * What a link's model is here: an address to load, of this site or of `host`; or the `name` of one that is not here.
 *
 * @param {string} model
 * @param {{ page: string, list: () => Promise<{ name: string, url: string }[]> }} site its address, and its models, the default one first
 * @returns {Promise<{ source: string | undefined, host: string } | { name: string }>} source: undefined for the default model
 */
export async function modelOfLink(model, { page, list }) {
  if (model.startsWith(FILES)) return { name: model.slice(FILES.length) };
  if (/^https?:/i.test(model)) {
    if (!URL.canParse(model)) return { name: model };
    return { source: new URL(model).href, host: otherHost(model, page, page) };
  }
  const models = await list();
  const at = models.findIndex(({ name }) => name === model);
  if (at < 0) return { name: model };
  return { source: at === 0 ? undefined : new URL(models[at].url, new URL("models/", page)).href, host: "" };
}

/** The site's models. Where the list does not come, none: loading the default model then says why. @returns {Promise<{ name: string, url: string }[]>} */
export async function siteModels() {
  try {
    const { models } = await (await fetch(new URL("models/manifest.json", location.href))).json();
    return models.filter((/** @type {any} */ one) => typeof one?.name === "string" && typeof one.url === "string");
  } catch {
    return [];
  }
}
