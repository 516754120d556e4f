/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { Parts } from "./attention-parts.js" */
/** @import { CellRead } from "./picture.js" */
import { exact, magnitude } from "../../kit/numbers.js";
import { dotOf, mixOf, projectionOf, softmaxOf } from "./attention-sums.js";
import { factor, short } from "./short.js";

/**
 * How a cell came about.
 *
 * @typedef {object} Account
 * @property {string} title
 * @property {string} formula in numbers
 * @property {{ name: string, values: ArrayLike<number>, group: string }[]} strips those of one group have one colour scale
 * @property {[name: string, value: string][]} facts
 * @property {{ title: string, head: string[], rows: string[][] } | null} terms
 * @property {string} note
 */

/** @typedef {Omit<CellRead, "number"> & { number: number }} Cell */

/**
 * @param {Cell} cell
 * @param {Parts} parts
 * @param {{ strings: InspectorStrings["attention"]["account"], text: (position: number) => string, size: number, seen: number, off: boolean }} known `size` of a head; `seen`: how many tokens the row sees; `off`: attention is, in this layer
 * @returns {Promise<Account | null>} null: nothing is known of such a cell
 */
export async function accountOf(cell, parts, { strings, text, size, seen, off }) {
  const { row: i, column: j, number } = cell;
  switch (cell.tensor) {
    case "scores": {
      const [q, k] = await Promise.all([parts.vector(i, 0), parts.vector(j, 1)]);
      const { parts: products, sum, bound } = dotOf(q, k);
      return {
        title: strings.scoreTitle(text(i), text(j)),
        formula: `${short(q[0])} · ${factor(k[0])} + ${factor(q[1])} · ${factor(k[1])} + … = ${short(sum)}`,
        strips: [{ name: strings.query(i, text(i)), values: q, group: "in" }, { name: strings.key(j, text(j)), values: k, group: "in" }, { name: strings.products, values: products, group: "out" }],
        facts: factsOf(strings.sumOf(size), sum, number, bound, strings),
        terms: { title: strings.termsOf(size), head: [strings.channel, "q", "k", "q · k"], rows: products.map((one, d) => [String(d), exact(q[d]), exact(k[d]), exact(one)]) },
        note: strings.sixteen,
      };
    }
    case "scaled": {
      const score = (await parts.row("attention.scores", i, seen))[j];
      const quotient = score / Math.sqrt(size);
      return {
        title: strings.scaleTitle(text(i), text(j)),
        formula: `${short(score)} / √${size} = ${short(quotient)}`,
        strips: [],
        facts: [[strings.score, exact(score)], ...factsOf(strings.quotient(size), quotient, number, 2 ** -22 * Math.abs(quotient), strings)],
        terms: null,
        note: strings.single,
      };
    }
    case "weights": {
      const scores = await parts.row("attention.scale", i, seen);
      const { parts: powers, sum, top, bound } = softmaxOf(scores, j);
      return {
        title: strings.weightTitle(text(i), text(j)),
        formula: `${short(powers[j])} / (${powers.slice(0, 3).map(short).join(" + ")}${powers.length > 3 ? " + …" : ""}) = ${short(powers[j] / sum)}`,
        strips: [{ name: strings.scaledRow(i, text(i)), values: scores, group: "in" }, { name: strings.powers, values: powers, group: "out" }],
        facts: [[strings.top, exact(top)], [strings.power, exact(powers[j])], [strings.powerSum(powers.length), exact(sum)], ...factsOf(strings.share, powers[j] / sum, number, bound, strings)],
        terms: { title: strings.powersOf(powers.length), head: [strings.position, strings.token, "s", "e^(s − m)"], rows: powers.map((one, k) => [String(k), text(k), exact(scores[k]), exact(one)]) },
        note: strings.single,
      };
    }
    case "mix": {
      const weights = await parts.row("attention.mask", i, seen);
      /** @type {Float32Array[]} */
      const values = [];
      for (let k = 0; k < seen; k++) values.push(await parts.vector(k, 2));
      const { parts: products, sum, bound } = mixOf(weights, values, j);
      const column = values.map((v) => v[j]);
      return {
        title: strings.mixTitle(j, text(i)),
        formula: `${products.slice(0, 2).map((_, k) => `${short(weights[k])} · ${factor(column[k])}`).join(" + ")}${products.length > 2 ? " + …" : ""} = ${short(sum)}`,
        strips: [{ name: strings.weightRow(i, text(i)), values: weights, group: "weights" }, { name: strings.valueColumn(j), values: column, group: "in" }, { name: strings.products, values: products, group: "in" }],
        facts: factsOf(strings.sumOf(products.length), sum, number, bound, strings),
        terms: { title: strings.termsOf(products.length), head: [strings.position, strings.token, "a", "v", "a · v"], rows: products.map((one, k) => [String(k), text(k), exact(weights[k]), exact(column[k]), exact(one)]) },
        note: strings.sixteen,
      };
    }
    case "output": {
      if (off) return { title: strings.outputTitle(j, text(i)), formula: strings.off, strips: [], facts: [], terms: null, note: strings.offNote };
      const [mix, { weights, bias }] = await Promise.all([parts.mix(i), parts.projection(j)]);
      const { parts: products, sum, bound } = projectionOf(mix, weights, bias);
      const heads = Array.from({ length: mix.length / size }, (_, head) => products.slice(head * size, (head + 1) * size).reduce((all, one) => all + one, 0));
      return {
        title: strings.outputTitle(j, text(i)),
        formula: `${heads.slice(0, 3).map((one, n) => (n ? factor(one) : short(one))).join(" + ")}${heads.length > 3 ? " + …" : ""} + ${factor(bias)} = ${short(sum)}`,
        strips: [{ name: strings.mixRow(i, text(i)), values: mix, group: "in" }, { name: strings.projectionRow(j), values: weights, group: "weights" }, { name: strings.products, values: products, group: "out" }, { name: strings.byHead, values: heads, group: "heads" }],
        facts: [...heads.map((one, head) => /** @type {[string, string]} */ ([strings.ofHead(head + 1), exact(one)])), [strings.bias, exact(bias)], ...factsOf(strings.sumOfHeads(heads.length), sum, number, bound, strings)],
        terms: { title: strings.termsOf(products.length), head: [strings.head, strings.channel, "m", "w", "m · w"], rows: products.map((one, k) => [String(Math.floor(k / size) + 1), String(k % size), exact(mix[k]), exact(weights[k]), exact(one)]) },
        note: strings.sixteen,
      };
    }
    default:
      return null;
  }
}

/**
 * The number that was counted again beside the engine's own, how far they are apart, and how far rounding may bring them.
 *
 * @param {string} name @param {number} counted @param {number} engine @param {number} bound
 * @param {InspectorStrings["attention"]["account"]} strings
 * @returns {[name: string, value: string][]}
 */
function factsOf(name, counted, engine, bound, strings) {
  return [[name, exact(counted)], [strings.engine, exact(engine)], [strings.apart, magnitude(Math.abs(counted - engine))], [strings.bound, magnitude(bound)]];
}
