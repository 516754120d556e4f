/** @import { SecondStrings } from "../i18n/second-en.js" */
/** @import { Settings } from "../run/settings.js" */
/** @import { Branch } from "../run/branches.js" */
import { numbers, readNumber } from "../run/settings.js";
import { el, send } from "../kit/dom.js";

/** @typedef {"temperature" | "topK" | "topP" | "seed"} Changed */
/** @typedef {{ name: string, branch: Branch }} Other a branch that the first run is not on */

/**
 * What a second run is to have that the first has not.
 *
 * @typedef {{ kind: "prompt", prompt: string } | { kind: "settings", settings: Record<Changed, number> } | { kind: "branch" } & Other | { kind: "model", files: File[] }} Asked
 */

const kinds = /** @type {const} */ (["prompt", "settings", "branch", "model"]);
const names = /** @type {Changed[]} */ (["temperature", "topK", "topP", "seed"]);

/**
 * Asks for a second run. Sends "second" Asked.
 *
 * @param {HTMLElement} root
 * @param {{ strings: SecondStrings["form"], signal: AbortSignal }} options
 */
export function mountSecondForm(root, { strings, signal }) {
  const kind = el("select", { id: "second-kind" }, ...kinds.map((one) => el("option", { value: one, text: strings.kinds[one] })));
  const prompt = el("textarea", { id: "second-prompt", rows: 2, dir: "auto", spellcheck: "false", autocomplete: "off" });
  const inputs = names.map((name) => ({ name, input: el("input", { id: `second-${name}`, type: "text", inputmode: numbers[name].whole ? "numeric" : "decimal", autocomplete: "off" }) }));
  const branch = el("select", { id: "second-branch" });
  const files = el("input", { id: "second-model", type: "file", multiple: true, "aria-describedby": "second-model-hint" });
  const parts = {
    prompt: el("div", { class: "field" }, el("label", { for: prompt.id, text: strings.prompt }), prompt),
    settings: el("div", { class: "second-settings" }, ...inputs.map(({ name, input }) => el("div", { class: "field" }, el("label", { for: input.id, text: strings.numbers[name] }), input))),
    branch: el("div", { class: "field" }, el("label", { for: branch.id, text: strings.branch }), branch),
    model: el("div", { class: "field" }, el("label", { for: files.id, text: strings.model }), files, el("p", { class: "hint", id: "second-model-hint", text: strings.modelHint })),
  };
  const start = el("button", { type: "submit", class: "secondary", text: strings.start });
  const said = el("p", { class: "second-said", role: "status" });
  const form = el("form", { class: "second-form", "aria-label": strings.label },
    el("p", { class: "hint", text: strings.what }), el("div", { class: "field" }, el("label", { for: kind.id, text: strings.with }), kind), ...Object.values(parts), start, said);
  root.append(form);
  /** @type {Other[]} */
  let others = [];
  /** @type {Settings | null} of the first run */
  let first = null;

  kind.addEventListener("change", choose, { signal });
  form.addEventListener("submit", onSubmit, { signal });

  const chosen = () => /** @type {typeof kinds[number]} */ (kind.value);

  function choose() {
    for (const one of kinds) parts[one].hidden = one !== chosen();
    said.textContent = "";
  }

  /** @param {SubmitEvent} event */
  function onSubmit(event) {
    event.preventDefault();
    const wanted = first && read();
    said.textContent = wanted ? "" : strings.refusals[first ? chosen() : "nothing"];
    if (wanted) send(root, "second", wanted);
  }

  /** @returns {Asked | null} */
  function read() {
    switch (chosen()) {
      case "prompt":
        return prompt.value === "" ? null : { kind: "prompt", prompt: prompt.value };
      case "settings": {
        const read = inputs.map(({ name, input }) => /** @type {const} */ ([name, readNumber(name, input.value) ?? null]));
        for (const [i, [, value]] of read.entries()) inputs[i].input.ariaInvalid = String(value === null);
        return read.some(([, value]) => value === null) ? null : { kind: "settings", settings: /** @type {Record<Changed, number>} */ (Object.fromEntries(read)) };
      }
      case "branch":
        return others[branch.selectedIndex] ? { kind: "branch", ...others[branch.selectedIndex] } : null;
      default:
        return files.files?.length ? { kind: "model", files: [...files.files] } : null;
    }
  }

  choose();
  return {
    /** The first run is another one. @param {string} text its prompt @param {Settings | null} settings */
    fill(text, settings) {
      first = settings;
      prompt.value = text;
      for (const { name, input } of inputs) input.value = settings ? String(settings[name]) : "";
    },
    /** @param {Other[]} now the branches that the first run is not on */
    setBranches(now) {
      const at = branch.selectedIndex;
      others = now;
      branch.replaceChildren(...now.map(({ name }) => el("option", { text: name })));
      branch.selectedIndex = Math.min(Math.max(0, at), now.length - 1);
    },
    /** @param {boolean} focus whether it takes the focus */
    open(focus) {
      form.hidden = false;
      if (focus) kind.focus();
    },
    close() {
      form.hidden = true;
      said.textContent = "";
    },
    /** @param {string} words how it goes, or why it does not */
    say: (words) => (said.textContent = words),
  };
}
