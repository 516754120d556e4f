/** @import { StageName } from "../vitrine.d.ts" */
/** @import { Box } from "./pipeline/places.js" */
/** @import { Room } from "../kit/text.js" */
/** @import { Sources } from "./readings/readings.js" */
import { el, svgEl } from "../kit/dom.js";
import { family } from "../run/stages.js";
import { mountOption } from "./option.js";
import { painter } from "./paint.js";
import { readers } from "./readings/readings.js";
import { mountSigns } from "./signs.js";

const PAD = 8; // inside a card, left and right
const NAME = 16; // heights of the lines in diagram.css
const LINE = 15;
const CAPTION = 14;
const STOP = 14; // from the top to the middle of the mark of a breakpoint
const GLYPH = 6.95; // widest advance of the monospaced stacks at the value's size
const LETTER = 7.6; // and of a name's letters, on average
const SMALL = 6.2; // and of a mark's
const WIDE_ROW = 250; // from this width on a row has room for a mark

/**
 * One element of our diagram: a shape, or none, with its label as name, value and caption.
 *
 * @param {string} id
 * @param {StageName} stage
 * @param {number} part which of the cards of this stage, in reading order
 * @param {SVGGElement} group
 * @param {Box} box
 * @param {string[]} label its lines: the name, then the caption
 */
export function dress(id, stage, part, group, box, [name, ...captions]) {
  const kind = group.classList.contains("cluster") ? "frame" : box.height < 40 ? "row" : "card";
  const nameLine = el("span", { class: "name", text: name });
  const value = el("div", { class: "value" });
  const head = el("div", { class: "head" });
  const sign = el("span", { class: "mark" });
  head.append(nameLine, sign);
  const body = el("div", { class: kind });
  body.append(head, value);

  const inner = box.height - 2 * (kind === "row" ? 4 : 6) - NAME;
  const showsCaption = kind === "card" && captions.length > 0 && inner >= LINE + CAPTION;
  const caption = el("div", { class: "caption", text: captions.join(" ") });
  if (showsCaption) body.append(caption);

  group.append(svgEl("foreignObject", { width: box.width, height: kind === "frame" ? 26 : box.height }, body));
  const signs = mountSigns(group, { off: { right: box.width - PAD, y: 0 }, differs: { left: PAD, y: box.height } });
  const option = mountOption(group, stage, part === 0 ? { cx: 0, cy: Math.min(box.height / 2, STOP) } : null);
  group.classList.add("stage", family(stage));

  const beside = kind === "row" ? name.length * LETTER + PAD : 0;
  /** @type {Room} */
  const room = {
    columns: Math.floor((box.width - 2 * PAD - beside) / GLYPH),
    rows: Math.max(1, Math.floor((inner - (showsCaption ? CAPTION : 0)) / LINE)),
  };
  const besideName = Math.floor((box.width - 2 * PAD - 4 - name.length * LETTER) / SMALL); // letters of a mark
  const paint = painter(nameLine, value, caption);

  return {
    id,
    stage,
    part,
    group,
    box,
    frame: kind === "frame",
    /** Which of a run's changes it shows: those of its stage, of all stages, or none. @type {"own" | "all" | "none"} */
    heeds: kind !== "frame" && stage in readers ? "own" : "none",
    /** The nodes of the steps tell one each. */
    steps: true,

    /** @param {Sources} sources */
    show: (sources) => paint(readers[stage]?.(sources, room, part) ?? {}),

    ...option,
    ...signs,

    /**
     * Says of which moment the value is.
     *
     * @param {{ moment: string, old: string } | null} said null: of this one. The short word stands where there is no
     *   room, and none in a narrow row, which its value fills
     */
    date(said) {
      const short = kind === "row" || said === null || said.moment.length > besideName;
      const words = said === null || (kind === "row" && box.width < WIDE_ROW) ? "" : short ? said.old : said.moment;
      if (sign.textContent !== words) sign.textContent = words;
    },
  };
}

/** @typedef {ReturnType<typeof dress>} Card */
