/** What may stand in a label: what only shapes words. No image, no link, no style of its own. */
export const TAGS = ["br", "p", "span", "div", "b", "i", "em", "strong", "u", "s", "del", "sub", "sup", "small", "code", "pre"];

const drawn = new Set([..."svg g path rect circle ellipse polygon polyline line text tspan marker defs foreignObject".split(" "), ...TAGS]);
const kept = new Set(
  ("class id d x y x1 y1 x2 y2 cx cy r rx ry width height points transform viewBox fill stroke stroke-width stroke-dasharray " +
    "stroke-linecap fill-rule fill-opacity opacity style text-anchor dy dx markerWidth markerHeight markerUnits orient refX refY " +
    "marker-start marker-end data-id xmlns").split(" "),
);

/**
 * Takes out of a picture that Mermaid has drawn whatever could do more than be looked at: elements and attributes that are
 * not known to be harmless, links (their words stay), and addresses in styles.
 *
 * @param {SVGSVGElement} svg in a document that runs and loads nothing
 */
export function clean(svg) {
  for (const link of svg.querySelectorAll("a")) link.replaceWith(...link.childNodes);
  for (const element of svg.querySelectorAll("*")) if (!drawn.has(element.localName)) element.remove();
  for (const element of [svg, ...svg.querySelectorAll("*")]) {
    for (const { name, value } of [...element.attributes]) {
      const local = /^url\(#[\w-]+\)$/.test(value); // a marker of the same picture
      if (!kept.has(name) || (!local && name !== "d" && /url\s*\(|image-set|expression|@import|\\/i.test(value))) element.removeAttribute(name);
    }
  }
}
