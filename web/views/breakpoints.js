/** @import { StageStrings } from "../i18n/stages-en.js" */
/** @import { ControlStrings } from "../i18n/control-en.js" */
/** @import { Breakpoint, StageName } from "../vitrine.d.ts" */
import { el, send } from "../kit/dom.js";
import { icon, iconButton } from "../kit/icons.js";

const texts = /** @type {const} */ (["condition", "hitCondition", "logMessage"]);

/** @typedef {{ index: number, field: string, column: number, message: string }} BreakpointError `column` is 1-based, 0 where it is not known */

/**
 * The list of breakpoints, each with its fields. Sends "breakpoints" with all of them when one has changed.
 *
 * @param {HTMLElement} root
 * @param {{ strings: ControlStrings["breakpoints"], stages: StageStrings, signal: AbortSignal }} options
 */
export function mountBreakpoints(root, { strings, stages, signal }) {
  const empty = el("p", { class: "hint", text: strings.empty });
  const list = el("ol", { class: "breakpoints" });
  const add = el("button", { type: "button", class: "secondary", text: strings.add });
  const clear = el("button", { type: "button", class: "quiet", text: strings.clear });
  root.append(empty, list, el("div", { class: "breakpoints-foot" }, add, clear));
  /** @type {Breakpoint[]} */
  let breakpoints = [];
  /** @type {readonly number[]} */
  let hit = [];
  /** @type {StageName} */
  let here = "attention";
  let layers = 0;

  add.addEventListener("click", () => (change([...breakpoints, { stage: here }]), focusLast()), { signal });
  clear.addEventListener("click", () => (change([]), add.focus()), { signal });
  list.addEventListener("change", (event) => changed(event.target), { signal });

  /** @param {Breakpoint[]} now */
  function change(now) {
    show(now);
    send(root, "breakpoints", now);
  }

  function focusLast() {
    list.lastElementChild?.querySelector("select")?.focus();
  }

  /** @param {EventTarget | null} target */
  function changed(target) {
    const row = target instanceof Element ? target.closest("li") : null;
    if (!row) return;
    const index = [...list.children].indexOf(row);
    const breakpoint = read(row, index);
    if (!breakpoint) return;
    breakpoints = breakpoints.map((one, i) => (i === index ? breakpoint : one));
    for (const field of row.querySelectorAll("[name]")) say(field, "");
    send(root, "breakpoints", breakpoints);
  }

  /**
   * @param {Element} row
   * @param {number} index
   * @returns {Breakpoint | null} null where a field cannot be read, which it then says
   */
  function read(row, index) {
    const value = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (row.querySelector(`[name="${name}"]`)).value.trim();
    const breakpoint = /** @type {Breakpoint} */ ({ stage: value("stage") });
    if (value("layer") !== "") breakpoint.layer = Number(value("layer"));
    const position = value("position");
    if (!/^\d*$/.test(position)) return (showError({ index, field: "position", column: 0, message: strings.positionError }), null);
    if (position !== "") breakpoint.position = Number(position);
    for (const name of texts) if (value(name) !== "") breakpoint[name] = value(name);
    return breakpoint;
  }

  /** What the fields hold already stays as it is, with what is being typed. @param {readonly Breakpoint[]} now */
  function show(now) {
    if (list.children.length === now.length && JSON.stringify(now) === JSON.stringify(breakpoints)) return;
    breakpoints = [...now];
    draw();
  }

  function draw() {
    const kept = document.activeElement instanceof HTMLElement && list.contains(document.activeElement) ? document.activeElement.id : "";
    list.replaceChildren(...breakpoints.map(rowOf));
    empty.hidden = breakpoints.length > 0;
    clear.hidden = breakpoints.length < 2;
    if (kept) document.getElementById(kept)?.focus();
    showHit();
  }

  /** @param {Breakpoint} breakpoint @param {number} index */
  function rowOf(breakpoint, index) {
    const stage = el("select", { name: "stage" });
    for (const [name, words] of Object.entries(stages)) stage.append(el("option", { value: name, text: words.long, selected: name === breakpoint.stage }));
    const layer = el("select", { name: "layer" }, el("option", { value: "", text: strings.anyLayer }));
    const most = Math.max(layers, (breakpoint.layer ?? -1) + 1);
    for (let i = 0; i < most; i++) layer.append(el("option", { value: i, text: String(i + 1), selected: i === breakpoint.layer }));
    const position = el("input", { type: "text", name: "position", inputmode: "numeric", placeholder: strings.placeholders.position, value: breakpoint.position });
    const remove = iconButton("remove", strings.remove(index + 1));
    remove.addEventListener("click", () => (change(breakpoints.filter((_, i) => i !== index)), add.focus()), { signal });
    const fields = texts.map((name) =>
      field(index, name, el("input", { type: "text", name, autocomplete: "off", autocapitalize: "off", spellcheck: "false", placeholder: strings.placeholders[name], value: breakpoint[name] })),
    );
    return el(
      "li",
      { "aria-label": strings.item(index + 1) },
      el("span", { class: "breakpoint-mark", "aria-hidden": "true" }, icon("breakpoint")),
      el("div", { class: "breakpoint-fields" }, field(index, "stage", stage), field(index, "layer", layer), field(index, "position", position), ...fields),
      remove,
      el("p", { class: "breakpoint-hit", text: strings.hit, hidden: true }),
    );
  }

  /** @param {number} index @param {"stage" | "layer" | "position" | typeof texts[number]} name @param {HTMLInputElement | HTMLSelectElement} input */
  function field(index, name, input) {
    input.id = `breakpoint-${index}-${name}`;
    const note = el("p", { class: "error", id: `${input.id}-error` });
    input.setAttribute("aria-describedby", note.id);
    return el("div", { class: "field", "data-name": name }, el("label", { for: input.id, text: strings[name] }), input, note);
  }

  /** @param {Element} field @param {string} message "" where it is right */
  function say(field, message) {
    field.setAttribute("aria-invalid", String(message !== ""));
    const note = document.getElementById(`${field.id}-error`);
    if (note) note.textContent = message;
  }

  function showHit() {
    for (const [index, row] of [...list.children].entries()) {
      row.toggleAttribute("data-hit", hit.includes(index));
      /** @type {HTMLElement | null} */ (row.querySelector(".breakpoint-hit"))?.toggleAttribute("hidden", !hit.includes(index));
    }
  }

  /** What is wrong with a field, under it. @param {BreakpointError} error */
  function showError({ index, field, column, message }) {
    const input = document.getElementById(`breakpoint-${index}-${field}`);
    if (!input) return;
    say(input, column ? strings.errorAt(column, message) : message);
    if (input instanceof HTMLInputElement && column && document.activeElement === input) input.setSelectionRange(column - 1, column);
  }

  draw();
  return {
    show,
    showError,
    /** @param {readonly number[]} now the breakpoints that the machine stands at @param {StageName | null} stage where it stands */
    setHit(now, stage) {
      hit = now;
      if (stage) here = stage;
      showHit();
    },
    /** @param {number} now how many layers the model has */
    setLayers(now) {
      layers = now;
      draw();
    },
  };
}
