import { el } from "../kit/dom.js";

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 16; // px
const OVER = 3; // px by which it stands out of the element
const GLYPH = 6.4; // of a letter, on average
const PAD = 12;

/**
 * The sign of what is switched at an element, over one of its edges, and in its description, which tells of a breakpoint too.
 *
 * @param {SVGGElement} group
 * @param {{ right: number, y: number }} at where the sign ends, and the edge
 */
export function mountOff(group, { right, y }) {
  const words = { stop: "", off: "" };
  /** @type {SVGForeignObjectElement | null} */
  let host = null;

  function describe() {
    const text = [words.stop, words.off].filter(Boolean).join(", ");
    if (text) group.setAttribute("aria-description", text);
    else group.removeAttribute("aria-description");
  }

  return {
    /** @param {string} text of a breakpoint that is set, "" where there is none */
    setStop(text) {
      group.toggleAttribute("data-stop", text !== "");
      words.stop = text;
      describe();
    },

    /** @param {string} short what is switched, "" where nothing is @param {string} all of it */
    setOff(short, all) {
      host?.remove();
      host = null;
      group.toggleAttribute("data-off", short !== "");
      words.off = all;
      describe();
      if (!short) return;
      const width = short.length * GLYPH + PAD;
      host = document.createElementNS(SVG, "foreignObject");
      for (const [name, value] of Object.entries({ x: right - width, y: y - OVER - HEIGHT / 2, width, height: HEIGHT })) host.setAttribute(name, String(value));
      host.append(el("div", { class: "off", text: short }));
      group.append(host);
    },
  };
}
