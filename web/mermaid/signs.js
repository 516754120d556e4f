import { el, svgEl } from "../kit/dom.js";

const HEIGHTS = { off: 16, differs: 12 }; // px; a difference stands between a caption and the next element, 7 px below
const OVER = 3; // px by which what is switched stands out of the element
const GLYPH = 6.4; // of a letter, on average
const PAD = 12;

/**
 * The signs on an element's edges, of what is switched there and of how far a second run differs; and its description, which
 * tells of a breakpoint too.
 *
 * @param {SVGGElement} group
 * @param {{ off: { right: number, y: number }, differs: { left: number, y: number } }} at where each ends or begins, and its edge
 */
export function mountSigns(group, { off, differs }) {
  const words = { stop: "", off: "", differs: "" };
  const hosts = { off: svgEl("foreignObject"), differs: svgEl("foreignObject") };

  function describe() {
    const text = Object.values(words).filter(Boolean).join(", ");
    if (text) group.setAttribute("aria-description", text);
    else group.removeAttribute("aria-description");
  }

  /** @param {"off" | "differs"} name @param {string} short "": no sign @param {string} all in the description */
  function set(name, short, all) {
    const host = hosts[name];
    if (words[name] === all && host.textContent === short) return;
    group.toggleAttribute(`data-${name}`, short !== "");
    words[name] = all;
    describe();
    host.replaceChildren(...(short ? [el("div", { class: name, text: short })] : []));
    if (!short) return host.remove();
    const width = short.length * GLYPH + PAD;
    const [x, y] = name === "off" ? [off.right - width, off.y - OVER] : [differs.left, differs.y];
    for (const [key, value] of Object.entries({ x, y: y - HEIGHTS[name] / 2, width, height: HEIGHTS[name] })) host.setAttribute(key, String(value));
    group.append(host);
  }

  return {
    /** @param {string} text of a breakpoint that is set, "" where there is none */
    setStop(text) {
      group.toggleAttribute("data-stop", text !== "");
      words.stop = text;
      describe();
    },

    /** @param {string} short what is switched, "" where nothing is @param {string} all of it */
    setOff: (short, all) => set("off", short, all),

    /** @param {string} short how far a second run differs, "" where none is compared @param {string} all in words */
    setDiffers: (short, all) => set("differs", short, all),
  };
}
