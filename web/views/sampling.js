/** @import {Strings} from "../i18n/en.js" */
/** @import {NumberName, Settings, Typed} from "../run/settings.js" */
import { el, send } from "../kit/dom.js";
import { icon, iconButton } from "../kit/icons.js";
import { rounded } from "../kit/numbers.js";
import { defaults, newSeed, numberNames, numbers, readNumber, readStop } from "../run/settings.js";

/** @typedef {{ input: HTMLInputElement | HTMLTextAreaElement, note: HTMLElement, hint: string, error: string }} Field */
/** @typedef {Omit<Settings, "seed"> & { seed: number | undefined }} Checked seed: undefined where each run takes a new one */

/** What temperature 0, which takes the most probable token, leaves without effect. */
const idleWhenGreedy = ["topK", "topP", "seed"];

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
  // Fields of type number read "0,8" as 8.
  for (const name of numberNames) add(name, el("input", { type: "text", inputmode: numbers[name].whole ? "numeric" : "decimal" }));
  add("stop", el("textarea", { rows: 1, spellcheck: "false", autocapitalize: "off" }));

  const seed = iconButton("seed", strings.newSeed);
  seed.addEventListener("click", () => set({ seed: "" }), { signal });
  const seedPlace = el("div", { class: "with-tool" });
  fields.seed.input.replaceWith(seedPlace);
  seedPlace.append(fields.seed.input, seed);

  const greedy = el("button", { type: "button", class: "quiet", title: strings.greedyHint, text: strings.greedy });
  greedy.addEventListener("click", () => set({ temperature: isGreedy() ? warm : "0" }), { signal });
  const reset = iconButton("reset", strings.resetLabel);
  reset.addEventListener("click", () => set(defaults()), { signal });
  root.append(fold, el("div", { class: "sampling-tools" }, greedy, reset));
  fold.addEventListener("toggle", () => send(root, "samplingfold", { open: fold.open }), { signal });
  grid.addEventListener("input", changed, { signal });
  grid.addEventListener("change", rewrite, { signal });
  grid.addEventListener("keydown", step, { signal });

  let warm = defaults().temperature; // to go back to from greedy
  let room = Infinity; // how many tokens can follow the prompt
  set(typed);

  /** @param {NumberName | "stop"} name @param {HTMLInputElement | HTMLTextAreaElement} input */
  function add(name, input) {
    const { label, hint, error } = strings.fields[name];
    input.id = `setting-${name}`;
    input.name = name;
    input.autocomplete = "off";
    input.setAttribute("aria-describedby", `note-${name}`);
    const note = el("p", { class: "hint", id: `note-${name}`, text: hint });
    grid.append(el("div", { class: "field", "data-name": name }, el("label", { for: input.id, text: label }), input, note));
    fields[name] = { input, note, hint, error };
  }

  function isGreedy() {
    return readNumber("temperature", fields.temperature.input.value) === 0;
  }

  /**
   * The arrow keys go up and down from the number that is there.
   *
   * @param {KeyboardEvent} event
   */
  function step(event) {
    const { target, key } = event;
    const up = { ArrowUp: 1, ArrowDown: -1 }[key];
    if (up === undefined || !(target instanceof HTMLInputElement)) return;
    event.preventDefault();
    const name = /** @type {NumberName} */ (target.name);
    const { min, max, step } = numbers[name];
    const value = Math.min(max, Math.max(min, (readNumber(name, target.value) ?? min) + up * step));
    set({ [name]: rounded(value, 4) });
  }

  /**
   * A number that was typed in another way is shown as it was read.
   *
   * @param {Event} event
   */
  function rewrite({ target }) {
    if (!(target instanceof HTMLInputElement)) return;
    const name = /** @type {NumberName} */ (target.name);
    const value = readNumber(name, target.value);
    if (value !== null) set({ [name]: String(value ?? "") });
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
    greedy.ariaPressed = String(isGreedy());
    if (settings && !isGreedy()) warm = now.temperature;
    seed.disabled = now.seed === "";
    send(root, "samplinginput", now);
  }

  /** @returns {Checked | null} null where a field holds something else, which its note then says */
  function check() {
    const settings = /** @type {Record<string, unknown>} */ ({ stop: readStop(fields.stop.input.value) });
    for (const name of numberNames) settings[name] = readNumber(name, fields[name].input.value);
    for (const [name, { input, note, hint, error }] of Object.entries(fields)) {
      const wrong = settings[name] === null;
      const idle = settings.temperature === 0 && idleWhenGreedy.includes(name);
      const over = name === "maxTokens" && Number(settings[name]) > room;
      input.setAttribute("aria-invalid", String(wrong));
      note.ariaLive = wrong || over ? "polite" : "off"; // told while it is typed
      note.className = wrong || over ? "error" : "hint";
      note.textContent = wrong ? error : over ? strings.room(room) : idle ? strings.idle : hint;
      input.closest(".field")?.classList.toggle("idle", idle);
    }
    return Object.values(settings).includes(null) ? null : /** @type {Checked} */ (settings);
  }

  return {
    set,
    /** What the fields hold now, null where one of them is wrong. */
    now: check,
    /** @param {number} tokens that can follow the prompt in the model's context */
    setRoom(tokens) {
      room = tokens;
      check();
    },
    /** @returns {Settings | null} with the seed of this run; null after leading the reader to the first field that is wrong */
    read() {
      const settings = check();
      if (!settings) {
        fold.open = true;
        /** @type {HTMLElement | null} */ (grid.querySelector("[aria-invalid=true]"))?.focus();
        return null;
      }
      return { ...settings, seed: settings.seed ?? newSeed() };
    },
  };
}
