/** @import { Layout } from "./layout.js" */
/** @import { Palette } from "./palette.js" */
/** @import { Scene } from "./picture.js" */
/** @import { Picture } from "./tensors.js" */
import { decimal } from "../../kit/numbers.js";
import { clip } from "../../kit/text.js";
import { colourOf, createSheet, drawScale } from "./export-sheet.js";
import { columnName } from "./labels.js";
import { named } from "./tensors.js";

const NAMES = 96; // px of the names of the rows
const CHARACTERS = 13; // of such a name
const UPRIGHT = 84; // px of the names of the columns
const SIZE = { least: 6, most: 22 }; // px of a cell

/**
 * A picture of cells as a drawing of its own: what is shown, with names, and the scale of its colours.
 *
 * @param {Element} like whose colours it has
 * @param {Picture} picture
 * @param {Scene} scene
 * @param {{ layout: Layout, first: number, valueAt: (row: number, column: number) => number | null, palette: Palette }} shown `first` column; rows and columns count from the first that is shown
 */
export function drawPicture(like, picture, scene, { layout, first, valueAt, palette }) {
  const { rows, columns, perLine, lines, wrapped } = layout;
  const tokens = named(picture.columns);
  const size = Math.max(SIZE.least, Math.min(SIZE.most, 900 / perLine, tokens || rows < 24 ? SIZE.most : 12));
  const sheet = createSheet(like, { title: scene.title, lines: scene.about });
  const upright = tokens && !scene.across;
  const top = upright ? UPRIGHT : 14;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = valueAt(row, column);
      const line = wrapped ? Math.floor(column / perLine) : row;
      if (value !== null && Number.isFinite(value)) sheet.box(NAMES + (column % perLine) * size, top + line * size, size, size, colourOf(palette, value, scene.limit, picture.signed));
    }
  }
  for (let line = 0; line < lines; line++) {
    const name = picture.tokens && !wrapped ? clip(scene.text(scene.start + picture.rows.from + line), CHARACTERS) : rows === 1 && !wrapped ? "" : String(first + line * perLine);
    sheet.write(name, NAMES - 6, top + (line + 0.5) * size + 4, { anchor: "end" });
  }
  const step = tokens ? 1 : 2 ** Math.ceil(Math.log2(44 / size));
  for (let column = 0; column < columns && !wrapped; column += step) {
    if (upright) sheet.write(clip(columnName(picture, scene, first + column), CHARACTERS - 1), NAMES + (column + 0.5) * size + 4, top - 4, { turned: true });
    else sheet.write(tokens ? columnName(picture, scene, first + column) : String(first + column), NAMES + column * size, top - 3);
  }
  const end = decimal(scene.limit).trim();
  drawScale(sheet, top + lines * size + 14, { palette, limit: scene.limit, signed: picture.signed, low: picture.signed ? `−${end}` : "0", high: end });
  return sheet.finish();
}
