/** @import {Strings} from "../i18n/en.js" */
/** @import {Source} from "../run/session.js" */
import { el, send } from "../kit/dom.js";
import { listedModels } from "../client/manifest.js";
import { memoryOf } from "../client/memory.js";
import { modelInAddress } from "../kit/address.js";
import { sizeWords } from "../kit/numbers.js";
import { readUsed, withUsed } from "../kit/recent.js";
import { recall, remember } from "../kit/store.js";
import { label } from "../kit/text.js";

/**
 * The default model, the others of models/manifest.json, and those that were used on this device. Sends "model" with an address, "defaultmodel", and
 * "pickmodel" for a model whose files must be chosen again.
 *
 * @param {HTMLElement} root
 * @param {{ strings: Strings["model"], signal: AbortSignal }} options
 */
export function mountRecentModels(root, { strings, signal }) {
  const heading = el("h2", { id: "recent-title", text: strings.list });
  const list = el("ul", { class: "recent", "aria-labelledby": "recent-title" });
  const clear = el("button", { type: "button", class: "quiet", text: strings.clearUsed });
  clear.addEventListener("click", forget, { signal });
  root.append(el("div", { class: "field-head" }, heading, clear), list);
  let used = readUsed(recall("models", []));
  /** @type {{ name: string, address: string | undefined } | null} the model that the page has; address undefined: the default one */
  let current = null;
  /** @type {import("../client/manifest.js").Listed[]} what the site has, the default one first */
  let listed = [];
  show();
  root.closest("[popover]")?.addEventListener("beforetoggle", look, { once: true, signal });

  async function look() {
    listed = await listedModels(signal).catch(() => []); // without them the rest is there
    if (listed.length > 0) show();
  }

  function forget() {
    used = [];
    remember("models", used);
    show();
    list.querySelector("button")?.focus(); // the button that had it is gone
  }

  function show() {
    const first = current !== null && current.address === undefined;
    const name = label(listed[0]?.name ?? (first ? current?.name ?? "" : ""));
    const facts = [name && strings.defaultModel, listed[0] ? factsOf(listed[0]) : ""].filter(Boolean).join(", ");
    list.replaceChildren(entry(name || strings.defaultModel, facts, first, () => send(root, "defaultmodel")));
    for (const model of listed.slice(1)) {
      const { name, url } = model;
      list.append(entry(label(name) || url, factsOf(model), current?.address === url, () => send(root, "model", url)));
    }
    for (const { name, address } of used.filter(({ address }) => !listed.some(({ url }) => url === address))) {
      const url = address === "" ? "" : modelInAddress({ search: `?${new URLSearchParams({ model: address })}`, href: location.href });
      if (url === null || url === undefined) continue;
      const now = current?.address === address && (address !== "" || current.name === name);
      list.append(entry(label(name), url || strings.fromFiles, now, () => (url ? send(root, "model", url) : send(root, "pickmodel"))));
    }
    clear.hidden = used.length === 0;
  }

  /** What is known of a model before it is fetched. @param {import("../client/manifest.js").Listed} model */
  function factsOf({ name, bytes, parameters, licence }) {
    return [
      Object.hasOwn(strings.purpose, name) ? strings.purpose[name] : "",
      parameters >= 0 ? strings.parameters(parameters) : "",
      bytes >= 0 ? strings.download(sizeWords(bytes)) : "",
      bytes >= 0 ? strings.memory(sizeWords(memoryOf(bytes))) : "",
      label(licence),
    ].filter(Boolean).join(", ");
  }

  /** @param {string} name @param {string} from @param {boolean} now @param {() => void} does */
  function entry(name, from, now, does) {
    const words = [el("span", { class: "recent-name", dir: "auto", text: name })];
    if (from) words.push(el("span", { class: "recent-from", text: label(from) }));
    const button = el("button", { type: "button", class: "recent-model", title: from, "aria-current": now ? "true" : null }, ...words);
    button.addEventListener("click", does, { signal });
    return el("li", {}, button);
  }

  return {
    /**
     * The page has loaded a model.
     *
     * @param {string} name
     * @param {Source} source
     */
    add(name, source) {
      const address = typeof source === "object" ? "" : source;
      current = { name, address };
      const stored = typeof source === "object" && source.stored; // which has a list of its own
      if (address !== undefined && !stored) {
        used = withUsed(used, { name, address });
        remember("models", used);
      }
      show();
    },
  };
}
