/** @import {EngineInfo} from "../vitrine.js" */
/** @import {Strings} from "../i18n/en.js" */
import { el, send } from "../kit/dom.js";

/**
 * The prompt with its examples. Sends "promptinput" { text } whenever the text changes.
 *
 * @param {HTMLElement} root
 * @param {object} options
 * @param {Pick<Strings["prompt"], "label" | "placeholder" | "examples" | "exampleTexts">} options.strings
 * @param {string} options.text
 * @param {(root: HTMLElement, area: HTMLTextAreaElement) => { show: (added: EngineInfo["addedTokens"]) => void }} options.special
 *   mounts what types the model's added tokens
 * @param {AbortSignal} options.signal
 */
export function mountPrompt(root, { strings, text, special, signal }) {
  const count = el("span", { class: "count", id: "prompt-count" });
  const error = el("p", { class: "error", id: "prompt-error", hidden: true });
  const area = el("textarea", {
    id: "prompt",
    rows: 3,
    placeholder: strings.placeholder,
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    dir: "auto",
    "aria-describedby": "prompt-count prompt-error",
  });
  area.value = text;
  area.addEventListener("input", () => changed(), { signal });

  const examples = el("ul", { class: "examples", "aria-label": strings.examples });
  for (const example of strings.exampleTexts) {
    const button = el("button", { type: "button", class: "example", text: example });
    button.addEventListener("click", () => take(example, button), { signal });
    examples.append(el("li", {}, button));
  }
  const head = el("div", { class: "field-head" }, el("label", { for: "prompt", text: strings.label }));
  const added = special(head, area);
  head.append(count);
  root.append(
    head,
    area,
    error,
    examples,
  );

  function changed() {
    setError("");
    send(root, "promptinput", { text: area.value });
  }

  /**
   * Puts an example in as if it were typed, so that undo brings back what was there.
   *
   * @param {string} example
   * @param {HTMLElement} button
   */
  function take(example, button) {
    if (area.value === example) return;
    area.focus({ preventScroll: true });
    area.select();
    if (!document.execCommand("insertText", false, example)) {
      area.value = example;
      changed();
    }
    button.focus();
  }

  /** @param {string} message empty: the prompt is fine */
  function setError(message) {
    error.textContent = message;
    error.hidden = message === "";
    area.setAttribute("aria-invalid", String(message !== ""));
  }

  return {
    value: () => area.value,
    /** @param {string} text */
    set(text) {
      area.value = text;
      changed();
    },
    focus: () => area.focus(),
    setError,
    setSpecial: added.show,
    /**
     * @param {string} words how long the prompt is
     * @param {boolean} over whether that is too long
     */
    setCount(words, over) {
      count.textContent = words;
      count.classList.toggle("over", over);
    },
  };
}
