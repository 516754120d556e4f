/** @import { SecondStrings } from "../i18n/second-en.js" */
/** @import { Generated } from "../run/state.js" */
import { sharedLength } from "../run/branches.js";
import { fill } from "../kit/chip.js";
import { el } from "../kit/dom.js";

/**
 * The text of the second run, under that of the first: what both have is quiet, the token at which it leaves is marked.
 *
 * @param {HTMLElement} root hidden while there is one run
 * @param {{ strings: SecondStrings["text"] }} options
 */
export function mountSecondText(root, { strings }) {
  const title = el("h3", { id: "second-text-title" });
  const flow = el("p", { class: "flow", dir: "auto" });
  root.append(title, flow);
  root.setAttribute("role", "group");
  root.setAttribute("aria-labelledby", title.id);

  return {
    /** @param {string} name of the second run, "" where there is none @param {readonly Generated[]} tokens its own @param {readonly Generated[]} first the other's */
    show(name, tokens, first) {
      root.hidden = name === "";
      title.textContent = name;
      const at = sharedLength(tokens, first);
      flow.replaceChildren(...(tokens.length ? tokens.map(({ text, piece, ahead = false }, step) => {
        const token = el(step === at ? "mark" : "span", { class: step < at ? "same" : "own", "data-ahead": ahead });
        fill(token, text || piece);
        return token;
      }) : [el("span", { class: "hint", text: strings.empty })]));
    },
  };
}
