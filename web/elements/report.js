/**
 * An event of an element, for the page: it goes out of the shadow tree that the element may stand in.
 *
 * @param {HTMLElement} element
 * @param {string} type
 * @param {object} detail
 */
export function report(element, type, detail) {
  element.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true, detail }));
}
