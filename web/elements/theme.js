import { el } from "../kit/dom.js";

/**
 * Keeps an element light or dark: as it is told, else as what stands behind it on the host page is.
 *
 * @param {HTMLElement} element
 * @param {AbortSignal} signal
 */
export function followTheme(element, signal) {
  const seen = new MutationObserver(show);
  const { documentElement, body } = element.ownerDocument;
  for (const root of [documentElement, body]) seen.observe(root, { attributes: true });
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", show, { signal });
  element.ownerDocument.addEventListener("transitionend", ({ propertyName }) => propertyName === "background-color" && show(), { signal }); // seen so far: its beginning
  signal.addEventListener("abort", () => seen.disconnect());
  show();

  function show() {
    const told = element.getAttribute("theme");
    const theme = told === "light" || told === "dark" ? told : behind(element) ?? "auto";
    if (theme !== element.dataset.theme) element.dataset.theme = theme; // who watches it is told of changes alone
  }

  return show;
}

/**
 * Whether what stands behind an element is light or dark; null where nothing has a colour there.
 *
 * @param {HTMLElement} element
 */
function behind(element) {
  for (let at = parentOf(element); at; at = parentOf(at)) {
    const [r, g, b, alpha = 1] = inRGB(getComputedStyle(at).backgroundColor, element);
    if (alpha < 0.5) continue;
    // Source: relative luminance, ITU-R BT.709, of values that are not linear: enough to tell dark from light.
    return 0.2126 * r + 0.7152 * g + 0.0722 * b < 0.5 ? "dark" : "light";
  }
  return null;
}

/** Red, green and blue of a colour in any space that CSS has, and its alpha: the browser converts it. @param {string} color @param {HTMLElement} element */
function inRGB(color, element) {
  const probe = el("i");
  probe.style.backgroundColor = `color-mix(in srgb, ${color}, ${color})`;
  element.shadowRoot?.append(probe);
  const numbers = getComputedStyle(probe).backgroundColor.match(/-?[\d.]+(e[+-]?\d+)?|none/g) ?? [];
  probe.remove();
  return numbers.map((number) => Number(number) || 0);
}

/** @param {Element} element */
function parentOf(element) {
  const root = element.getRootNode();
  return element.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
}
