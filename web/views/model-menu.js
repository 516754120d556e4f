/** @import {EngineInfo} from "../vitrine.js" */
/** @import {Strings} from "../i18n/en.js" */
import { el, icon, send } from "./kit.js";
import { size } from "./format.js";

/**
 * The model's name and state in the header; behind it, what the model is, and the file picker. Sends "modelfile" File.
 *
 * @param {HTMLElement} root
 * @param {{ strings: Strings["model"], signal: AbortSignal }} options
 */
export function mountModelMenu(root, { strings, signal }) {
  const name = el("span", { class: "model-name", text: strings.button });
  const state = el("span", { class: "model-state", text: strings.loading });
  const button = el("button", { type: "button", class: "model-button", popovertarget: "model-menu" }, name, state, icon("down"));
  const facts = el("dl", { class: "facts" });
  const picker = el("input", { type: "file", accept: ".gguf", hidden: true, "aria-label": strings.open });
  const open = el("button", { type: "button", class: "secondary" }, icon("file"), el("span", { text: strings.open }));
  const menu = el("div", { class: "model-menu", id: "model-menu", popover: "auto" }, facts, open, el("p", { class: "hint", text: strings.openHint }), picker);
  root.append(button, menu);

  menu.addEventListener("beforetoggle", () => menu.style.setProperty("--left", `${button.getBoundingClientRect().left}px`), { signal });
  open.addEventListener("click", pick, { signal });
  picker.addEventListener("change", take, { signal });

  function pick() {
    picker.click();
  }

  function take() {
    const file = picker.files?.[0];
    picker.value = ""; // so that the same file can be taken again
    menu.hidePopover();
    if (file) send(root, "modelfile", file);
  }

  return {
    pick,
    /** @param {string} words what the model is doing when it is not simply there */
    setState(words) {
      state.textContent = words;
    },
    /** @param {EngineInfo} info */
    setInfo(info) {
      const { value, unit } = size(info.bytes);
      name.textContent = info.name;
      state.textContent = `${value} ${unit}, ${strings.onDevice}`;
      const rows = {
        name: info.name,
        parameters: info.parameters.toLocaleString("en"),
        file: `${value} ${unit}`,
        weights: info.weights,
        architecture: info.architecture,
        layers: info.layers,
        heads: info.heads,
        embedding: info.embedding,
        feedForward: info.feedForward,
        context: strings.tokens(info.context),
        vocabulary: strings.tokens(info.vocabulary),
        activation: info.activation,
        position: info.position,
        head: info.tiedHead ? strings.tied : strings.untied,
        engine: info.simd ? strings.simd : strings.portable,
        threads: info.threads,
      };
      facts.replaceChildren();
      for (const [key, value] of Object.entries(rows)) {
        facts.append(el("dt", { text: strings.facts[/** @type {keyof typeof rows} */ (key)] }), el("dd", { text: value }));
      }
    },
  };
}
