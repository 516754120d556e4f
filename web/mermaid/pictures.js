/** @import { EngineInfo } from "../vitrine.d.ts" */
/** @import { DiagramStrings } from "../i18n/diagram-en.js" */
/** @import { StageStrings } from "../i18n/stages-en.js" */
/** @import { RunState } from "../run/state.js" */
/** @import { Drawing } from "./drawing.js" */
/** @import { Problem } from "./own/bind.js" */
/** @import { Read } from "./own/read.js" */
import { attach } from "./own/attach.js";
import { asMermaid } from "./own/copy.js";
import { createOwnDrawing } from "./own/drawing.js";
import { problemOf, read, readPicture } from "./own/read.js";
import { bindings } from "./pipeline/bindings.js";
import { fillLabels } from "./pipeline/labels.js";
import { paintPipeline } from "./pipeline/painted.js";
import source from "./pipeline/pipeline.mmd" with { type: "text" };
import { tall, wide } from "./pipeline/places.js";

/** @typedef {"wide" | "tall" | "own"} Shape ours, in one of two orientations, or an author's own */

/**
 * What came of a text: what is wrong in it, how many elements show a stage, and whether the picture is the one before.
 *
 * @typedef {{ problems: Problem[], bound: number, kept: boolean }} Result
 */

/**
 * The pictures that a diagram can show: ours, painted once for each orientation, and an author's own, which Mermaid draws.
 *
 * @param {EngineInfo} info
 * @param {DiagramStrings & { stages: StageStrings }} strings
 * @param {HTMLElement} draft empty, in the document
 */
export function createPictures(info, strings, draft) {
  const ours = fillLabels(source, info, strings);
  /** @type {Map<Shape, Drawing>} of ours */
  const drawings = new Map();
  /** @type {{ read: Read, drawing: Drawing } | null} */
  let own = null;
  let asked = 0; // texts to read

  return {
    /** The text of our own. */
    ours,

    /** Whether an author's is shown. */
    get own() {
      return own !== null;
    },

    /** @param {Shape} shape */
    of(shape) {
      if (own) return own.drawing;
      const drawing = drawings.get(shape) ?? paintPipeline(ours, shape === "tall" ? tall() : wide());
      drawings.set(shape, drawing);
      return drawing;
    },

    /**
     * Takes an author's diagram, unless it cannot be drawn or another one was asked for meanwhile.
     *
     * @param {string | SVGSVGElement} text "" for ours; or the picture that another Mermaid has drawn of a text that is lost
     * @returns {Promise<Result>}
     */
    async read(text) {
      const mine = ++asked;
      if (!text) {
        own = null;
        return { problems: [], bound: bindings.size, kept: false };
      }
      if (typeof text !== "string") {
        const now = readPicture(text);
        own = { read: now, drawing: attach(text, now) };
        return { problems: [], bound: now.bindings.size, kept: false };
      }
      const now = read(text);
      const { problems, bindings: { size: bound } } = now;
      if (!now.drawable) return { problems, bound, kept: true };
      try {
        const tree = draft.getRootNode();
        const drawing = await createOwnDrawing(now.source, now, tree instanceof ShadowRoot ? tree : undefined);
        if (mine === asked) own = { read: now, drawing };
        return { problems, bound, kept: false };
      } catch (error) {
        return { problems: [problemOf(error, text), ...problems], bound, kept: true };
      }
    },

    /** The text of what is shown, with the values of a run as labels. @param {RunState} run */
    mermaid(run) {
      const { text, scan, bindings } = own?.read ?? read(ours);
      return asMermaid(text, scan, bindings, { run, info, words: strings });
    },
  };
}

/** @typedef {ReturnType<typeof createPictures>} Pictures */
