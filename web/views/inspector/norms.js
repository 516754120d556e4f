/** @import { StageName, Tensor } from "../../vitrine.d.ts" */
/** @import { Answered, MountView } from "./views.js" */
/** @import { PictureView, Scene } from "./picture.js" */
/** @import { Picture } from "./tensors.js" */
import { el } from "../../kit/dom.js";
import { exact, magnitude } from "../../kit/numbers.js";
import { factor, short } from "./short.js";
import { mountPicture } from "./picture.js";
import { createPulls } from "./pulls.js";
import { largestOf, rangeWords } from "./scenes.js";
import { rangeOf } from "./tensors.js";
import { tablesOf } from "./tables.js";
import { createTake } from "./take.js";

/** The stage whose sum a norm reads, and in which layer. @type {(stage: StageName, layer: number, layers: number) => { stage: StageName, layer?: number }} */
const before = (stage, layer, layers) =>
  stage === "ln2" ? { stage: "residual1", layer } : stage === "final" ? { stage: "residual2", layer: layers - 1 } : layer === 0 ? { stage: "position" } : { stage: "residual2", layer: layer - 1 };

/** The strips, in the order of the formula. */
const strips = /** @type {const} */ (["x", "scale", "shift", "y"]);

/**
 * What a layer norm makes of the row of one token: before, scale, shift and after as strips, and any one number of it with
 * all that made it.
 *
 * @type {MountView}
 */
export function mountNorm({ strings, palette, signal }) {
  const words = strings.norms;
  const take = createTake(strings.tensor, signal);
  const title = el("h3");
  const moments = el("div");
  const views = /** @type {Record<string, PictureView>} */ (Object.fromEntries(strips.map((name) => [name, mountPicture({ strings: strings.tensor, palette, signal })])));
  const hint = el("p", { class: "note", text: words.hint });
  const account = el("div", { class: "explain-body" }, hint);
  const explain = el("section", { class: "explain" }, take.head(el("h3", { text: words.account })), account);
  const above = el("section", { class: "norm-view", hidden: true }, take.head(title), moments, ...strips.map((name) => views[name].root), explain);
  /** @type {Answered | null} */
  let now = null;
  let shown = "";
  /** @type {{ x: Float32Array, scale: Float32Array, shift: Float32Array, y: Float32Array, mean: number, variance: number } | null} */
  let row = null;
  const pulls = createPulls({ answer: draw, failure: () => (above.hidden = true), waiting: () => {} }, signal);

  /** The row of a tensor that is looked at. @param {Tensor[]} tensors @param {string} name @param {number} position */
  function rowOf(tensors, name, position) {
    const tensor = tensors.find((one) => one.name === name);
    if (!tensor) return new Float32Array();
    const { shape, data, from } = tensor;
    if (name === "scale" || name === "shift") return data;
    const width = shape[1] ?? 1;
    return data.subarray((position - from[0]) * width, (position - from[0] + 1) * width);
  }

  /** @param {{ of: Answered, input: Tensor[] }} answer */
  function draw({ of, input }) {
    const { place, tensors, text } = of;
    const { position } = place;
    const at = (/** @type {string} */ name) => rowOf(tensors, name, position);
    const info = of.state.info;
    if (!info) return;
    row = { x: rowOf(input, "sum", position), scale: at("scale"), shift: at("shift"), y: at("result"), mean: at("mean")[0], variance: at("variance")[0] };
    above.hidden = false;
    account.replaceChildren(hint); // until a cell of the row is read
    title.textContent = words.title(text(position));
    moments.replaceChildren(...tablesOf({ facts: [[words.mean, exact(row.mean)], [words.variance, exact(row.variance)], [words.epsilon, exact(info.epsilon)], [words.divisor, exact(Math.sqrt(row.variance + info.epsilon))]], lists: [] }, words.title(text(position))));
    for (const name of strips) {
      views[name].root.hidden = row[name].length === 0;
      if (row[name].length) show(name, row[name], of);
    }
  }

  /** @param {typeof strips[number]} name @param {Float32Array} data @param {Answered} of */
  function show(name, data, { place, text }) {
    /** @type {Picture} */
    const picture = { name, shape: [data.length], data, columns: "channel", tokens: false, perHead: false, causal: false, signed: true, group: "", rows: { from: 0, count: 1 }, across: { from: 0, count: data.length } };
    const range = rangeOf(picture, 0) ?? { low: 0, high: 0 };
    const ofToken = name === "x" || name === "y";
    const { where } = strings.tensor;
    const about = [...(place.layer >= 0 ? [where.layer(place.layer + 1)] : []), ...(ofToken ? [where.row(place.position, text(place.position))] : [])];
    /** @type {Scene} */
    const scene = {
      title: words.strips[name], start: 0, rows: 1, chosen: 0, paged: false, text, limit: largestOf(range),
      about: [about.join(", ")],
      where: ({ column }) => [...about, where.column(column)],
      range: rangeWords(range, strings.tensor),
    };
    views[name].show(picture, scene);
  }

  return {
    above,
    owns: new Set(["scale", "shift", "result row", "mean number", "variance number"]),
    answer(next) {
      now = next;
      const { stage, place, version, run, state } = next;
      const key = JSON.stringify([stage, place.layer, place.position, version, state.number]);
      if (key === shown) return;
      shown = key;
      const { stage: its, ...where } = before(stage, place.layer, state.info?.layers ?? 1);
      pulls.want(key, async () => ({ of: next, input: await run.inspect(its, { position: place.position, ...where, rows: [place.position, place.position + 1] }) }));
    },
    paint() {
      if (row) for (const name of strips) if (!views[name].root.hidden) views[name].paint();
    },
    read({ tensor, column }) {
      const info = now?.state.info;
      if (!row || !info || !strips.includes(/** @type {typeof strips[number]} */ (tensor)) || column >= row.y.length) return;
      const { x, scale, shift, y, mean, variance } = row;
      const counted = ((x[column] - mean) / Math.sqrt(variance + info.epsilon)) * scale[column] + (shift[column] ?? 0);
      account.replaceChildren(
        el("p", { class: "explain-formula", text: `(${short(x[column])} − ${factor(mean)}) / √(${short(variance)} + ${short(info.epsilon)}) · ${factor(scale[column])}${shift.length ? ` + ${factor(shift[column])}` : ""} = ${short(counted)}` }),
        ...tablesOf({ facts: [[words.counted(column), exact(counted)], [words.engine, exact(y[column])], [words.apart, magnitude(Math.abs(counted - y[column]))]], lists: [] }, words.account),
        el("p", { class: "note", text: words.single }),
      );
    },
  };
}
