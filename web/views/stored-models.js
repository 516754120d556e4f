/** @import {StoredModel} from "../vitrine.d.ts" */
/** @import {Strings} from "../i18n/en.js" */
import { begunDownloads, dropBegun } from "../client/begun.js";
import { modelAt } from "../client/kinds.js";
import { storedModels } from "../client/stored.js";
import { el, send } from "../kit/dom.js";
import { size, sizeWords } from "../kit/numbers.js";
import { label } from "../kit/text.js";

/**
 * The models that are kept on this device, with their sizes, and the downloads that were cut off; each can be opened, or
 * gone on with, and deleted. Sends "model" with Files or an address, and "storedchange".
 *
 * @param {HTMLElement} root
 * @param {{ strings: Strings["model"], signal: AbortSignal }} options
 */
export function mountStoredModels(root, { strings, signal }) {
  const heading = el("h2", { id: "stored-title", text: strings.stored });
  const room = el("span", { class: "hint" });
  const list = el("ul", { class: "stored", "aria-labelledby": "stored-title" });
  const wrong = el("p", { class: "error", role: "status" });
  root.hidden = true;
  root.append(el("div", { class: "field-head" }, heading, room), list, wrong);

  async function show() {
    const [models, begun] = await Promise.all([storedModels(), begunDownloads()]);
    if (signal.aborted) return;
    root.hidden = models.length + begun.length === 0 && wrong.textContent === "";
    list.replaceChildren(
      ...models.map((model) => entry(model.name, `${sizeWords(model.bytes)}${model.url ? `, ${label(new URL(model.url).host)}` : ""}`, () => take(model), () => model.delete())),
      ...begun.map(({ address, bytes, total }) => entry(modelAt(address), strings.begun(size(bytes, total).value, sizeWords(total)), () => send(root, "model", address), () => dropBegun(address))),
    );
    room.textContent = sizeWords([...models, ...begun].reduce((sum, { bytes }) => sum + bytes, 0));
  }

  /**
   * @param {string} told its name
   * @param {string} facts
   * @param {() => void} take
   * @param {() => Promise<void>} drop
   */
  function entry(told, facts, take, drop) {
    const name = label(told) || strings.button;
    const open = el("button", { type: "button", class: "recent-model" }, el("span", { class: "recent-name", dir: "auto", text: name }), el("span", { class: "recent-from", text: facts }));
    const remove = el("button", { type: "button", class: "quiet", "aria-label": strings.deleteStored(name), text: strings.delete });
    open.addEventListener("click", take, { signal });
    remove.addEventListener("click", () => forget(drop), { signal });
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

  /** @param {() => Promise<void>} drop */
  async function forget(drop) {
    await drop();
    await show();
    send(root, "storedchange");
    const next = list.querySelector("button") ?? root.parentElement?.querySelector("button"); // the button that had the focus is gone
    next?.focus();
  }

  return { show };
}
