/** @import { EmbedStrings } from "../i18n/embed-en.js" */
import { el } from "../kit/dom.js";
import { beside } from "./beside.js";

/** Somebody comes near the link. */
const NEAR = ["pointerenter", "pointerdown", "focus", "keydown", "contextmenu"];

/**
 * A link to the whole page as it would show the same. What that is, is asked for when somebody comes near: what writes links
 * need not be loaded before.
 *
 * @param {EmbedStrings} strings
 * @param {() => Promise<string>} fragmentOf what is shown now, without the #
 * @param {AbortSignal} signal
 */
export function mountOpen(strings, fragmentOf, signal) {
  const site = beside("../").href;
  const link = el("a", { class: "quiet open", part: "open", href: site, target: "_blank", rel: "noopener", text: strings.open });
  let asked = 0;
  let told = 0; // of those that were asked for, the newest that is written

  async function write() {
    const mine = ++asked;
    const fragment = await fragmentOf().catch(() => ""); // it is more than a link holds, or a script did not come
    if (mine !== asked) return;
    link.href = fragment ? `${site}#${fragment}` : site;
    told = mine;
  }

  for (const type of NEAR) link.addEventListener(type, write, { signal });
  link.addEventListener("click", async (event) => {
    if (told === asked && asked > 0) return;
    event.preventDefault();
    await write();
    link.click();
  }, { signal });
  return link;
}
