/** @import { Breakpoint, EngineInfo, Run, StageName } from "../vitrine.d.ts" */
/** @import { EmbedStrings } from "../i18n/embed-en.js" */
/** @import { Pacer } from "../run/frames.js" */
/** @import { RunState } from "../run/state.js" */
import { el } from "../kit/dom.js";
import { createPacer } from "../run/frames.js";
import { mountPrompt } from "../views/prompt.js";
import { mountRunButton } from "../views/run-button.js";

/**
 * What an element shows now.
 *
 * @typedef {object} Now
 * @property {string} prompt what the prompt box holds
 * @property {RunState | null} run of its engine; null before there is one
 * @property {Usual} usual
 * @property {string | SVGSVGElement} [own] the author's diagram, "" for ours
 * @property {StageName} [stage] that it is about
 */

/** @typedef {{ maxTokens?: number, pace?: number }} Usual what a run of a kind of element has, where nothing else is said */

/**
 * What an element shows, whatever kind it is: before it runs, and of its run.
 *
 * @typedef {object} Picture
 * @property {{ value: () => string, set: (text: string) => void }} prompt
 * @property {Pacer} pacer
 * @property {HTMLElement} transport where the bar is put
 * @property {Usual} usual
 * @property {() => Now} now what it shows
 * @property {(size: string, host: string) => void} offer says what Run downloads, "" where it is not known, and from which other host, or ""
 * @property {(state: RunState) => void} show
 * @property {() => void} begin from now on it is the engine's own
 * @property {(now: boolean) => void} setRunning
 * @property {(words: string, share?: number) => void} say with how much is loaded; NaN while that is not known
 * @property {(now: boolean) => void} see whether it is in sight: what is not draws nothing
 * @property {(info: EngineInfo, state: RunState) => void} setModel
 * @property {(now: readonly Breakpoint[]) => void} setBreakpoints
 * @property {(stage: StageName) => string | null} nodeOf the node that shows a stage, by its own id
 * @property {(stage: StageName | null) => void} [look] points at a stage while nothing runs; null: at all of them
 * @property {(run: Run) => Promise<void>} [ended] the run has ended, and can be asked
 */

/** @typedef {{ recording: ReturnType<typeof import("./recording.js").readRecording>, own: string | SVGSVGElement, strings: EmbedStrings, signal: AbortSignal }} Shown `own`: the text of the author's diagram, "" for ours, or its picture */

/**
 * The parts that all kinds have: prompt, Run, what is said, and the place of the transport. Sends "generate" and "stop".
 *
 * @param {HTMLElement} app
 * @param {object} options
 * @param {string} options.prompt
 * @param {(size: string, prompt: string) => string} options.offered what is said before the first run
 * @param {(size: string) => string} [options.loads] and before one of another model
 * @param {HTMLElement[]} options.body
 * @param {Usual} [options.usual]
 * @param {(state: RunState) => void} options.draw asks for a frame
 * @param {RunState} options.state at first
 * @param {EmbedStrings} options.strings
 * @param {AbortSignal} options.signal
 */
export function mountShell(app, { strings, prompt: text, offered, loads = strings.notYet, body, usual = {}, draw, state, signal }) {
  const pacer = createPacer(signal);
  const [field, run, note, transport] = ["prompt", "run-button", "note", "transport"].map((name) => el("div", { class: name, part: name === "run-button" ? "run" : name }));
  const line = note.appendChild(el("p", { role: "status" }));
  const bar = note.appendChild(el("progress", { "aria-label": strings.starting, hidden: true }));
  app.append(el("div", { class: "embed-head" }, field, run), note, ...body, transport);
  const prompt = mountPrompt(field, { strings: strings.prompt, text, special: () => ({ show() {} }), signal });
  const words = { generate: strings.run("", ""), generateKey: "", stop: strings.stop, stopKey: "" };
  const button = mountRunButton(run, { strings: words, signal });
  let running = false;
  pacer.setHeld(true);
  for (const type of ["keydown", "keypress", "keyup"]) app.addEventListener(type, keep, { signal });

  const settle = () => () => state.looked();

  /** What is typed in a field, and what a part has used, is no key of the page around: there the field cannot be seen. @param {Event} event */
  function keep(event) {
    const typed = event.target instanceof Element && event.target.matches("input, textarea, select");
    if (typed || event.defaultPrevented) event.stopPropagation();
  }

  function show() {
    draw(state);
    pacer.request(settle);
  }

  return {
    prompt,
    pacer,
    usual,
    transport,

    get live() {
      return app.dataset.live !== undefined;
    },

    now() {
      return { prompt: prompt.value(), run: app.dataset.live === undefined ? null : state, usual };
    },

    /** @param {string} size @param {string} host */
    offer(size, host) {
      words.generate = strings.run(size, host);
      button.show(running);
      if (running) return;
      line.textContent = [app.dataset.live === undefined ? offered(size, prompt.value()) : loads(size), host && strings.other(host)].filter(Boolean).join(" ");
    },

    /** @param {RunState} now */
    show(now) {
      state = now;
      show();
    },

    begin() {
      app.dataset.live = "";
      words.generate = strings.again;
    },

    /** @param {boolean} now */
    setRunning: (now) => button.show((running = now)),

    /** @param {string} what @param {number} [share] */
    say(what, share) {
      line.textContent = what;
      bar.hidden = share === undefined;
      if (share !== undefined && share >= 0) bar.value = share;
      else bar.removeAttribute("value");
    },

    /** @param {boolean} now */
    see(now) {
      pacer.setHeld(!now);
      if (now) show();
    },
  };
}
