/** @import { Answered, MountView } from "./views.js" */
import { el } from "../../kit/dom.js";
import { messageOf } from "../../kit/text.js";
import { mountCache } from "./attention-cache.js";
import { mountExplain } from "./attention-explain.js";
import { mountHeads } from "./attention-heads.js";
import { mountLook } from "./attention-look.js";
import { mountSteps } from "./attention-steps.js";
import { createWeights, ofHead } from "./attention-weights.js";
import { hide } from "./hide.js";
import { tokenAt } from "./place.js";
import { createSeldom } from "./seldom.js";
import { createTake } from "./take.js";

/** Milliseconds between two drawings of maps that are still read, at least. */
const EVERY = 250;

/**
 * Attention: the steps of the matrix, all heads as small maps, what the token that is looked at looked at, how a cell came
 * about, and the cache. Of attention as a whole: the heads of all layers.
 *
 * @type {MountView}
 */
export function mountAttention({ strings: { attention: strings, tensor, detail }, palette, signal }) {
  const take = createTake(tensor, signal);
  const steps = mountSteps(strings, { chosen: () => now && show(now), signal });
  const heads = mountHeads({ strings, tensor, palette, signal });
  const look = mountLook({ strings, tensor, palette, signal });
  const explain = mountExplain({ strings: strings.account, caption: detail.caption, palette, take, signal });
  const cache = mountCache(strings.cache, take);
  const progress = el("p", { class: "note", role: "status" });
  const stop = el("button", { type: "button", class: "secondary", text: strings.stop });
  const wait = el("div", { class: "heads-wait" }, progress, stop);
  const above = el("div", { class: "attention-view" }, steps.root, look.root, heads.root, wait);
  const below = el("div", { class: "attention-view" }, explain.root, cache.root);
  const drawing = createSeldom(() => now && drawHeads(now), EVERY, signal);
  const weights = createWeights({ loaded: () => (weights.reading ? drawing.want() : drawing.now()), failure: (error) => (failed = messageOf(error)) }, signal);
  /** @type {Answered | null} */
  let now = null;
  let failed = "";

  stop.addEventListener("click", () => (weights.stop(), now && drawHeads(now)), { signal });

  /** The layers whose heads are shown. @param {Answered} of */
  const layersOf = ({ stage, place, state }) => (stage === "attention" ? Array.from({ length: state.info?.layers ?? 0 }, (_, layer) => layer) : [place.layer]);

  /** @param {Answered} of */
  function drawHeads(of) {
    const { place, state, stage, text } = of;
    const layers = layersOf(of);
    const ids = [...state.pieces, ...state.tokens].map(({ id }) => id);
    const known = layers.flatMap((layer) => {
      const its = weights.of(layer);
      return its === undefined || (failed && !its) ? [] : [{ layer, weights: its }];
    });
    heads.show(known, { ids, layer: place.layer, head: place.head });
    hide(stop, !weights.reading);
    wait.hidden = !weights.reading && !failed;
    progress.textContent = failed || strings.reading(known.length, layers.length);
    const its = weights.of(place.layer);
    const row = its ? place.position - its.first : -1;
    const part = its && stage !== "attention.scores" && stage !== "attention.qkv" && row >= 0 && row < its.rows ? ofHead(its, place.head) : null;
    look.show(part ? part.data.subarray(row * part.columns, row * part.columns + (part.masked ? place.position + 1 : part.columns)) : null, { ...place, tokenAt: (position) => tokenAt(state, position), text });
  }

  /** @param {Answered} next */
  function show(next) {
    if (now?.version !== next.version) failed = "";
    now = next;
    const { stage, place, version, run, state, engine, text } = next;
    const { info, pieces } = state;
    if (!info || !place.window) return;
    const [from, to] = place.window;
    steps.show(stage, text(place.position));
    weights.want({ run, version, position: place.start + place.rows - 1, rows: [place.start + from, place.start + to] }, layersOf(next));
    drawHeads(next);
    explain.show({ run, version, place, engine }, { size: info.embedding / info.heads, heads: info.heads, text });
    const generated = place.position >= pieces.length;
    cache.show(info, { reused: generated ? place.position : 0, added: generated ? 1 : pieces.length });
  }

  return {
    above,
    below,
    answer: show,
    read: explain.read,
    paint() {
      heads.paint();
      explain.paint();
    },
  };
}
