const STEPS = 16; // colours that the style sheet mixes, between two of its own; canvas does the rest
const SHADES = 256;

/**
 * The colours of numbers, as the style sheet has them: --heat-negative, --heat-zero, --heat-positive for signed numbers,
 * --heat-zero and --heat-high for others.
 *
 * @param {HTMLElement} root outside of what is styled by its width: its colours are known before the page is laid out
 */
export function createPalette(root) {
  const probe = document.createElement("span");
  probe.hidden = true;
  probe.style.setProperty("forced-color-adjust", "none"); // a system's few colours would make all numbers one
  root.append(probe);
  let known = "";
  /** @type {{ signed: Uint8ClampedArray, plain: Uint8ClampedArray }} */
  let shades = { signed: new Uint8ClampedArray(4 * SHADES), plain: new Uint8ClampedArray(4 * SHADES) };

  let lines = { absent: "", gap: "" };

  /** @param {string} color */
  function resolved(color) {
    probe.style.color = color;
    return getComputedStyle(probe).color;
  }

  /** @param {string[]} colors evenly apart */
  function ramp(colors) {
    const canvas = document.createElement("canvas");
    canvas.width = SHADES;
    canvas.height = 1;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const gradient = context.createLinearGradient(0.5, 0, SHADES - 0.5, 0);
    const stops = (colors.length - 1) * STEPS;
    for (let i = 0; i <= stops; i++) {
      const [from, part] = [Math.min(colors.length - 2, Math.floor(i / STEPS)), i / STEPS];
      const mix = `color-mix(in oklab, ${colors[from]}, ${colors[from + 1]} ${100 * (part - from)}%)`;
      gradient.addColorStop(i / stops, resolved(mix));
    }
    context.fillStyle = gradient;
    context.fillRect(0, 0, SHADES, 1);
    return context.getImageData(0, 0, SHADES, 1).data;
  }

  return {
    /** Reads the style sheet again; true where its colours are others than before. */
    renew() {
      const now = ["var(--heat-zero)", "var(--heat-high)", "var(--ink-soft)", "var(--surface)"].map(resolved).join();
      if (now === known) return false;
      known = now;
      lines = { absent: resolved("var(--ink-soft)"), gap: resolved("var(--surface)") };
      shades = {
        signed: ramp(["var(--heat-negative)", "var(--heat-zero)", "var(--heat-positive)"]),
        plain: ramp(["var(--heat-zero)", "var(--heat-high)"]),
      };
      return true;
    },
    /** The colours of the lines through a cell that is not there, and between cells. */
    get lines() {
      return lines;
    },
    /**
     * Writes the colour of a number as four bytes.
     *
     * @param {Uint8ClampedArray} to @param {number} at
     * @param {number} x
     * @param {number} limit where the colours end
     * @param {boolean} signed
     */
    write(to, at, x, limit, signed) {
      const share = limit > 0 ? (signed ? (x / limit + 1) / 2 : x / limit) : signed ? 0.5 : 0;
      const shade = Math.round(Math.min(1, Math.max(0, share)) * (SHADES - 1));
      const table = signed ? shades.signed : shades.plain;
      for (let i = 0; i < 4; i++) to[at + i] = table[4 * shade + i];
    },
  };
}

/** @typedef {ReturnType<typeof createPalette>} Palette */

/**
 * Tells where the page has other colours than before.
 *
 * @param {Palette} palette @param {() => void} changed @param {AbortSignal} signal
 */
export function watchColours(palette, changed, signal) {
  const look = () => void (palette.renew() && changed());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", look, { signal });
  const themes = new MutationObserver(look);
  themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  signal.addEventListener("abort", () => themes.disconnect());
}
