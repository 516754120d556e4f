/** @import { Engine, TokenPiece } from "../vitrine.js" */

/** The pieces of the text that was tokenized last: no text is tokenized twice in a row. */
export function createPieces() {
  /** @type {{ engine: Pick<Engine, "tokenize">, text: string, pieces: Promise<TokenPiece[]> } | null} */
  let last = null;

  return {
    /** Whether they are known, or asked for already. @param {Pick<Engine, "tokenize">} engine @param {string} text */
    has: (engine, text) => last?.engine === engine && last.text === text,

    /** @param {Pick<Engine, "tokenize">} engine @param {string} text */
    of(engine, text) {
      if (last?.engine === engine && last.text === text) return last.pieces;
      const asked = { engine, text, pieces: engine.tokenize(text) };
      asked.pieces.catch(() => last === asked && (last = null)); // another time it may succeed
      last = asked;
      return asked.pieces;
    },
  };
}
