/** @import { Agreement } from "../vitrine.d.ts" */
/** @import { SecondStrings } from "../i18n/second-en.js" */
import { exact } from "../kit/numbers.js";
import { el, send } from "../kit/dom.js";

/**
 * What two runs have come to. Sends "secondpart" { bound }, "secondagree", "secondstop" and "secondend".
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
  root.append(title, stands, el("div", { class: "second-ask" }, el("div", { class: "field" }, el("label", { for: bound.id, text: strings.bound }), bound), part, agree, end), said, table);
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
      title.textContent = name;
      root.hidden = false;
      said.textContent = "";
      table.hidden = true;
      title.focus();
    },
    end: () => (root.hidden = true),
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
