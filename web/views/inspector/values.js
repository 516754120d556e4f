/** @import { StageName } from "../../vitrine.d.ts" */
/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { Detail } from "./detail.js" */
/** @import { PictureView } from "./picture.js" */
/** @import { Place } from "./place.js" */
/** @import { Reading } from "./reading.js" */
import { el, send } from "../../kit/dom.js";
import { exact } from "../../kit/numbers.js";
import { keptOf, nameOf } from "./detail.js";
import { mountLens } from "./lens.js";
import { createPalette } from "./palette.js";
import { mountPicture } from "./picture.js";
import { LISTED } from "./reading.js";
import { scenesOf } from "./scenes.js";
import { tableOf, tablesOf } from "./tables.js";
import { facts, keeps, picturesOf } from "./tensors.js";

/**
 * The values of a stage: its tensors as pictures, what it reports as tables, and of the layers the lens. Sends "focuslost"
 * where a picture goes that had the focus.
 *
 * @param {HTMLElement} root
 * @param {{ strings: InspectorStrings, signal: AbortSignal }} options
 */
export function mountValues(root, { strings, signal }) {
  const palette = createPalette(root);
  const pictures = el("div", { class: "tensors" });
  const tables = el("div", { class: "stage-tables" });
  const lens = mountLens(strings.lens, signal);
  root.append(tables, lens.root, pictures);
  /** @type {Map<string, { view: PictureView, end: AbortController }>} by name, of the stage that is shown */
  const views = new Map();
  let before = "";
  /** @type {[name: string, value: string][]} */
  let numbers = [];
  let told = "";

  const repaint = () => palette.renew() && views.forEach(({ view }) => view.paint());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint, { signal });
  const themes = new MutationObserver(repaint);
  themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  signal.addEventListener("abort", () => {
    themes.disconnect();
    for (const { end } of views.values()) end.abort();
  });

  /** @param {string} key */
  function viewOf(key) {
    const end = new AbortController();
    const view = mountPicture({ strings: strings.tensor, palette, signal: end.signal });
    views.set(key, { view, end });
    return view;
  }

  /** @param {string[]} keys those that stay */
  function keep(keys) {
    for (const [key, { view, end }] of views) {
      if (keys.includes(key)) continue;
      const lost = view.root.contains(document.activeElement);
      end.abort();
      view.root.remove();
      views.delete(key);
      if (lost) send(root, "focuslost");
    }
  }

  /**
   * Draws the tensors, but for those of a single number, which it returns.
   *
   * @param {Reading} reading
   * @param {Place} place
   * @param {(position: number) => string} text
   * @returns {[name: string, value: string][]}
   */
  function draw({ tensors }, place, text) {
    palette.renew();
    const all = picturesOf(place, tensors);
    const scenes = scenesOf(all.filter(({ data }) => data.length > 1), place, { strings, text });
    keep(scenes.map(({ key }) => key));
    for (const [i, { key, picture, scene }] of scenes.entries()) {
      const view = views.get(key)?.view ?? viewOf(key);
      if (pictures.children[i] !== view.root) pictures.insertBefore(view.root, pictures.children[i] ?? null);
      view.show(picture, scene);
    }
    const names = /** @type {Record<string, string>} */ (strings.tensor.names);
    return all.filter(({ data }) => data.length === 1).map(({ name, data }) => [names[name], exact(data[0])]);
  }

  return {
    /** Whether the machine stands, and answers. */
    stand: lens.stand,
    /**
     * @param {object} now
     * @param {StageName} now.stage
     * @param {Place | null} now.place of the reading
     * @param {Reading | null} now.reading
     * @param {Detail | null} now.detail
     * @param {boolean} now.stale the reading is of another place, until the answer comes
     * @param {(position: number) => string} now.text
     */
    show({ stage, place, reading, detail, stale, text }) {
      root.classList.toggle("stale", stale);
      lens.root.hidden = stage !== "layers" || !reading;
      const key = JSON.stringify([stage, place?.position, reading?.key]);
      if (key !== before) {
        before = key;
        numbers = [];
        if (stage in facts && reading && place) numbers = draw(reading, place, text);
        else keep([]);
        if (stage === "layers" && reading && place) lens.show(reading.lens, place.position);
      }
      const kept = keeps(stage) && reading ? [listOf(reading)] : [];
      const saying = JSON.stringify([detail, numbers, kept]);
      if (saying === told) return;
      told = saying;
      tables.replaceChildren(...tablesOf({ facts: [...numbers, ...(detail?.facts ?? [])], lists: detail?.lists ?? [] }, strings.detail.caption), ...kept.filter((list) => list !== null).map(tableOf));
    },
  };

  /** @param {Reading} reading */
  function listOf({ tensors, texts }) {
    const [ids, probabilities] = ["ids", "probabilities"].map((name) => tensors.find((tensor) => tensor.name === name));
    if (!ids || !probabilities) return null;
    const names = new Map(texts.map((token) => [token.id, nameOf(token)]));
    return keptOf({ ids: ids.data, probabilities: probabilities.data }, names, LISTED, strings.detail);
  }
}
