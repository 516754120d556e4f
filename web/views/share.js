/** @import { FormName } from "../run/forms.js" */
/** @import { ShareStrings } from "../i18n/share-en.js" */
import { el, send } from "../kit/dom.js";
import { icon, iconButton } from "../kit/icons.js";

/**
 * The dialog that gives the page away: as a link, and as code for other pages, each with a preview; and as files. Sends
 * "shareopen" when it opens, "sharecopy" { name, code }, "diagramsave" "png", "runsave" "json" | "text".
 *
 * @param {HTMLElement} root the button that opens it is appended here
 * @param {{ strings: ShareStrings, close: string, signal: AbortSignal }} options
 */
export function mountShare(root, { strings, close, signal }) {
  const shut = iconButton("close", close);
  const words = el("div", { class: "share-words" });
  const choices = el("div", { class: "share-choices" });
  const forms = el("div", { class: "share-forms" });
  const said = el("p", { class: "hint", role: "status" });
  const files = /** @type {const} */ (["png", "json", "text"]);
  const saves = files.map((kind) => {
    const button = el("button", { type: "button", class: "secondary" }, icon("save"), el("span", { text: strings[kind] }));
    button.addEventListener("click", () => button.ariaDisabled !== "true" && (kind === "png" ? send(root, "diagramsave", kind) : send(root, "runsave", kind)), { signal });
    return button;
  });
  const dialog = el(
    "dialog",
    { class: "help share-dialog", "aria-labelledby": "share-title" },
    el("div", { class: "field-head" }, el("h2", { id: "share-title", text: strings.title }), shut),
    words,
    choices,
    forms,
    said,
    el("div", { class: "share-saves", role: "group", "aria-label": strings.save }, ...saves),
  );
  const button = iconButton("share", strings.button, { "aria-haspopup": "dialog" });
  root.append(button, dialog);

  button.addEventListener("click", () => send(root, "shareopen"), { signal });
  shut.addEventListener("click", () => dialog.close(), { signal });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close(), { signal }); // its backdrop

  /** @param {FormName} name @param {string} code @param {boolean} open */
  function form(name, code, open) {
    const { name: label, hint } = strings.forms[name];
    const copy = el("button", { type: "button", class: "secondary share-copy", "data-form": name, "aria-label": strings.copyLabel(label) }, icon("copy"), el("span", { text: strings.copy }));
    copy.addEventListener("click", () => send(root, "sharecopy", { name, code }), { signal });
    return el(
      "div",
      { class: "share-form" },
      el(
        "details",
        { name: "share-form", open },
        el("summary", {}, icon("down"), el("span", { text: label }), el("span", { class: "share-size", text: strings.size(code.length) })),
        el("p", { class: "hint", text: hint }),
        el("pre", { tabindex: 0, role: "region", "aria-label": label, dir: "ltr", text: code }),
      ),
      copy,
    );
  }

  return {
    /** Where somebody chooses what is shared. */
    choices,
    /**
     * @param {{ name: FormName, code: string }[]} list
     * @param {string[]} sentences what is shared, and what is to be known of it
     * @param {boolean} ran whether there is a run to save
     */
    show(list, sentences, ran) {
      words.replaceChildren(...sentences.map((text) => el("p", { text })));
      const open = dialog.open ? forms.querySelector("details[open] ~ .share-copy")?.getAttribute("data-form") : list[0]?.name;
      forms.replaceChildren(...list.map(({ name, code }) => form(name, code, name === open)));
      said.textContent = "";
      for (const save of saves.slice(1)) {
        save.ariaDisabled = String(!ran);
        save.title = ran ? "" : strings.noRun;
      }
      if (!dialog.open) dialog.showModal();
    },
    /** @param {FormName} name @param {boolean} done */
    copied(name, done) {
      for (const other of forms.querySelectorAll(".share-copy span")) other.textContent = strings.copy;
      const copy = forms.querySelector(`.share-copy[data-form="${name}"] span`);
      if (done && copy) copy.textContent = strings.copied;
      said.textContent = done ? strings.copiedForm(strings.forms[name].name) : strings.copyFailed;
    },
  };
}
