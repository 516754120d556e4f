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
  signal.addEventListener("abort", () => seen.disconnect());
  show();

  function show() {
    const told = element.getAttribute("theme");
    element.dataset.theme = told === "light" || told === "dark" ? told : behind(element) ?? "auto";
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
    const [r, g, b, alpha = 1] = getComputedStyle(at).backgroundColor.match(/[\d.]+/g)?.map(Number) ?? [];
    if (alpha < 0.5 || b === undefined) continue;
    // Source: relative luminance, ITU-R BT.709, of values that are not linear: enough to tell dark from light.
    const scale = /^rgb/.test(getComputedStyle(at).backgroundColor) ? 255 : 1;
    return (0.2126 * r + 0.7152 * g + 0.0722 * b) / scale < 0.5 ? "dark" : "light";
  }
  return null;
}

/** @param {Element} element */
function parentOf(element) {
  const root = element.getRootNode();
  return element.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
}
