/** @import { StageName } from "../../vitrine.d.ts" */
/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { Detail } from "./detail.js" */
/** @import { Palette } from "./palette.js" */
/** @import { PictureView } from "./picture.js" */
/** @import { Place, Seen } from "./place.js" */
/** @import { Asks, Reading } from "./reading.js" */
/** @import { Now } from "./views.js" */
import { el, send } from "../../kit/dom.js";
import { exact } from "../../kit/numbers.js";
import { mountLens } from "./lens.js";
import { mountPicture } from "./picture.js";
import { scenesOf } from "./scenes.js";
import { tablesOf } from "./tables.js";
import { createTake } from "./take.js";
import { facts, picturesOf } from "./tensors.js";
import { mountView } from "./view.js";

/**
 * The values of a stage: its own view, its tensors as pictures, what it reports as tables, and of the layers the lens. Sends "focuslost"
 * where a picture goes that had the focus.
 *
 * @param {HTMLElement} root
 * @param {{ strings: InspectorStrings, engine: () => Now["engine"], palette: Palette, signal: AbortSignal }} options
 */
export function mountValues(root, { strings, engine, palette, signal }) {
  const pictures = el("div", { class: "tensors" });
  const tables = el("div", { class: "stage-tables" });
  const lens = mountLens(strings.lens, { take: createTake(strings.tensor, signal), signal });
  const own = mountView(root, { strings, palette, signal });
  root.append(lens.root, own.above, tables, pictures, own.below);
  /** @type {Map<string, { view: PictureView, end: AbortController }>} by name, of the stage that is shown */
  const views = new Map();
  let before = "";
  /** @type {[name: string, value: string][]} */
  let numbers = [];
  let told = "";

  signal.addEventListener("abort", () => {
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
  function draw({ tensors, masked }, place, text) {
    const all = picturesOf(place, tensors, masked);
    const scenes = scenesOf(all.filter(({ data }) => data.length > 1), place, { strings, text }).filter(({ key, picture }) => !own.owns(key) && !(picture.rows.count === 1 && own.owns(`${key} row`)));
    keep(scenes.map(({ key }) => key));
    for (const [i, { key, picture, scene }] of scenes.entries()) {
      const view = views.get(key)?.view ?? viewOf(key);
      if (pictures.children[i] !== view.root) pictures.insertBefore(view.root, pictures.children[i] ?? null);
      view.show(picture, scene);
    }
    const names = /** @type {Record<string, string>} */ (strings.tensor.names);
    return all.filter(({ data, name }) => data.length === 1 && !own.owns(`${name} number`)).map(({ name, data }) => [names[name], exact(data[0])]);
  }

  return {
    /** @param {boolean} on whether the machine stands, and answers */
    stand(on) {
      lens.stand(on);
      own.stand(on);
    },
    leave: own.end,
    /** Again, as after a change of the colours. */
    paint() {
      for (const { view } of views.values()) view.paint();
      own.paint();
    },
    /**
     * @param {object} now
     * @param {StageName} now.stage
     * @param {Place | null} now.place of the reading
     * @param {Reading | null} now.reading
     * @param {Detail | null} now.detail
     * @param {boolean} now.stale the reading is of another place, until the answer comes
     * @param {boolean} now.stands the machine stands, and answers
     * @param {boolean} now.there the machine has been at the place that is asked for
     * @param {Seen} now.state
     * @param {Asks | null} now.run
     * @param {(position: number) => string} now.text
     */
    show({ stage, place, reading, detail, stale, stands, there, state, run, text }) {
      root.classList.toggle("stale", stale);
      const key = JSON.stringify([stage, place?.position, reading?.key]);
      if (key !== before) palette.renew();
      own.show({ stage, place, reading, stands, stale, there, state, run, engine: engine(), text });
      lens.root.hidden = stage !== "layers" || !reading;
      if (key !== before) {
        before = key;
        numbers = [];
        if (stage in facts && reading && place) numbers = draw(reading, place, text);
        else keep([]);
        if (stage === "layers" && reading && place) lens.show(reading.lens, place.position);
      }
      const saying = JSON.stringify([detail, numbers]);
      if (saying === told) return;
      told = saying;
      tables.replaceChildren(...tablesOf({ facts: [...numbers, ...(detail?.facts ?? [])], lists: detail?.lists ?? [] }, strings.detail.caption));
    },
  };
}
