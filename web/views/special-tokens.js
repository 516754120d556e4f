/** @import {EngineInfo} from "../vitrine.js" */
/** @import {Strings} from "../i18n/en.js" */
import { el } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { label } from "../kit/text.js";

/** Most tokens that are listed; the text of others can be typed. */
const most = 200;

/**
 * A button that lists the model's added tokens and types one at the caret of a text area; hidden where there are none.
 *
 * @param {HTMLElement} root
 * @param {{ strings: Strings["prompt"], area: HTMLTextAreaElement, signal: AbortSignal }} options
 */
export function mountSpecialTokens(root, { strings, area, signal }) {
  const button = el("button", { type: "button", class: "special-button", popovertarget: "special-menu", hidden: true }, el("span", { text: strings.special }), icon("down"));
  const list = el("ul", { class: "special-list", "aria-label": strings.specialList });
  const hint = el("p", { class: "hint" });
  const menu = el("div", { class: "special-menu", id: "special-menu", popover: "auto" }, el("p", { class: "hint", text: strings.specialHint }), list, hint);
  root.append(button, menu);
  /** @type {EngineInfo["addedTokens"]} */
  let tokens = [];

  menu.addEventListener("beforetoggle", open, { signal });
  menu.addEventListener("keydown", move, { signal });
  list.addEventListener("click", take, { signal });

  function open() {
    const { left, bottom } = button.getBoundingClientRect();
    menu.style.setProperty("--left", `${left}px`);
    menu.style.setProperty("--top", `${bottom}px`);
    list.replaceChildren(...tokens.slice(0, most).map(({ id, text }, index) => {
      const take = el("button", { type: "button", "data-index": index }, el("bdi", { class: "special", text: label(text) }), el("span", { class: "count", text: strings.specialId(id) }));
      return el("li", {}, take);
    }));
    hint.textContent = tokens.length > most ? strings.specialMore(tokens.length - most) : "";
  }

  /** @param {Event} event */
  function take({ target }) {
    const chosen = target instanceof Element ? target.closest("button") : null;
    if (!chosen) return;
    menu.hidePopover();
    area.focus({ preventScroll: true });
    const { text } = tokens[Number(chosen.dataset.index)];
    if (document.execCommand("insertText", false, text)) return; // as if it were typed, so that it can be undone
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** @param {KeyboardEvent} event */
  function move(event) {
    const buttons = [...list.querySelectorAll("button")];
    const at = buttons.findIndex((one) => one === document.activeElement);
    const to = { ArrowDown: Math.min(at + 1, buttons.length - 1), ArrowUp: Math.max(at - 1, 0), Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    buttons[to].focus();
  }

  return {
    /** @param {EngineInfo["addedTokens"]} added the model's */
    show(added) {
      tokens = added;
      button.hidden = added.length === 0;
      menu.hidePopover();
    },
  };
}
