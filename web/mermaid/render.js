/** @import { Mermaid, MermaidConfig } from "mermaid" */

let count = 0; // Mermaid wants an id that is new to the document
/** @type {Promise<unknown>} Mermaid is configured for one drawing at a time */
let turn = Promise.resolve();

/**
 * Lets Mermaid draw a diagram.
 *
 * @param {string} source
 * @param {HTMLElement} draft empty, in the document: Mermaid measures in it and leaves it empty
 * @param {(mermaid: Mermaid, id: string) => MermaidConfig} configure the id is new to the document
 * @param {(svg: SVGSVGElement) => void} [clean] takes out what must not come into this document
 * @returns {Promise<SVGSVGElement>} not in the document
 */
export function render(source, draft, configure, clean) {
  const result = turn.then(() => renderNow(source, draft, configure, clean));
  turn = result.catch(() => {}); // the caller's business, not the next one's
  return result;
}

/** @type {typeof render} */
async function renderNow(source, draft, configure, clean) {
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
    const { svg } = await mermaid.render(id, source, draft);
    // Parsed apart and imported: a document of its own runs and loads nothing.
    const parsed = new DOMParser().parseFromString(svg, "text/html").querySelector("svg");
    if (!parsed) throw new Error("diagram: Mermaid returned no SVG");
    clean?.(parsed);
    return document.importNode(parsed, true);
  } finally {
    draft.replaceChildren();
  }
}
