/**
 * Keyboard shortcuts of the page. Single keys work outside text fields only, and not while a dialog is open.
 *
 * @param {object} options
 * @param {() => void} options.generate Ctrl+Enter or Cmd+Enter
 * @param {() => boolean} options.stop Escape; false where nothing was running
 * @param {Record<string, () => void>} options.single by KeyboardEvent.key, letters in lower case
 * @param {() => boolean} options.singleOn
 * @param {AbortSignal} options.signal
 */
export function listenToKeys({ generate, stop, single, singleOn, signal }) {
  window.addEventListener(
    "keydown",
    (event) => {
      const { key, ctrlKey, metaKey, altKey } = event;
      if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
      if (key === "Enter" && (ctrlKey || metaKey)) run(event, generate);
      else if (key === "Escape" && !document.querySelector(":popover-open") && stop()) event.preventDefault();
      else if (!ctrlKey && !metaKey && !altKey && singleOn() && !takesText(event.target)) {
        const does = single[key.toLowerCase()];
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

/** @param {EventTarget | null} target */
function takesText(target) {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}
