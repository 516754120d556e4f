/** @import { OwnStrings } from "../i18n/own-en.js" */
/** @import { Result, mountDiagramPlace } from "../views/diagram-place.js" */
/** @import { mountDiagramEditor } from "../views/diagram-editor.js" */
/** @import { mountDiagramTools } from "../views/diagram-tools.js" */
import { listen } from "../kit/dom.js";
import { save } from "../kit/save.js";
import { flatSVG, pngOf } from "../mermaid/own/flat.js";

/**
 * The author's own diagram: from the editor to the picture, to the clipboard and to files.
 *
 * @param {HTMLElement} page
 * @param {object} options
 * @param {ReturnType<typeof mountDiagramPlace>} options.diagram
 * @param {ReturnType<typeof mountDiagramEditor>} options.editor
 * @param {ReturnType<typeof mountDiagramTools>} options.tools
 * @param {OwnStrings} options.strings
 * @param {string} options.text of the author's diagram at first, "" for ours
 * @param {(text: string) => void} options.keep for later visits
 * @param {(words: string) => void} options.announce
 * @param {AbortSignal} options.signal
 */
export function connectDiagram(page, { diagram, editor, tools, strings, text, keep, announce, signal }) {
  /** @type {Result | null} */
  let result = null;

  /** @param {Result | null} now */
  function show(now) {
    result = now ?? result;
    if (result && editor.open) editor.show(result.problems, { ...result, ours: text === "" });
  }

  /** @param {{ text: string }} changed */
  async function read(changed) {
    text = changed.text;
    keep(text);
    const now = await diagram.read(text);
    if (text === changed.text) show(now);
  }

  async function copy() {
    try {
      await navigator.clipboard.writeText(diagram.drawn?.mermaid() ?? "");
      editor.copied(true);
      announce(strings.copied);
    } catch {
      editor.copied(false);
      announce(strings.copyFailed);
    }
  }

  /** @param {"svg" | "png"} kind */
  async function saveAs(kind) {
    const svg = diagram.drawn?.svg;
    if (!svg) return;
    try {
      const code = flatSVG(svg);
      const file = kind === "svg" ? new Blob([code], { type: "image/svg+xml" }) : await pngOf(code);
      save(`${strings.file}.${kind}`, file);
    } catch (error) {
      console.error(error);
      announce(strings.exportFailed);
    }
  }

  listen(page, "editdiagram", () => (editor.toggle(text), show(null)), signal);
  listen(page, "editorchange", (/** @type {{ open: boolean }} */ { open }) => tools.editing(open), signal);
  listen(page, "diagramtext", read, signal);
  listen(page, "diagramread", show, signal);
  listen(page, "diagramcopy", copy, signal);
  listen(page, "diagramsave", saveAs, signal);
}
