import { outermost, textOf } from "./blocks.js";

/**
 * Finds again the texts of a page's diagrams, where a script has put the pictures out of reach: in the page's own HTML, as
 * its server sends it.
 *
 * @param {string} address of the page
 * @returns {Promise<string[]>} in the order of the page; empty where it cannot be had
 */
export async function textsOf(address) {
  try {
    const answer = await fetch(address, { headers: { accept: "text/html" } });
    if (!answer.ok) return [];
    const page = new DOMParser().parseFromString(await answer.text(), "text/html"); // which runs and loads nothing
    return outermost(page).map(textOf);
  } catch {
    return [];
  }
}

/**
 * Which text is whose: only where there is one for each of the diagrams, none of them is taken for another.
 *
 * @template T
 * @param {T[]} places in the order of the page
 * @param {string[]} texts
 * @returns {Map<T, string>} empty where they are not as many
 */
export const pairs = (places, texts) => new Map(places.length === texts.length ? places.map((place, i) => [place, texts[i]]) : []);
