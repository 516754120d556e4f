/** @import { Picture, Shown } from "./shell.js" */
import { named } from "../kit/chip.js";
import { el } from "../kit/dom.js";
import { percent } from "../kit/numbers.js";
import { outputOf, textOf } from "../run/output.js";
import { mountShell } from "./shell.js";

/**
 * <vitrine-next>: a text, and the most probable tokens after it.
 *
 * @param {HTMLElement} app
 * @param {HTMLElement} element its attribute `prompt`, or its content, is the text
 * @param {Shown} options
 * @returns {Picture}
 */
export function mountNext(app, element, { recording, strings, signal }) {
  const { name } = recording.info;
  const told = element.getAttribute("prompt") ?? element.textContent?.trim();
  const recorded = textOf(outputOf({ ...recording.state, tokens: recording.state.tokens.slice(0, -1), done: null }));
  const list = el("ol", { class: "next", part: "output", "aria-label": strings.next });
  let { state } = recording;
  const shell = mountShell(app, {
    prompt: told || recorded,
    offered: (size, prompt) => (told || prompt !== recorded ? strings.notYet(size) : strings.recording(name, size)),
    body: [list],
    usual: { maxTokens: 1, pace: 0 },
    draw(now) {
      state = now;
      shell.pacer.request(draw);
    },
    state,
    strings,
    signal,
  });

  function draw() {
    const found = state.of("distribution")?.detail;
    if (!found || (told && !shell.live)) return; // the recording is of another text
    const others = { piece: strings.others(found.restCount), share: found.restProbability };
    const rows = [...found.top.map((token) => ({ piece: named(token), share: token.probability })), others];
    list.replaceChildren(...rows.map(({ piece, share }) => {
      const row = el("li", {}, piece, el("span", { class: "share", text: percent(share) }));
      row.style.setProperty("--share", String(share));
      return row;
    }));
  }

  return { ...shell, setModel() {}, setBreakpoints() {}, nodeOf: () => null };
}
