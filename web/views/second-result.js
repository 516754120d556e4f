/** @import { Agreement } from "../vitrine.d.ts" */
/** @import { SecondStrings } from "../i18n/second-en.js" */
/** @import { Generated } from "../run/state.js" */
import { sharedLength } from "../run/branches.js";
import { fill } from "../kit/chip.js";
import { exact } from "../kit/numbers.js";
import { el, send } from "../kit/dom.js";

/**
 * What two runs have come to, the second's text under the first's. Sends "secondpart" { bound }, "secondagree", "secondstop" and "secondend".
 *
 * @param {HTMLElement} root hidden while there is one run
 * @param {{ strings: SecondStrings["result"], signal: AbortSignal }} options
 */
export function mountSecondResult(root, { strings, signal }) {
  const title = el("h3", { id: "second-title", tabindex: -1 });
  const stands = el("p", { class: "second-stands" });
  const bound = el("input", { id: "second-bound", type: "text", inputmode: "decimal", value: "0.01", autocomplete: "off" });
  const part = el("button", { type: "button", class: "secondary", text: strings.part });
  const agree = el("button", { type: "button", class: "secondary", text: strings.agree });
  const end = el("button", { type: "button", class: "quiet", text: strings.end });
  const said = el("p", { class: "second-said", role: "status" });
  const table = el("table", { class: "second-table", hidden: true });
  const flows = [el("p", { class: "flow", dir: "auto" }), el("p", { class: "flow", dir: "auto" })];
  const second = el("h4");
  const texts = el("div", { class: "second-texts" }, el("h4", { text: strings.first }), flows[0], second, flows[1]);
  const asks = el("div", { class: "second-asks" }, title, stands, said, el("div", { class: "second-ask" }, el("div", { class: "field" }, el("label", { for: bound.id, text: strings.bound }), bound), part, agree, end), table);
  root.append(asks, texts);
  root.classList.add("second-result");
  root.setAttribute("role", "group");
  root.setAttribute("aria-labelledby", title.id);
  root.hidden = true;
  let busy = "";

  part.addEventListener("click", () => (busy ? stop() : ask()), { signal });
  agree.addEventListener("click", () => (busy ? stop() : send(root, "secondagree")), { signal });
  end.addEventListener("click", () => send(root, "secondend"), { signal });

  const stop = () => send(root, "secondstop");

  function ask() {
    const typed = bound.value.trim().replace(",", ".");
    const wrong = typed === "" || !(Number(typed) >= 0);
    bound.ariaInvalid = String(wrong);
    if (wrong) said.textContent = strings.boundWrong;
    else send(root, "secondpart", { bound: Number(typed) });
  }

  return {
    /** @param {string} name of the second run */
    begin(name) {
      title.textContent = strings.label;
      second.textContent = name;
      root.hidden = false;
      said.textContent = "";
      table.hidden = true;
      title.focus();
    },
    /** Tells whether the focus was in it. */
    end() {
      const focused = root.contains(document.activeElement);
      root.hidden = true;
      return focused;
    },
    /** What both have is quiet, the token at which they part is marked. @param {(readonly Generated[])[]} both their tokens */
    texts(...both) {
      const at = sharedLength(both[0], both[1]);
      for (const [i, tokens] of both.entries()) {
        flows[i].replaceChildren(...(tokens.length ? tokens.map((token, step) => textOf(token, step - at)) : [el("span", { class: "hint", text: strings.empty })]));
      }
    },
    /** @param {string} words where they stand */
    stand: (words) => (stands.textContent === words ? undefined : (stands.textContent = words)),
    /** @param {string} words */
    say: (words) => (said.textContent = words),
    /** What it does, and Stop ends; "": nothing. @param {"part" | "agree" | ""} what */
    setBusy(what) {
      busy = what;
      part.textContent = what === "part" ? strings.stop : strings.part;
      agree.textContent = what === "agree" ? strings.stop : strings.agree;
      part.hidden = what === "agree";
      agree.hidden = what === "part";
      said.setAttribute("aria-live", what ? "off" : "polite"); // progress is not read out
    },
    /** @param {Agreement} agreement */
    showAgreement({ positions, layers }) {
      table.hidden = false;
      table.replaceChildren(
        el("caption", { text: strings.agreement(positions) }),
        el("thead", {}, el("tr", {}, el("th", { scope: "col", text: strings.layer }), el("th", { scope: "col", text: strings.same }))),
        el("tbody", {}, ...layers.map(({ layer, same }) => el("tr", {}, el("th", { scope: "row", text: String(layer + 1) }), el("td", { title: exact(same), text: strings.share(same) })))),
      );
    },
  };
}

/** @param {Generated} token @param {number} from how far it is behind the token at which two texts part */
function textOf({ text, piece, ahead = false }, from) {
  const element = el(from === 0 ? "mark" : "span", { class: from < 0 ? "same" : "own", "data-ahead": ahead });
  fill(element, text || piece);
  return element;
}
