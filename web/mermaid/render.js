/** @import { Mermaid, MermaidConfig } from "mermaid" */
/** @typedef {{ type: string, db: any }} Diagram as Mermaid reads it; `db` has the methods of its kind */

const SVG = "http://www.w3.org/2000/svg";

let count = 0; // Mermaid wants an id that is new to the document
/** @type {Promise<unknown>} Mermaid is configured for one drawing at a time */
let turn = Promise.resolve();

/**
 * Lets Mermaid draw a diagram, without what a strict policy forbids: its renderer is called by itself, since
 * mermaid.render adds a style element and gives the picture as a text to be parsed.
 *
 * @param {string} source
 * @param {HTMLElement} draft empty, in the document: Mermaid measures in it and leaves it empty
 * @param {(mermaid: Mermaid, id: string) => MermaidConfig} configure the id is new to the document
 * @param {{ check: (diagram: Diagram) => void, clean: (svg: SVGSVGElement) => void }} [guard] of a text that others wrote: `check`
 *   throws where what Mermaid has read must not be drawn, `clean` takes out what must not stay in this document
 * @returns {Promise<SVGSVGElement>} not in the document
 */
export function render(source, draft, configure, guard) {
  const result = turn.then(() => renderNow(source, draft, configure, guard));
  turn = result.catch(() => {}); // the caller's business, not the next one's
  return result;
}

/** @type {typeof render} */
async function renderNow(source, draft, configure, guard) {
  const { default: mermaid } = await import("mermaid");
  const id = `vitrine-diagram-${++count}`;
  const config = configure(mermaid, id);
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    suppressErrorRendering: true,
    htmlLabels: true,
    theme: "base",
    look: "classic",
    ...config,
  });
  const sheet = measures(id, config.fontFamily ?? "sans-serif");
  document.adoptedStyleSheets.push(sheet);
  try {
    await mermaid.parse(source); // takes over what the text itself configures
    const diagram = await mermaid.mermaidAPI.getDiagramFromText(source);
    guard?.check(diagram);
    const svg = document.createElementNS(SVG, "svg");
    svg.id = id;
    svg.append(document.createElementNS(SVG, "g"));
    draft.replaceChildren(svg);
    await diagram.renderer.draw(source, id, "", diagram);
    guard?.clean(svg);
    return svg;
  } finally {
    draft.replaceChildren();
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
  }
}

/**
 * What of Mermaid's own styles decides how large a label is.
 *
 * @param {string} id of the picture
 * @param {string} font
 */
function measures(id, font) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    #${id} { font-family: ${font}; font-size: 14px; }
    #${id} p { margin: 0; }
    #${id} .label-icon { display: inline-block; height: 1em; }
    #${id} .flowchartTitleText { text-anchor: middle; font-size: 18px; }`);
  return sheet;
}
