/** @import { EngineInfo, Sweep } from "../../vitrine.d.ts" */
/** @import { InspectorStrings } from "../../i18n/inspector-en.js" */
/** @import { Palette } from "./palette.js" */
/** @import { Cell } from "./picture.js" */
import { el } from "../../kit/dom.js";
import { exact, percent } from "../../kit/numbers.js";
import { nameOf } from "./detail.js";
import { hide } from "./hide.js";
import { mountPicture } from "./picture.js";
import { listOf, mapOf } from "./sweep-map.js";
import { tableOf } from "./tables.js";

/** @typedef {{ what: Sweep["what"], effects: Sweep["effects"], final: Sweep["final"] | null, token: string }} Known of a sweep, as far as it has come; `token`: the newest one */

/**
 * What a sweep has found: its effects as two maps, and as a list that is written when somebody opens it.
 *
 * @param {Pick<InspectorStrings, "sweep" | "tensor">} strings
 * @param {{ palette: Palette, act: (cell: Cell) => void, signal: AbortSignal }} options `act` on a press
 */
export function mountSweepResults({ sweep: words, tensor }, { palette, act, signal }) {
  const said = el("p", { class: "note" });
  const maps = { kl: mountPicture({ strings: tensor, palette, act, signal }), change: mountPicture({ strings: tensor, palette, act, signal }) };
  const list = el("details", {}, el("summary", { text: words.all }));
  const root = el("div", { class: "sweep-results", hidden: true }, said, maps.kl.root, maps.change.root, list);
  /** @type {Known | null} */
  let known = null;

  list.addEventListener("toggle", drawList, { signal });
  root.addEventListener("rowchoose", (event) => event.stopPropagation(), { signal }); // a layer is no token

  function drawList() {
    for (const old of [...list.children].slice(1)) old.remove();
    if (list.open && known) list.append(tableOf(listOf(known, words)));
  }

  return {
    root,
    /**
     * @param {Known} now
     * @param {{ info: EngineInfo | undefined, layer: number }} place the layer that is looked at
     */
    show(now, { info, layer }) {
      known = now;
      const { what, effects, final, token } = now;
      const whole = what === "head" ? (info?.heads ?? 1) : 1; // a layer
      hide(root, !final || effects.length < whole);
      if (!final || !info || root.hidden) return;
      const name = nameOf(final);
      said.textContent = `${words.said(token, name, percent(final.before))} ${words.press}`;
      said.title = exact(final.before);
      const about = [said.textContent, what === "head" ? words.rows : words.single];
      for (const figure of /** @type {const} */ (["kl", "change"])) {
        const { picture, scene } = mapOf(figure, now, { heads: info.heads, title: figure === "kl" ? words.kl : words.change(name), about, chosen: layer, strings: words, words: tensor });
        maps[figure].show(picture, scene);
      }
      drawList();
    },
    paint() {
      if (!root.hidden) for (const map of Object.values(maps)) map.paint();
    },
  };
}
