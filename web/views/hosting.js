/** @import {HostStrings} from "../i18n/host-en.js" */
import { el } from "../kit/dom.js";

/**
 * What the page can do at the place where it is: without a network, and with how many threads.
 *
 * @param {HTMLElement} root
 * @param {{ strings: HostStrings["hosting"] }} options
 */
export function mountHosting(root, { strings }) {
  const kept = el("p", { class: "hint", id: "hosting-kept" });
  const threads = el("p", { class: "hint", id: "hosting-threads" });
  root.append(el("h3", { text: strings.title }), kept, threads);

  return {
    /** @param {string} words whether the page is on the device */
    setKept(words) {
      kept.textContent = words;
    },
    /** @param {string} words how many threads compute, and why not more */
    setThreads(words) {
      threads.textContent = words;
    },
  };
}
