/** @import { EngineInfo } from "../vitrine.d.ts" */
/** @import { DiagramStrings } from "../i18n/diagram-en.js" */
/** @import { StageStrings } from "../i18n/stages-en.js" */
/** @import { Drawing } from "../mermaid/drawing.js" */
/** @import { Pictures, Shape } from "../mermaid/pictures.js" */
import { bindings } from "../mermaid/pipeline/bindings.js";
import { fillLabels } from "../mermaid/pipeline/labels.js";
import { paintPipeline } from "../mermaid/pipeline/painted.js";
import source from "../mermaid/pipeline/pipeline.mmd" with { type: "text" };
import { tall, wide } from "../mermaid/pipeline/places.js";

/**
 * The pictures of an element: ours is painted, and Mermaid is loaded for an author's own alone.
 *
 * @param {EngineInfo} info
 * @param {DiagramStrings & { stages: StageStrings }} strings
 * @param {HTMLElement} draft in the element
 * @returns {Pictures}
 */
export function createPaintedPictures(info, strings, draft) {
  const ours = fillLabels(source, info, strings);
  /** @type {Map<Shape, Drawing>} */
  const drawings = new Map();
  /** @type {Pictures | null} those of an author's, once one was asked for */
  let drawn = null;

  return {
    ours,

    get own() {
      return drawn?.own ?? false;
    },

    of(shape) {
      if (drawn?.own) return drawn.of(shape);
      const drawing = drawings.get(shape) ?? paintPipeline(ours, shape === "tall" ? tall() : wide());
      drawings.set(shape, drawing);
      return drawing;
    },

    async read(text) {
      if (!text && !drawn) return { problems: [], bound: bindings.size, kept: false };
      guardDrafts();
      drawn ??= (await import("../mermaid/pictures.js")).createPictures(info, strings, draft);
      return drawn.read(text);
    },

    mermaid: (run) => drawn?.mermaid(run) ?? ours,
  };
}

let guarded = false;

/**
 * Mermaid measures labels in the page itself, since it measures nothing in a shadow tree: there they get none of the page's
 * styles. Rules that name Mermaid's SVG by its id hold.
 */
function guardDrafts() {
  if (guarded) return;
  guarded = true;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`${".diagram-draft".repeat(4)} :is(p, div, span, br, b, i, em, strong, code, ul, ol, li, a) { all: revert; }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
