/** @import {Attributes} from "./dom.js" */
import { el, svgEl } from "./dom.js";

/**
 * One icon of the set in index.html; hidden from assistive technology, since its button has a name.
 *
 * @param {string} name
 */
export const icon = (name) => svgEl("svg", { class: "icon", "aria-hidden": "true" }, svgEl("use", { href: `#icon-${name}` }));

/**
 * Shows another icon in the same place.
 *
 * @param {Element} parent holds one icon
 * @param {string} name
 */
export function setIcon(parent, name) {
  parent.querySelector("use")?.setAttribute("href", `#icon-${name}`);
}

/**
 * A button that shows only an icon; `label` is its name and its tooltip.
 *
 * @param {string} name
 * @param {string} label
 * @param {Attributes} [attributes]
 */
export function iconButton(name, label, attributes = {}) {
  return el("button", { type: "button", class: "tool", "aria-label": label, title: label, ...attributes }, icon(name));
}
