/** @import { RunState } from "../run/state.js" */
/** @import { Granularity } from "../run/commands.js" */
/** @import { ControlStrings } from "../i18n/control-en.js" */
/** @import { Command } from "../run/commands.js" */
import { control, refusal } from "../run/commands.js";
import { el, send } from "../kit/dom.js";
import { icon, iconButton, setIcon } from "../kit/icons.js";

/** In the order of the bar; null is a gap. @type {Command[]} */
const main = ["first", "back", "run", "next", "into", "out", "last"];
/** @type {Command[]} */
const beside = ["previousBreakpoint", "nextBreakpoint", "restart"];
/** Milliseconds for which the machine must have gone on before the bar says so: a step is over sooner, and the bar stays still. */
const hold = 120;
const grains = /** @type {const} */ (["stage", "layer", "token"]);

/**
 * The buttons that lead the machine. Sends "control" with what was asked for, and "refused" with the reason in words where
 * a command can do nothing: such a button stays in the order of Tab and says why.
 *
 * @param {HTMLElement} root
 * @param {{ strings: ControlStrings["transport"], granularity: Granularity, keys?: Partial<Record<Command, string>>, signal: AbortSignal }} options
 *   `keys` that do the same, as a tooltip names them
 */
export function mountTransport(root, { strings, granularity, keys = {}, signal }) {
  /** @type {Map<Command, HTMLButtonElement>} */
  const buttons = new Map();
  /** @type {Pick<RunState, "phase" | "at" | "tokens" | "done">} */
  let state = { phase: "idle", at: null, tokens: [], done: null };
  let live = state; // of which `state` is what is drawn
  let breakpoints = 0;
  let timer = 0;

  const label = el("span", { class: "transport-word" });
  const choice = el("div", { class: "grain", role: "radiogroup", "aria-label": strings.grain });
  for (const grain of grains) {
    const radio = el("input", { type: "radio", name: "grain", value: grain, checked: grain === granularity });
    choice.append(el("label", {}, radio, el("span", { text: strings.grains[grain], "data-text": strings.grains[grain] })));
  }
  choice.addEventListener("change", () => setGrain(/** @type {Granularity} */ (choice.querySelector("input:checked")?.getAttribute("value"))), { signal });
  const toggle = iconButton("more", strings.more, { "aria-expanded": "false" });
  toggle.classList.add("transport-toggle");
  toggle.addEventListener("click", () => (toggle.ariaExpanded = String(toggle.ariaExpanded !== "true")), { signal });
  root.append(bar("transport-main", strings.label, main), toggle, choice, bar("transport-beside", strings.breakpoints, beside));
  buttons.get("run")?.append(label);
  draw();

  /**
   * One stop of Tab, with the arrow keys between its buttons.
   *
   * @param {string} name @param {string} words @param {Command[]} commands
   */
  function bar(name, words, commands) {
    const toolbar = el("div", { class: name, role: "toolbar", "aria-label": words });
    for (const command of commands) {
      const button = el("button", { type: "button", class: "tool", "data-command": command, tabindex: command === "run" || command === beside[0] ? 0 : -1 }, icon(command));
      button.addEventListener("click", () => press(command), { signal });
      buttons.set(command, button);
      toolbar.append(button);
    }
    toolbar.addEventListener("keydown", move, { signal });
    return toolbar;
  }

  /** @param {KeyboardEvent} event */
  function move(event) {
    const all = [.../** @type {HTMLElement} */ (event.currentTarget).querySelectorAll("button")];
    const at = all.findIndex((one) => one === event.target);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || !all[to] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    for (const one of all) one.tabIndex = one === all[to] ? 0 : -1;
    all[to].focus();
  }

  /** @param {Command} command */
  function press(command) {
    // What is true now, which the bar may show a frame later; a press while a step is under way is for the one after it.
    const now = state.phase === "paused" && live.phase === "running" ? state : live;
    const why = refusal(command, now, breakpoints);
    if (why) send(root, "refused", strings.refusals[why]);
    else send(root, "control", control(command, granularity, now.phase === "running"));
  }

  /** @param {Granularity} grain */
  function setGrain(grain) {
    granularity = grain;
    const radio = choice.querySelector(`[value="${grain}"]`);
    if (radio instanceof HTMLInputElement) radio.checked = true;
    send(root, "grain", grain);
    draw();
  }

  /** @param {Command} command */
  function nameOf(command) {
    if (command === "run") return state.phase === "running" ? strings.pause : strings.run;
    const name = strings.commands[command];
    return typeof name === "string" ? name : name[granularity];
  }

  function draw() {
    root.dataset.phase = state.phase;
    for (const [command, button] of buttons) {
      const why = refusal(command, state, breakpoints);
      const name = nameOf(command);
      const key = keys[command];
      button.ariaDisabled = String(why !== null);
      button.ariaLabel = why ? `${name}. ${strings.refusals[why]}` : name;
      button.title = why ? strings.refusals[why] : key ? strings.withKeys(name, key) : name;
    }
    label.textContent = nameOf("run");
    setIcon(/** @type {Element} */ (buttons.get("run")), state.phase === "running" ? "pause" : "play");
  }

  function take() {
    clearTimeout(timer);
    timer = 0;
    const { phase, at, tokens, done } = live;
    state = { phase, at, tokens, done };
    draw();
  }

  return {
    press,
    /** The next of the three grains. */
    turnGrain: () => setGrain(grains[(grains.indexOf(granularity) + 1) % grains.length]),
    /** @param {Pick<RunState, "phase" | "at" | "tokens" | "done">} run it is looked at again when a button is pressed */
    show(run) {
      live = run;
      if (run.phase !== "running" || state.phase !== "paused") take();
      else timer ||= setTimeout(take, hold);
    },
    /** @param {number} n how many breakpoints are set */
    setBreakpoints(n) {
      breakpoints = n;
      draw();
    },
  };
}
