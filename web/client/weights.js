import { VitrineError } from "./error.js";
import { SPLIT } from "./kinds.js";

/** @import {Item} from "./choose.js" */

const SHARD = /-\d{5}-of-\d{5}\.safetensors$/i;

/**
 * The name of the weights among the files of a checkpoint, or of the index of weights in several files.
 *
 * @param {Item[]} items of one folder
 */
export function weightsOf(items) {
  const weights = items.filter(({ kind }) => kind === "safetensors");
  const best = weights.find(({ name }) => name.toLowerCase() === "model.safetensors") ?? items.find(({ kind }) => kind === "index");
  if (best) return best.name;
  const shard = weights.find(({ name }) => SHARD.test(name));
  if (shard) {
    throw new VitrineError("model.incomplete", `${shard.path} is one of several: open model.safetensors.index.json and all the files that it names together with it`);
  }
  const other = weights.find(({ name }) => name.toLowerCase() !== weights[0].name.toLowerCase());
  if (other) throw new VitrineError("argument", `${weights[0].path} and ${other.path} are two models, want one`);
  return weights[0].name;
}

/**
 * One GGUF file, or the parts of one in their order.
 *
 * @param {Map<string, File>} files by their names in lower case
 */
export function ordered(files) {
  const [first] = files.keys();
  if (files.size === 1 && !SPLIT.test(first)) return [...files.values()];
  const names = Array.from(partNames(first));
  const other = [...files.keys()].find((name) => !names.includes(name));
  if (other) throw new VitrineError("argument", `${first} and ${other} are two models, want one`);
  const missing = names.find((name) => !files.has(name));
  if (missing) throw incomplete(missing);
  return names.map((name) => /** @type {File} */ (files.get(name)));
}

/**
 * The names of all parts of a GGUF file, from that of one.
 *
 * @param {string} name
 */
export function partNames(name) {
  const [, prefix, part, of] = SPLIT.exec(name) ?? [name, "", "1", "0"];
  const count = Number(of);
  if (Number(part) < 1 || Number(part) > count) return [name];
  const end = name.slice(-".gguf".length); // as it is written
  return Array.from({ length: count }, (_, i) => `${prefix}-${String(i + 1).padStart(5, "0")}-of-${of}${end}`);
}

/** @param {string} part */
export function incomplete(part) {
  return new VitrineError("model.incomplete", `${part} is missing: the model is divided over several files, open all of them together`);
}
