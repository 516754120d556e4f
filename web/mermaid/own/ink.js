/**
 * Which ink can be read on the colour that an author gave to an element without saying the colour of its words.
 *
 * @param {SVGGElement} group in the document
 * @returns {"dark" | "light" | null} null where the page's own ink is right
 */
export function inkOn(group) {
  const filled = [...group.querySelectorAll("[style], [fill]")].find((one) => one instanceof SVGGeometryElement && ownFill(one));
  const words = group.querySelector("foreignObject [style]");
  if (!filled || (words instanceof HTMLElement && words.style.color)) return null;
  const light = lightness(getComputedStyle(filled).fill);
  return light === null ? null : light > 0.4 ? "dark" : "light";
}

/** @param {SVGGeometryElement} shape */
const ownFill = ({ style }) => style.fill !== "" && style.fill !== "none";

/**
 * The relative luminance of a colour as getComputedStyle gives it. Source: WCAG 2.2, relative luminance.
 *
 * @param {string} colour
 * @returns {number | null} null where it is not opaque or not understood
 */
export function lightness(colour) {
  const match = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(colour);
  if (!match) return null;
  const [r, g, b] = match.slice(1).map((part) => {
    const c = Number(part) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
