/**
 * Keyboard shortcuts of the page. Single keys work only where `place` has the focus: a letter that is typed, or spoken,
 * elsewhere changes nothing (WCAG 2.1.4).
 *
 * @param {object} options
 * @param {() => void} options.generate Ctrl+Enter or Cmd+Enter
 * @param {() => boolean} options.stop Escape; false where nothing was running
 * @param {Record<string, () => void>} options.anywhere by KeyboardEvent.key, with "Shift " before it where that is held
 * @param {Record<string, () => void>} options.single by KeyboardEvent.key, letters in lower case
 * @param {() => boolean} options.singleOn
 * @param {HTMLElement} options.place
 * @param {AbortSignal} options.signal
 */
export function listenToKeys({ generate, stop, anywhere, single, singleOn, place, signal }) {
  window.addEventListener(
    "keydown",
    (event) => {
      const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
      if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
      if (key === "Enter" && (ctrlKey || metaKey)) run(event, generate);
      else if (key === "Escape" && !document.querySelector(":popover-open") && stop()) event.preventDefault();
      else if (!ctrlKey && !metaKey && !altKey) {
        const does = anywhere[shiftKey ? `Shift ${key}` : key] ?? (singleOn() && place.contains(document.activeElement) ? single[key.toLowerCase()] : undefined);
        if (does) run(event, does);
      }
    },
    { signal },
  );
}

/** @param {KeyboardEvent} event @param {() => void} does */
function run(event, does) {
  event.preventDefault();
  does();
}
