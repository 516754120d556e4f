import { el, focusWithin } from "../kit/dom.js";
import { iconButton } from "../kit/icons.js";

/**
 * What is to be said, or asked, of a link that was opened.
 *
 * @param {HTMLElement} root hidden while there is nothing
 * @param {{ close: string, signal: AbortSignal }} options
 */
export function mountLinked(root, { close, signal }) {
  root.role = "status";
  const focus = focusWithin(root);

  function hide() {
    focus.giveBack(() => (root.hidden = true));
  }

  return {
    hide,
    /** @param {string[]} words sentences @param {{ label: string, does: () => void }[]} actions */
    show(words, actions) {
      focus.remember();
      const buttons = actions.map(({ label, does }) => {
        const button = el("button", { type: "button", class: "secondary", text: label });
        button.addEventListener("click", () => (hide(), does()), { signal });
        return button;
      });
      const dismiss = iconButton("close", close);
      dismiss.addEventListener("click", hide, { signal });
      root.replaceChildren(el("div", { class: "linked-words" }, ...words.map((text) => el("p", { dir: "auto", text })), ...(buttons.length ? [el("p", { class: "linked-actions" }, ...buttons)] : [])), dismiss);
      root.hidden = false;
    },
  };
}
