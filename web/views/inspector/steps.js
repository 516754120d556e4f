/** @import { MountView } from "./views.js" */
/** @import { Seen } from "./place.js" */
import { el, send } from "../../kit/dom.js";
import { count, exact, percent } from "../../kit/numbers.js";
import { visible } from "../../kit/text.js";
import { nameOf } from "./detail.js";
import { tokenAt } from "./place.js";
import { createTake } from "./take.js";

const READ = 60; // characters of the text that a step read, as the engine's own report has them

/**
 * The steps of the run: the text that each read, and what it predicted. Sends "goto" Where.
 *
 * @type {MountView}
 */
export function mountSteps({ strings: { out, tensor }, signal }) {
  const words = out.steps;
  const list = el("ol", { class: "steps-list" });
  const none = el("p", { class: "note", text: words.none });
  const root = el("section", { class: "steps" }, createTake(tensor, signal).head(el("h3", { text: words.title })), el("p", { class: "note", text: words.note }), none, list);
  let told = "";

  list.addEventListener(
    "click",
    ({ target }) => {
      const position = target instanceof Element ? target.closest("button")?.dataset.position : undefined;
      if (position !== undefined) send(root, "goto", { position: Number(position), layer: -1, stage: "select" });
    },
    { signal },
  );

  return {
    above: root,
    show({ state }) {
      const { tokens, at } = state;
      const key = JSON.stringify([state.number, tokens.map(({ id, probability, ahead, forced }) => [id, probability, ahead, forced]), at?.step]);
      if (key === told) return;
      told = key;
      none.hidden = tokens.length > 0;
      const focused = list.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.position : undefined;
      list.replaceChildren(
        ...tokens.map((token) => {
          const share = percent(token.probability);
          const name = nameOf({ text: token.piece, bytes: token.bytes });
          const button = el(
            "button",
            { type: "button", class: token.step === at?.step ? "step current" : "step", "data-position": token.position - 1, "aria-current": token.step === at?.step ? "step" : null },
            el("span", { class: "step-number", text: count(token.step + 1) }),
            el("span", { class: "step-read", dir: "auto", text: readBy(state, token.position) }),
            el("span", { class: "step-token", text: name }),
            el("span", { class: "step-share", title: exact(token.probability), text: share }),
            ...(token.forced || token.ahead ? [el("span", { class: "step-mark", text: token.forced ? words.forced : words.ahead })] : []),
          );
          button.title = words.go(token.step + 1, name, share);
          button.style.setProperty("--p", String(token.probability));
          return el("li", {}, button);
        }),
      );
      if (focused) /** @type {HTMLElement | null} */ (list.querySelector(`[data-position="${focused}"]`))?.focus();
    },
  };
}

/**
 * The end of the text before a position.
 *
 * @param {Seen} state
 * @param {number} position
 */
function readBy(state, position) {
  let text = "";
  let at = position - 1;
  for (; at >= 0 && text.length < READ; at--) text = (tokenAt(state, at)?.text ?? "") + text;
  const characters = Array.from(text);
  const cut = at >= 0 || characters.length > READ;
  return (cut ? "…" : "") + visible(characters.slice(-READ).join(""), { spaces: false });
}
