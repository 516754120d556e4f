/** @typedef {Record<string, string | number | boolean | null | undefined>} Attributes `text` sets textContent; false and null leave an attribute out */

/**
 * Makes an element.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Attributes} [attributes]
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") element.textContent = String(value);
    else if (name === "style") element.style.cssText = String(value); // a strict policy forbids the attribute, not the property
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

/**
 * Makes an element of a picture.
 *
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number>} [attributes]
 * @param {Node[]} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function svgEl(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/**
 * Sends an event up from a view.
 *
 * @param {EventTarget} target
 * @param {string} type
 * @param {unknown} [detail]
 */
export function send(target, type, detail) {
  target.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
}

/**
 * The element that has the focus, as it is seen from a part of the page: in the shadow tree that the part is in, where it
 * is in one.
 *
 * @param {Element} part
 */
export const focusIn = (part) => /** @type {Document | ShadowRoot} */ (part.getRootNode()).activeElement ?? null;

/**
 * The focus, while it is in a part of the page that comes and goes: left alone it would be lost with that part.
 *
 * @param {HTMLElement} root of the part
 */
export function focusWithin(root) {
  /** @type {Element | null} */
  let before = null;
  const within = () => root.contains(document.activeElement);

  return {
    /** The part comes. */
    remember() {
      if (!within()) before = document.activeElement;
    },
    /** The part goes. @param {() => void} hide */
    giveBack(hide) {
      const [lost, back] = [within(), before];
      hide();
      if (!lost || !(back instanceof HTMLElement || back instanceof SVGElement)) return;
      if (back.isConnected) back.focus();
      else requestAnimationFrame(() => requestAnimationFrame(() => back.focus())); // the picture has its old width by then, and is drawn for it
    },
  };
}

/**
 * The element with this id; index.html has it.
 *
 * @param {string} id
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no #${id}`);
  return element;
}

/**
 * Listens for an event that `send` or a service sent.
 *
 * @template T
 * @param {EventTarget} target
 * @param {string} type
 * @param {(detail: T) => void} does
 * @param {AbortSignal} signal
 */
export function listen(target, type, does, signal) {
  target.addEventListener(type, (event) => does(/** @type {CustomEvent<T>} */ (event).detail), { signal });
}
