/** @import {ErrorCode} from "../vitrine.js" */
/** @import {Strings} from "../i18n/en.js" */
import { el, focusWithin } from "../kit/dom.js";
import { icon, iconButton } from "../kit/icons.js";

/**
 * What went wrong: its code, what happened, why, and what to do.
 *
 * @param {HTMLElement} root
 * @param {{ strings: Strings["errors"], close: string, signal: AbortSignal }} options
 */
export function mountNotice(root, { strings, close, signal }) {
  root.role = "alert";
  const focus = focusWithin(root);

  function hide() {
    focus.giveBack(() => root.replaceChildren());
  }

  return {
    hide,
    /**
     * @param {ErrorCode} code
     * @param {string[]} why the engine's own sentence, and what follows from it
     * @param {{ label: string, does: () => void }[]} actions what to do, the likeliest first
     */
    show(code, why, actions) {
      focus.remember();
      const words = el("div", { class: "notice-words" }, el("p", { class: "notice-what", text: strings.byCode[code] }));
      for (const sentence of why) words.append(el("p", { dir: "auto", text: sentence }));
      const foot = el("p", { class: "notice-foot" }, el("code", { text: code }));
      const buttons = actions.map(({ label, does }) => {
        const button = el("button", { type: "button", class: "secondary", text: label });
        button.addEventListener("click", () => (hide(), does()), { signal });
        return button;
      });
      foot.prepend(...buttons);
      words.append(foot);
      const dismiss = iconButton("close", close);
      dismiss.addEventListener("click", hide, { signal });
      root.replaceChildren(el("div", { class: "notice-box" }, icon("alert"), words, dismiss));
    },
  };
}
