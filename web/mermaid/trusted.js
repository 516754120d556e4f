import { TAGS } from "./own/clean.js";

/**
 * Where the page's policy wants trusted types, whatever code sets as HTML passes here. Of the page only Mermaid does, with
 * the labels of a diagram: they keep what shapes words, and nothing else. It is for a page of ours: another site's is
 * not to be changed.
 */
export function guardLabels() {
  const { trustedTypes } = globalThis;
  if (!trustedTypes) return;
  const labels = trustedTypes.createPolicy("vitrine-labels", { createHTML: (/** @type {string} */ html) => html });
  trustedTypes.createPolicy("default", { createHTML: (/** @type {string} */ html) => reduced(labels.createHTML(html)) });
}

/** @param {string} html trusted so far only to be parsed, in a document that runs and loads nothing */
function reduced(html) {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  for (const element of body.querySelectorAll("*")) {
    if (!TAGS.includes(element.localName)) element.replaceWith(element.textContent ?? "");
    else for (const { name } of [...element.attributes]) if (name !== "class") element.removeAttribute(name);
  }
  return body.innerHTML;
}
