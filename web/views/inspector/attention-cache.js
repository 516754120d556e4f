/** @import { EngineInfo } from "../../vitrine.d.ts" */
/** @import { Take } from "./take.js" */
/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
import { el } from "../../kit/dom.js";
import { count, sizeWords } from "../../kit/numbers.js";

/**
 * What a pass takes from the cache of keys and values, and what it adds to it.
 *
 * @param {InspectorStrings["attention"]["cache"]} strings
 * @param {Take} take
 */
export function mountCache(strings, take) {
  const bar = el("div", { class: "cache-bar", "aria-hidden": "true" }, el("span", { class: "cache-reused" }), el("span", { class: "cache-new" }));
  const facts = el("dl", { class: "stage-facts", "aria-label": strings.title });
  const root = el("section", { class: "cache" }, take.head(el("h3", { text: strings.title })), el("p", { class: "note", text: strings.what }), bar, facts);

  return {
    root,
    /**
     * @param {EngineInfo} info
     * @param {{ reused: number, added: number }} positions
     */
    show({ layers, heads, embedding, context }, { reused, added }) {
      bar.style.setProperty("--reused", String(reused / context));
      bar.style.setProperty("--new", String(added / context));
      const bytes = 2 * (2 * embedding + 4 * heads) * layers; // a key and a value: 16 bits for each number, and a float32 for each head
      const weight = (/** @type {number} */ n) => sizeWords(n * bytes);
      const rows = [
        [strings.reused, strings.positions(reused, weight(reused))],
        [strings.added, strings.positions(added, weight(added))],
        [strings.room, count(context)],
      ];
      facts.replaceChildren(...rows.flatMap(([name, value]) => [el("dt", { text: name }), el("dd", { text: value })]));
    },
  };
}
