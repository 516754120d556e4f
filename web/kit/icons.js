/** @import {Attributes} from "./dom.js" */
import { el } from "./dom.js";

const svg = "http://www.w3.org/2000/svg";

/**
 * One icon of the set in index.html; hidden from assistive technology, since its button has a name.
 *
 * @param {string} name
 */
export function icon(name) {
  const element = document.createElementNS(svg, "svg");
  element.setAttribute("class", "icon");
  element.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(svg, "use");
  use.setAttribute("href", `#icon-${name}`);
  element.append(use);
  return element;
}

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
