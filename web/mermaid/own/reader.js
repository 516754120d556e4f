/** @typedef {{ start: number, end: number, quoted: boolean, markdown: boolean }} Label the place of its text in the whole text */

// Source: the lexer of Mermaid's flow.jison.
const LINK = /\s*[xo<]?(?:--+[-xo>]|==+[=xo>]|-?\.+-[xo>]?|~~~+)\s*/y;
const OPEN_LINK = /\s*[xo<]?(?:--|==|-\.)\s*/y;
const CLOSE_LINK = /\s*[xo<]?(?:--+[-xo>]|==+[=xo>]|-?\.+-[xo>]?)\s*/g;
const SHAPES = /** @type {[open: string, close: string[]][]} */ ([
  ["(((", [")))"]], ["((", ["))"]], ["([", ["])"]], ["(-", ["-)"]], ["[[", ["]]"]], ["[(", [")]"]], ["[/", ["/]", "\\]"]],
  ["[\\", ["\\]", "/]"]], ["{{", ["}}"]], ["[", ["]"]], ["(", [")"]], ["{", ["}"]], [">", ["]"]],
]);

/**
 * Goes through the text of a flowchart, piece by piece.
 *
 * @param {string} text
 */
export function createReader(text) {
  const starts = [0];
  for (const { index } of text.matchAll(/\n/g)) starts.push(index + 1);
  let row = 0; // of `starts`, where it stood when it was asked last
  let open = Infinity; // from here on no link is closed

  const reader = {
    at: 0,

    /** The line it stands in, 1-based. */
    line() {
      while (starts[row + 1] <= reader.at) row++;
      while (starts[row] > reader.at) row--;
      return row + 1;
    },

    /** Goes on to the next statement; false at the end. */
    skip() {
      reader.match(/[\s;]*/y);
      return reader.at < text.length;
    },

    /** @param {RegExp} pattern sticky */
    match(pattern) {
      pattern.lastIndex = reader.at;
      const match = pattern.exec(text);
      if (match) reader.at = pattern.lastIndex;
      return match;
    },

    /** @param {number} start @param {number} end @param {boolean} quoted @returns {Label} */
    place: (start, end, quoted) => ({ start, end, quoted, markdown: quoted && text[start] === "`" }),

    /** A label in the brackets of a shape. @returns {Label | null} */
    shape() {
      const shape = SHAPES.find(([opens]) => text.startsWith(opens, reader.at));
      if (!shape) return null;
      reader.at += shape[0].length;
      const label = reader.quoted();
      const start = reader.at;
      const end = Math.min(...shape[1].map((close) => text.indexOf(close, start)).filter((at) => at >= 0));
      if (end === Infinity) return label;
      reader.at = end + shape[1][0].length;
      return label ?? reader.place(start, end, false);
    },

    /** @returns {Label | null} */
    quoted() {
      const match = reader.match(/\s*"([^"]*)"/dy);
      const indices = match?.indices?.[1];
      return indices ? reader.place(indices[0], indices[1], true) : null;
    },

    /** A link. @returns {Label | null | undefined} its label; undefined where there is no link */
    link() {
      if (reader.match(LINK)) {
        if (!reader.match(/\|/y)) return null;
        const quoted = reader.quoted();
        const start = reader.at;
        const closed = reader.match(/[^|]*\|\s*/y);
        return quoted ?? (closed && reader.place(start, text.lastIndexOf("|", reader.at - 1), false));
      }
      if (!reader.match(OPEN_LINK)) return undefined;
      const quoted = reader.quoted();
      const start = reader.at;
      CLOSE_LINK.lastIndex = start;
      const close = start < open ? CLOSE_LINK.exec(text) : null;
      if (!close) {
        open = Math.min(open, start);
        return undefined;
      }
      reader.at = CLOSE_LINK.lastIndex;
      return quoted ?? reader.place(start, close.index, false);
    },
  };
  return reader;
}
