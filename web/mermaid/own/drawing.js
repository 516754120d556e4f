/** @import { MermaidConfig } from "mermaid" */
/** @import { Bound } from "./dressed.js" */
import { el } from "../../kit/dom.js";
import { render } from "../render.js";
import { clean, TAGS } from "./clean.js";
import { dressed } from "./dressed.js";
import { check } from "./read.js";

const SECURE = ["secure", "securityLevel", "startOnLoad", "maxTextSize", "suppressErrorRendering", "maxEdges", "dompurifyConfig", "htmlLabels", "layout", "theme", "themeCSS", "fontFamily"];
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif"; // --font-ui

/**
 * An own diagram, as Mermaid lays it out, with its bound elements dressed.
 *
 * @param {string} source with room for the placeholders
 * @param {Bound} bound
 * @param {Node} [home] where own.css holds: there its elements are measured
 */
export async function createOwnDrawing(source, bound, home = document.body) {
  const draft = el("div", { class: "diagram-draft", "aria-hidden": "true" });
  draft.style.cssText = "all: initial; position: absolute; inset: 0 auto auto 0; width: 1px; height: 1px; overflow: clip; visibility: hidden"; // on any page
  document.body.append(draft); // the diagram's own place may be hidden, as in a tab that is not chosen, and measure nothing
  try {
    const svg = await render(source, draft, configure, { check, clean });
    home.appendChild(draft).replaceChildren(svg);
    return dressed(svg, bound);
  } finally {
    draft.remove();
  }
}

/** @returns {MermaidConfig} */
const configure = () => ({
  layout: "dagre",
  secure: SECURE,
  fontFamily: FONT,
  themeVariables: { fontFamily: FONT, fontSize: "14px" },
  dompurifyConfig: { ALLOWED_TAGS: TAGS, ALLOWED_ATTR: [] },
  flowchart: { useMaxWidth: false, inheritDir: true, wrappingWidth: 260, nodeSpacing: 44, rankSpacing: 48 },
});
