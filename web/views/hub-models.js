/** @import {Strings} from "../i18n/en.js" */
/** @import {HubModel} from "../client/hub.js" */
import { hubModels, weightsAt } from "../client/hub.js";
import { roomHere } from "../client/memory.js";
import { storedModels } from "../client/stored.js";
import { el, send } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { count } from "../kit/numbers.js";

/**
 * GPT-2 from the Hugging Face Hub: what each model is, and a button that fetches it. Nothing is asked of the hub before
 * one is pressed. Sends "model" with an address.
 *
 * @param {HTMLElement} root
 * @param {{ hub: string, strings: Strings["hub"], signal: AbortSignal }} options
 */
export function mountHubModels(root, { hub, strings, signal }) {
  const { host } = new URL(hub);
  const list = el("ul", { class: "hub-models", "aria-label": strings.title(host) });
  const id = el("input", { type: "text", id: "hub-id", autocomplete: "off", autocapitalize: "off", spellcheck: "false", placeholder: strings.idHint, "aria-describedby": "hub-id-error" });
  const wrong = el("p", { class: "error", id: "hub-id-error" });
  const fetchIt = el("button", { type: "submit", class: "secondary", "aria-label": strings.fetch(host), text: strings.download });
  const form = el("form", { class: "address" }, el("label", { for: "hub-id", text: strings.id }), id, fetchIt, wrong);
  root.append(el("details", {}, el("summary", {}, icon("down"), el("span", { text: strings.title(host) })), el("p", { class: "hint", text: strings.hint(host) }), list, form));
  form.addEventListener("submit", take, { signal });
  id.addEventListener("input", () => say(""), { signal });
  list.replaceChildren(...hubModels.map((model) => entry(model, false)));

  /** @param {SubmitEvent} event */
  function take(event) {
    event.preventDefault();
    const address = weightsAt(hub, id.value.trim());
    if (!address) return say(strings.idError);
    send(root, "model", address);
  }

  /** @param {string} words "" where nothing is wrong */
  function say(words) {
    wrong.textContent = words;
    id.ariaInvalid = String(words !== "");
  }

  /** @param {HubModel} model @param {boolean} here whether the device has it */
  function entry(model, here) {
    const room = roomHere();
    const fits = model.memory <= room;
    const smaller = hubModels.findLast(({ memory }) => memory <= room)?.id ?? "";
    const facts = { parameters: strings.millions(Math.round(model.parameters / 1e6)), download: words(model.download), stored: words(model.stored), memory: words(model.memory) };
    const button = el("button", { type: "button", class: "secondary", disabled: !fits, "aria-label": `${model.id}: ${here ? strings.open : strings.fetch(host)}`, text: here ? strings.open : strings.download });
    button.addEventListener("click", () => send(root, "model", weightsAt(hub, model.id)), { signal });
    const why = fits ? [] : [el("p", { class: "error", text: strings.tooLarge(words(room), smaller) })];
    const list = el("dl", { class: "hub-facts" });
    for (const [key, value] of Object.entries(facts)) {
      list.append(el("div", {}, el("dt", { text: strings.facts[/** @type {keyof typeof facts} */ (key)] }), el("dd", { text: value })));
    }
    return el("li", {}, el("div", { class: "hub-head" }, el("div", {}, el("p", { class: "hub-name", text: model.id }), el("p", { class: "hint", text: strings.licence(model.licence) })), button), list, ...why);
  }

  return {
    /** What the device has may have changed. */
    async show() {
      const here = new Set((await storedModels()).map(({ url }) => url));
      if (!signal.aborted) list.replaceChildren(...hubModels.map((model) => entry(model, here.has(weightsAt(hub, model.id) ?? ""))));
    },
  };
}

/** @param {number} bytes */
const words = (bytes) => `${count(Math.round(bytes / 1e6))} MB`;
