/// <reference path="./files.d.ts" />
import diagram from "../styles/diagram.css" with { type: "text" };
import embed from "../styles/embed.css" with { type: "text" };
import own from "../styles/own.css" with { type: "text" };
import parts from "../styles/parts.css" with { type: "text" };
import tokens from "../styles/tokens.css" with { type: "text" };

/** What a host page may set, by a property of the same name with `--vitrine-` before it. */
const OPEN = /^(\s*--(paper|surface|ink|ink-soft|line|hairline|focus|font-ui|font-mono|radius): )(.*?);/gm;

/**
 * A style sheet of the page as one of an element: its root is the host, and the element in it, which a page's rule for all
 * elements does not reach. What the page measures by the reader's size of text is measured by --vitrine-rem, since the size
 * of the host page's root is that page's business.
 *
 * @param {string} css
 */
const hosted = (css) =>
  css
    .replace(OPEN, "$1var(--vitrine-$2, $3);")
    .replace(/:root(\[[^\]]*\])?/g, (_, attribute) => (attribute ? `:host(${attribute})` : ":host, .embed"))
    .split("\n")
    .map((line) => line.replace(/(-?[\d.]+)rem\b/g, (rem, n) => (/^@media/.test(line) ? rem : /^@container/.test(line) ? `${16 * n}px` : `calc(${n} * var(--vitrine-rem))`))) // queries know no properties
    .join("\n");

/** @type {WeakMap<Document, CSSStyleSheet>} */
const sheets = new WeakMap();

/**
 * The style sheet of all elements of a document, which takes none of another one. It is constructed: a policy of the host
 * page (style-src) is not about such.
 *
 * @param {Document} document that has a window
 */
export function elementSheet(document) {
  const sheet = sheets.get(document) ?? new (/** @type {Window & typeof globalThis} */ (document.defaultView)).CSSStyleSheet();
  if (!sheets.has(document)) sheet.replaceSync([tokens, parts, diagram, own, embed].map(hosted).join("\n"));
  sheets.set(document, sheet);
  return sheet;
}
