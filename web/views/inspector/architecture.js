/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { MountView } from "./views.js" */
import { el } from "../../kit/dom.js";
import { count } from "../../kit/numbers.js";
import { label } from "../../kit/text.js";
import { bytesOf, known, partsOf, shapeOf, totalOf } from "../../run/architecture.js";
import { newest } from "./place.js";
import { createTake } from "./take.js";

/**
 * What the model consists of, part by part, and beside it the shapes of models that are known.
 *
 * @type {MountView}
 */
export function mountArchitecture({ strings: { out, tensor }, signal }) {
  const take = createTake(tensor, signal);
  const words = out.architecture;
  const title = el("h3", { text: words.title });
  const parts = el("table", { class: "stage-table" });
  const said = el("ul", { class: "architecture-notes" });
  const others = el("table", { class: "stage-table" });
  const scroll = (/** @type {HTMLTableElement} */ table, /** @type {string} */ name) => el("div", { class: "stage-scroll", tabindex: 0, role: "region", "aria-label": name }, table);
  const root = el(
    "details",
    { class: "architecture" },
    el("summary", {}, title),
    take.apart(title),
    el("p", { class: "note", text: words.what }),
    scroll(parts, words.title),
    said,
    el("h4", { text: words.compare }),
    el("p", { class: "note", text: words.shapesOnly }),
    scroll(others, words.compare),
    el("p", { class: "note", text: words.encoder }),
  );
  let told = "";

  return {
    above: root,
    show({ state }) {
      const { info } = state;
      const tokens = Math.max(1, newest(state) + 1);
      const key = JSON.stringify([info, tokens]);
      if (!info || key === told) return;
      told = key;
      const shape = shapeOf(info);
      const all = partsOf(shape, tokens);
      drawParts(parts, words, { name: label(info.name), weights: info.weights, tokens, tied: info.tiedHead }, all);
      const notes = [info.tiedHead ? words.link : words.untied, ...(info.position === "sinusoidal" ? [words.sinusoidal] : []), words.absent, words.file(count(info.bytes))];
      said.replaceChildren(...notes.map((text) => el("li", { text })));
      drawOthers(others, words, [{ name: words.this, shape }, ...known]);
    },
  };
}

/** @param {(string | null)[]} cells */
const headOf = (cells) => el("thead", {}, el("tr", {}, ...cells.map((text, i) => (text === null ? el("td") : el("th", { scope: "col", class: i ? "figure" : null, text })))));

/** @param {string} name @param {string[]} cells @param {string | null} [kind] */
const rowOf = (name, cells, kind = null) => el("tr", { class: kind }, el("th", { scope: "row", text: name }), ...cells.map((text) => el("td", { class: /^[\d,]*$/.test(text) ? "figure" : null, text })));

/**
 * @param {HTMLTableElement} table
 * @param {InspectorStrings["out"]["architecture"]} words
 * @param {{ name: string, weights: string, tokens: number, tied: boolean }} model
 * @param {ReturnType<typeof partsOf>} parts
 */
function drawParts(table, words, { name, weights, tokens, tied }, parts) {
  const bytes = parts.map((part) => bytesOf(part, weights));
  const sized = bytes.every((size) => size !== null);
  const sum = totalOf(parts);
  table.replaceChildren(
    el("caption", { text: words.loaded(name, tokens) }),
    headOf([words.part, words.parameters, ...(sized ? [words.bytes(weights)] : []), words.multiplyAdds]),
    el(
      "tbody",
      {},
      ...parts.map((part, i) => rowOf(words.parts[part.name], [part.name === "head" && tied ? words.tied : count(part.parameters), ...(sized ? [count(bytes[i] ?? 0)] : []), count(part.multiplyAdds)])),
      rowOf(words.total, [count(sum.parameters), ...(sized ? [count(bytes.reduce((all, size) => all + (size ?? 0), 0))] : []), count(sum.multiplyAdds)], "total"),
    ),
  );
}

/**
 * @param {HTMLTableElement} table
 * @param {InspectorStrings["out"]["architecture"]} words
 * @param {typeof known} models
 */
function drawOthers(table, words, models) {
  table.replaceChildren(
    el("caption", { class: "visually-hidden", text: words.compare }),
    headOf(words.columns),
    el(
      "tbody",
      {},
      ...models.map(({ name, shape }, i) => {
        const sum = totalOf(partsOf(shape, shape.context));
        const { layers, heads, embedding, feedForward, context, vocabulary } = shape;
        return rowOf(name, [sum.parameters, sum.multiplyAdds, layers, heads, embedding, feedForward, context, vocabulary].map(count), i === 0 ? "chosen" : null);
      }),
    ),
  );
}
