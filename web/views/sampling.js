/** @import {Strings} from "../i18n/en.js" */
/** @import {NumberName, Settings, Typed} from "./settings.js" */
import { el, icon, iconButton, send } from "./kit.js";
import { defaults, numberNames, numbers, readNumber, readStop } from "./settings.js";

/** @typedef {{ input: HTMLInputElement | HTMLTextAreaElement, note: HTMLElement, hint: string, error: string }} Field */

/** What temperature 0, which takes the most probable token, leaves without effect. */
const unusedWhenGreedy = ["topK", "topP", "seed"];

/** Six digits: as good as any other, and easy to read out. */
const newSeed = () => String(crypto.getRandomValues(new Uint32Array(1))[0] % 1e6);

/**
 * The sampling settings, each with its label, range and message. Sends "samplinginput" with what is typed, valid or
 * not, and "samplingfold" { open }.
 *
 * @param {HTMLElement} root
 * @param {{ strings: Strings["sampling"], typed: Typed, open: boolean, signal: AbortSignal }} options
 */
export function mountSampling(root, { strings, typed, open, signal }) {
  const summary = el("span", { class: "summary-line" });
  const grid = el("div", { class: "fields" });
  const fold = el("details", { open }, el("summary", {}, icon("down"), el("span", { text: strings.label }), summary), grid);
  const fields = /** @type {Record<NumberName | "stop", Field>} */ ({});
  for (const name of numberNames) {
    const { min, max, step } = numbers[name];
    add(name, el("input", { type: "number", min, max, step: numbers[name].whole ? step : "any", inputmode: "decimal" }));
  }
  add("stop", el("textarea", { rows: 1, spellcheck: "false", autocapitalize: "off" }));
  for (const name of /** @type {const} */ (["temperature", "topP"])) stepBy(fields[name].input, numbers[name].step);

  const seed = iconButton("seed", strings.newSeed);
  seed.addEventListener("click", () => set({ seed: newSeed() }), { signal });
  const seedPlace = el("div", { class: "with-tool" });
  fields.seed.input.replaceWith(seedPlace);
  seedPlace.append(fields.seed.input, seed);

  const reset = iconButton("reset", strings.resetLabel);
  reset.classList.add("reset");
  reset.addEventListener("click", () => set(defaults()), { signal });
  root.append(fold, reset);
  fold.addEventListener("toggle", () => send(root, "samplingfold", { open: fold.open }), { signal });
  grid.addEventListener("input", changed, { signal });
  set(typed);

  /** @param {NumberName | "stop"} name @param {HTMLInputElement | HTMLTextAreaElement} input */
  function add(name, input) {
    const { label, hint, error } = strings.fields[name];
    input.id = `setting-${name}`;
    input.autocomplete = "off";
    input.setAttribute("aria-describedby", `note-${name}`);
    const note = el("p", { class: "hint", id: `note-${name}`, text: hint });
    grid.append(el("div", { class: "field", "data-name": name }, el("label", { for: input.id, text: label }), input, note));
    fields[name] = { input, note, hint, error };
  }

  /**
   * A field that takes any number, but goes in steps with the arrow keys.
   *
   * @param {HTMLElement} input
   * @param {number} step
   */
  function stepBy(input, step) {
    input.addEventListener(
      "keydown",
      (event) => {
        const by = event.key === "ArrowUp" ? step : event.key === "ArrowDown" ? -step : 0;
        if (by === 0 || !(input instanceof HTMLInputElement)) return;
        event.preventDefault();
        const { min, max } = numbers[/** @type {NumberName} */ (input.id.slice("setting-".length))];
        const value = Math.min(max, Math.max(min, (Number(input.value) || 0) + by));
        input.value = String(Number(value.toFixed(4)));
        changed();
      },
      { signal },
    );
  }

  /** @param {Partial<Typed>} values */
  function set(values) {
    for (const [name, value] of Object.entries(values)) {
      if (name in fields) fields[/** @type {NumberName} */ (name)].input.value = value;
    }
    changed();
  }

  function changed() {
    const settings = check();
    summary.textContent = settings ? strings.summary(settings) : "";
    const now = /** @type {Typed} */ ({});
    for (const [name, { input }] of Object.entries(fields)) now[/** @type {NumberName} */ (name)] = input.value;
    send(root, "samplinginput", now);
  }

  /** @returns {Settings | null} null where a field holds something else, which its note then says */
  function check() {
    const settings = /** @type {Record<string, unknown>} */ ({ stop: readStop(fields.stop.input.value) });
    for (const name of numberNames) settings[name] = readNumber(name, fields[name].input.value);
    for (const [name, { input, note, hint, error }] of Object.entries(fields)) {
      const wrong = settings[name] === null;
      input.setAttribute("aria-invalid", String(wrong));
      const idle = settings.temperature === 0 && unusedWhenGreedy.includes(name);
      note.textContent = wrong ? error : idle ? strings.idle : hint;
      note.className = wrong ? "error" : "hint";
      input.closest(".field")?.classList.toggle("idle", idle);
    }
    return Object.values(settings).includes(null) ? null : /** @type {Settings} */ (settings);
  }

  return {
    /** The settings, or null after leading the reader to the first field that is wrong. */
    read() {
      const settings = check();
      if (!settings) {
        fold.open = true;
        /** @type {HTMLElement | null} */ (grid.querySelector("[aria-invalid=true]"))?.focus();
      }
      return settings;
    },
  };
}
