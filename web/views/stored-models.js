/** @import {StoredModel} from "../vitrine.d.ts" */
/** @import {Strings} from "../i18n/en.js" */
import { storedModels } from "../client/stored.js";
import { el, send } from "../kit/dom.js";
import { size } from "../kit/numbers.js";
import { label } from "../kit/text.js";

/**
 * The models that are kept on this device, with their sizes; each can be opened, and deleted. Sends "model" with Files,
 * and "storedchange".
 *
 * @param {HTMLElement} root
 * @param {{ strings: Strings["model"], signal: AbortSignal }} options
 */
export function mountStoredModels(root, { strings, signal }) {
  const heading = el("h2", { id: "stored-title", text: strings.stored });
  const room = el("span", { class: "hint" });
  const list = el("ul", { class: "recent", "aria-labelledby": "stored-title" });
  const wrong = el("p", { class: "error", role: "status" });
  root.hidden = true;
  root.append(el("div", { class: "field-head" }, heading, room), list, wrong);

  async function show() {
    const models = await storedModels();
    if (signal.aborted) return;
    root.hidden = models.length === 0 && wrong.textContent === "";
    list.replaceChildren(...models.map(entry));
    const all = models.reduce((sum, { bytes }) => sum + bytes, 0);
    room.textContent = words(all);
  }

  /** @param {StoredModel} model */
  function entry(model) {
    const name = label(model.name) || strings.button;
    const from = el("span", { class: "recent-from", text: `${words(model.bytes)}${model.url ? `, ${label(new URL(model.url).host)}` : ""}` });
    const open = el("button", { type: "button", class: "recent-model" }, el("span", { class: "recent-name", dir: "auto", text: name }), from);
    const remove = el("button", { type: "button", class: "quiet", "aria-label": strings.deleteStored(name), text: strings.delete });
    open.addEventListener("click", () => take(model), { signal });
    remove.addEventListener("click", () => forget(model), { signal });
    return el("li", { class: "stored-model" }, open, remove);
  }

  /** @param {StoredModel} model */
  async function take(model) {
    try {
      wrong.textContent = "";
      send(root, "model", { files: [await model.file()], folder: "", stored: true });
    } catch {
      wrong.textContent = strings.storedGone;
      await show();
    }
  }

  /** @param {StoredModel} model */
  async function forget(model) {
    await model.delete();
    await show();
    send(root, "storedchange");
    const next = list.querySelector("button") ?? root.parentElement?.querySelector("button"); // the button that had the focus is gone
    next?.focus();
  }

  return { show };
}

/** @param {number} bytes */
function words(bytes) {
  const { value, unit } = size(bytes);
  return `${value} ${unit}`;
}
