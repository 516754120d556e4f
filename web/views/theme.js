/** @import {Strings} from "../i18n/en.js" */
import { iconButton, setIcon } from "../kit/icons.js";
import { recall, remember } from "../kit/store.js";

/** @typedef {"system" | "light" | "dark"} Theme */

/** @type {Theme[]} */
const themes = ["system", "light", "dark"];

/**
 * A button that goes through system, light and dark, and remembers the choice.
 *
 * @param {HTMLElement} root the button is appended to it
 * @param {{ strings: Strings["theme"], signal: AbortSignal }} options
 */
export function mountTheme(root, { strings, signal }) {
  const stored = /** @type {Theme} */ (recall("theme", "system"));
  let theme = themes.includes(stored) ? stored : "system";
  const button = iconButton(theme, strings.label(theme));
  button.addEventListener("click", next, { signal });
  root.append(button);
  show();

  function next() {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    remember("theme", theme);
    show();
  }

  function show() {
    document.documentElement.dataset.theme = theme;
    button.ariaLabel = button.title = strings.label(theme);
    setIcon(button, theme);
  }
}
