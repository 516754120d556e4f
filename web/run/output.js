/** @import { TokenPiece } from "../vitrine.d.ts" */
/** @import { Generated, RunState } from "./state.js" */

/**
 * One token of the output, as it is read.
 *
 * @typedef {object} Shown
 * @property {TokenPiece | Generated} token that it shows
 * @property {number} position
 * @property {number} id
 * @property {string} text what it adds to the text: nothing while its character is not whole
 * @property {ArrayLike<number>} bytes that stand for it; none where its text can be read
 * @property {number | null} probability null for a token of the prompt
 * @property {boolean} special it stands for itself: an added token, or one that no text becomes
 * @property {boolean} ahead known, and not computed again yet
 * @property {number} kept how many characters of its text are part of the result: the stop text is not
 */

/**
 * The tokens of the prompt and of the run, in their order.
 *
 * @param {Pick<RunState, "pieces" | "tokens" | "done">} state
 * @returns {Shown[]}
 */
export function outputOf({ pieces, tokens, done }) {
  const decoder = new TextDecoder();
  const prompt = pieces.map((token, position) => {
    const text = decoder.decode(token.bytes, { stream: true });
    return shown(token, { position, text, bytes: token.bytes, probability: null, ahead: false, kept: text.length });
  });
  let left = done?.finishReason === "stop" ? done.text.length : Infinity; // of the result, from here on
  const generated = tokens.map((token) => {
    // A piece that is part of a character shows the character where it is whole; text held back shows as it is.
    const text = token.bytes ? token.text : token.piece;
    const kept = Math.min(text.length, left);
    left -= kept;
    const { position, probability, bytes = [], ahead = false } = token;
    return shown(token, { position, text, bytes, probability, ahead, kept });
  });
  return [...prompt, ...generated];
}

/** @param {TokenPiece | Generated} token @param {Omit<Shown, "token" | "id" | "special">} rest */
function shown(token, { bytes, ...rest }) {
  const partial = rest.text === "" || rest.text.includes("\uFFFD");
  return { token, id: token.id, special: token.special === true, bytes: partial ? bytes : [], ...rest };
}

/** The prompt and what the run made of it, without a stop text. @param {Shown[]} output */
export const textOf = (output) => output.map(({ text, kept }) => text.slice(0, kept)).join("");

/** What was generated of a stop text, and after it. @param {Shown[]} output */
export const cutOf = (output) => output.map(({ text, kept }) => text.slice(kept)).join("");
