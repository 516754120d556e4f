/** @import {EngineInfo, Quantized} from "../vitrine.js" */
/** @import {Strings} from "../i18n/en.js" */
import { el, send } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { count, sizeWords } from "../kit/numbers.js";
import { label } from "../kit/text.js";
import { modelInAddress } from "../kit/address.js";

/**
 * The model's name and state in the header; behind it, what the model is, and how to open another. Sends "model" with
 * Files or an address.
 *
 * @param {HTMLElement} root
 * @param {{ strings: Strings["model"], signal: AbortSignal }} options
 */
export function mountModelMenu(root, { strings, signal }) {
  const name = el("span", { class: "model-name", text: strings.button });
  const state = el("span", { class: "model-state", text: strings.loading });
  const button = el("button", { type: "button", class: "model-button", popovertarget: "model-menu" }, name, state, icon("down"));
  const facts = el("dl", { class: "facts" });
  const about = el("span");
  const what = el("details", { hidden: true }, el("summary", {}, icon("down"), about), facts);
  const picker = el("input", { type: "file", accept: ".gguf,.safetensors,.json,.txt", multiple: true, hidden: true, "aria-label": strings.open });
  const open = el("button", { type: "button", class: "secondary" }, icon("file"), el("span", { text: strings.open }));
  const save = el("a", { class: "secondary", hidden: true }, icon("save"), el("span", { text: strings.save }));
  const notes = el("ul", { class: "hint notes" });
  const address = el("input", { type: "text", id: "model-address", inputmode: "url", autocomplete: "off", spellcheck: "false", placeholder: strings.addressHint, "aria-describedby": "model-address-error" });
  const wrong = el("p", { class: "error", id: "model-address-error" });
  const load = el("button", { type: "submit", class: "secondary", text: strings.load });
  const form = el("form", { class: "address" }, el("label", { for: "model-address", text: strings.address }), address, load, wrong);
  const hint = el("p", { class: "hint", text: strings.openHint });
  const recent = el("div", { class: "recent-models" });
  const stored = el("div", { class: "recent-models" });
  const hub = el("div", { class: "recent-models" });
  const menu = el("div", { class: "model-menu", id: "model-menu", popover: "auto" }, what, save, notes, recent, stored, hub, open, picker, hint, form);
  root.append(button, menu);

  menu.addEventListener("beforetoggle", () => menu.style.setProperty("--left", `${button.getBoundingClientRect().left}px`), { signal });
  for (const chosen of ["model", "defaultmodel"]) menu.addEventListener(chosen, () => menu.hidePopover(), { signal });
  menu.addEventListener("pickmodel", pick, { signal });
  open.addEventListener("click", pick, { signal });
  picker.addEventListener("change", take, { signal });
  form.addEventListener("submit", loadAddress, { signal });
  address.addEventListener("input", () => setWrong(""), { signal });

  function pick() {
    picker.click();
  }

  function take() {
    const files = [...(picker.files ?? [])];
    picker.value = ""; // so that the same files can be taken again
    menu.hidePopover();
    if (files.length > 0) send(root, "model", { files, folder: "" });
  }

  /** @param {SubmitEvent} event */
  function loadAddress(event) {
    event.preventDefault();
    const url = modelInAddress({ search: `?${new URLSearchParams({ model: address.value.trim() })}`, href: location.href });
    if (!url) return setWrong(strings.addressError);
    menu.hidePopover();
    send(root, "model", url);
  }

  /** @param {string} words "" where nothing is wrong */
  function setWrong(words) {
    wrong.textContent = words;
    address.ariaInvalid = String(words !== "");
    wrong.scrollIntoView({ block: "nearest" });
  }

  /** @param {Quantized | null} quantized */
  function setQuantized(quantized) {
    if (save.href) URL.revokeObjectURL(save.href);
    save.hidden = !quantized;
    if (quantized) save.href = URL.createObjectURL(quantized.file);
    else save.removeAttribute("href");
    save.download = quantized?.file.name ?? "";
  }

  return {
    pick,
    /** Where the models that were used are listed. */
    recent,
    /** Where the models that are kept on the device are listed. */
    stored,
    /** Where the models of a hub are listed. */
    hub,
    /** @param {string} words what the model is doing when it is not simply there */
    setState(words) {
      state.textContent = words;
    },
    /** @param {EngineInfo} info @param {Quantized | null} quantized */
    setInfo(info, quantized) {
      setQuantized(quantized);
      notes.replaceChildren(...[...(quantized?.notes ?? []), ...info.notes].map((text) => el("li", { text })));
      const file = sizeWords(info.bytes);
      name.textContent = label(info.name);
      const place = info.from === "stored" ? strings.fromDevice : quantized ? strings.quantized : info.stored || info.from === "file" ? strings.onDevice : strings.inMemory;
      state.textContent = `${file}, ${place}`;
      const rows = {
        name: label(info.name),
        parameters: count(info.parameters),
        file,
        weights: info.weights,
        architecture: info.architecture,
        layers: count(info.layers),
        heads: count(info.heads),
        embedding: count(info.embedding),
        feedForward: count(info.feedForward),
        context: strings.tokens(info.context),
        vocabulary: strings.tokens(info.vocabulary),
        activation: info.activation,
        position: info.position,
        head: info.tiedHead ? strings.tied : strings.untied,
        engine: info.simd ? strings.simd : strings.portable,
        threads: info.threads,
      };
      what.hidden = false;
      about.textContent = strings.about(info.parameters, info.weights);
      facts.replaceChildren();
      for (const [key, value] of Object.entries(rows)) {
        facts.append(el("dt", { text: strings.facts[/** @type {keyof typeof rows} */ (key)] }), el("dd", { text: value }));
      }
    },
  };
}
