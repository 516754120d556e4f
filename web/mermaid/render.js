/** @import { Mermaid, MermaidConfig } from "mermaid" */
/** @typedef {{ type: string, db: any }} Diagram as Mermaid reads it; `db` has the methods of its kind */

let count = 0; // Mermaid wants an id that is new to the document
/** @type {Promise<unknown>} Mermaid is configured for one drawing at a time */
let turn = Promise.resolve();

/**
 * Lets Mermaid draw a diagram.
 *
 * @param {string} source
 * @param {HTMLElement} draft empty, in the document: Mermaid measures in it and leaves it empty
 * @param {(mermaid: Mermaid, id: string) => MermaidConfig} configure the id is new to the document
 * @param {{ check: (diagram: Diagram) => void, clean: (svg: SVGSVGElement) => void }} [guard] of a text that others wrote: `check`
 *   throws where what Mermaid has read must not be drawn, `clean` takes out what must not come into this document
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
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    suppressErrorRendering: true,
    htmlLabels: true,
    theme: "base",
    look: "classic",
    ...configure(mermaid, id),
  });
  try {
    guard?.check(await mermaid.mermaidAPI.getDiagramFromText(source));
    const { svg } = await mermaid.render(id, source, draft);
    // Parsed apart and imported: a document of its own runs and loads nothing.
    const parsed = new DOMParser().parseFromString(svg, "text/html").querySelector("svg");
    if (!parsed) throw new Error("diagram: Mermaid returned no SVG");
    guard?.clean(parsed);
    return document.importNode(parsed, true);
  } finally {
    draft.replaceChildren();
  }
}
