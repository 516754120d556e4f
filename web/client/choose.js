import { TOKENIZER, kindOf, properName } from "./content.js";
import { VitrineError } from "./error.js";
import { INDEX, isLeftover, plainName } from "./kinds.js";
import { weightsOf } from "./weights.js";

/**
 * Which of the files that somebody opens are those of one model: files as people have them, with other names, in folders
 * of folders, among others.
 *
 * @import {Kind} from "./content.js"
 * @typedef {{ file: File, path: string, folder: string, name: string, named: boolean, kind: Kind }} Item folder: "" or
 *   ending in a slash; name: the one that the file should have; named: that it has it, not only what belongs under it
 * @typedef {{ weights: string, folder: string, files: Map<string, File> }} Chosen files: by their names in lower case
 */

/** The same file twice is looked into up to this size. */
const MOST_COMPARED_BYTES = 64 << 20;

/**
 * @param {File[]} files
 * @returns {Promise<Item[]>} without leftovers
 */
export async function itemsOf(files) {
  const paths = files.map((file) => file.webkitRelativePath || file.name);
  const meant = files.filter((_, i) => files.length === 1 || !isLeftover(paths[i]));
  return Promise.all(
    meant.map(async (file) => {
      const path = file.webkitRelativePath || file.name;
      const kind = await kindOf(file);
      const plain = plainName(file.name);
      const name = kind === "other" ? await properName(file) : plain;
      const named = name.toLowerCase() === plain.toLowerCase();
      return { file, path, folder: path.slice(0, path.lastIndexOf("/") + 1), name, named, kind: INDEX.test(name) ? "index" : kind };
    }),
  );
}

/**
 * Those in the folder that is least deep, which must be one.
 *
 * @param {Item[]} items
 */
export function topmost(items) {
  const depth = (/** @type {Item} */ { folder }) => folder.split("/").length;
  const least = Math.min(...items.map(depth));
  const top = items.filter((item) => depth(item) === least);
  const other = top.find(({ folder }) => folder !== top[0].folder);
  if (other) throw new VitrineError("argument", `${top[0].path} and ${other.path} are two models, want one`);
  return top;
}

/**
 * @param {Item[]} items
 * @param {string} folder that has the weights
 * @returns {Promise<Chosen>}
 */
export async function chooseCheckpoint(items, folder) {
  const inside = items.filter((item) => item.folder === folder);
  const weights = weightsOf(inside);
  const rest = items.filter(({ kind }) => kind === "other");
  const config = together(rest, folder, ["config.json"], ["config.json"]);
  const tokenizer = together(rest, folder, ["tokenizer.json", "vocab.json"], TOKENIZER);
  const described = ["config.json", ...TOKENIZER];
  const others = inside.filter(({ name }) => !described.includes(name));
  return { weights, folder, files: await byName([...others, ...config, ...tokenizer]) };
}

/**
 * The files of some names in the folder of the weights, or else in one above it, or else in the only one that has them.
 *
 * @param {Item[]} items
 * @param {string} folder
 * @param {string[]} first names of which one must be there
 * @param {string[]} names of all
 */
function together(items, folder, first, names) {
  const found = items.filter(({ name }) => first.includes(name));
  const above = found.filter((item) => folder.startsWith(item.folder)).sort((a, b) => b.folder.length - a.folder.length);
  if (found.length === 0) return [];
  const from = (above[0] ?? topmost(found)[0]).folder;
  return items.filter((item) => item.folder === from && names.includes(item.name));
}

/**
 * @param {Item[]} items
 * @returns {Promise<Map<string, File>>}
 */
export async function byName(items) {
  /** @type {Map<string, Item>} */
  const found = new Map();
  for (const item of items) {
    const name = item.name.toLowerCase();
    const other = found.get(name);
    if (other && other.named === item.named && !(await areSame(item.file, other.file))) {
      throw new VitrineError("argument", `${other.path} and ${item.path} are both ${item.name}, want one of them`);
    }
    found.set(name, other?.named ? other : item);
  }
  return new Map(Array.from(found, ([name, { file }]) => [name, file]));
}

/** @param {File} a @param {File} b */
async function areSame(a, b) {
  if (a.size !== b.size || a.size > MOST_COMPARED_BYTES) return false;
  const [one, two] = await Promise.all([a, b].map(async (file) => new Uint8Array(await file.arrayBuffer())));
  return one.every((byte, i) => byte === two[i]);
}
