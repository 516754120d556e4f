/** @import {Strings} from "../i18n/en.js" */
import { el, send } from "../kit/dom.js";
import { icon, setIcon } from "../kit/icons.js";

/**
 * The one primary button: Generate, and Stop while a run is under way. Sends "generate" and "stop".
 *
 * @param {HTMLElement} root
 * @param {{ strings: Strings["run"], signal: AbortSignal }} options
 */
export function mountRunButton(root, { strings, signal }) {
  let running = false;
  const label = el("span", {});
  const key = el("kbd", { "aria-hidden": "true" });
  const button = el("button", { type: "button", class: "primary", id: "generate" }, icon("play"), label, key);
  button.addEventListener("click", () => send(root, running ? "stop" : "generate"), { signal });
  root.append(button);
  show(false);

  /** @param {boolean} now whether a run is under way */
  function show(now) {
    running = now;
    button.dataset.running = String(now);
    label.textContent = now ? strings.stop : strings.generate;
    key.textContent = now ? strings.stopKey : strings.generateKey;
    setIcon(button, now ? "stop" : "play");
  }

  return { show };
}
