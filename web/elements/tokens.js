/** @import { TokenPiece } from "../vitrine.d.ts" */
/** @import { Picture, Shown } from "./shell.js" */
import { el } from "../kit/dom.js";
import { createRunState } from "../run/state.js";
import { mountChips } from "../views/chips.js";
import { mountShell } from "./shell.js";

/**
 * <vitrine-tokens>: a text as the tokens that a model reads, one chip each, with their ids.
 *
 * @param {HTMLElement} app
 * @param {HTMLElement} element its attribute `prompt`, or its content, is the text
 * @param {Shown} options
 * @returns {Picture & { pieces: (pieces: TokenPiece[]) => void }}
 */
export function mountTokens(app, element, { recording, strings, signal }) {
  const output = el("div", { class: "chips", part: "output" });
  const ids = el("p", { class: "ids", part: "ids" });
  const told = element.getAttribute("prompt") ?? element.textContent?.trim();
  const state = createRunState();
  if (!told) Object.assign(state, { phase: "ended", pieces: recording.state.pieces });
  const { name } = recording.info;
  const shell = mountShell(app, {
    prompt: told || recording.prompt,
    offered: (size, prompt) => (told || prompt !== recording.prompt ? strings.notYetTokens(size) : strings.recordingTokens(name, size)),
    loads: strings.notYetTokens,
    body: [output, ids],
    draw(now) {
      chips.show(now);
      ids.textContent = now.pieces.length ? strings.ids(now.pieces.map(({ id }) => id)) : "";
    },
    state,
    strings,
    signal,
  });
  const chips = mountChips(output, { ...strings.tokens, pacer: shell.pacer, signal });

  return {
    ...shell,
    setModel() {},
    setBreakpoints() {},
    nodeOf: () => null,

    /** @param {TokenPiece[]} pieces */
    pieces(pieces) {
      state.clear();
      state.phase = "ended"; // there is no more to come
      state.pieces = pieces;
      shell.show(state);
    },
  };
}
