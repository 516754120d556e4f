/** What a file of a model is, by its name. */

/** A part of a GGUF file: prefix, number, count. Source: gguf-split of llama.cpp; gguf.SplitName is the same in Go. */
export const SPLIT = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/i;
export const GGUF = /\.gguf$/i;
/** Weights of a checkpoint, or the index of weights in several files; $1 is the rest of the name. */
export const WEIGHTS = /^(.*)\.safetensors$/i;
export const INDEX = /^(.*)\.safetensors\.index\.json$/i;
export const PYTORCH = /\.(bin|pt|pth|ckpt)$/i;
/** What systems, archives and tools leave beside the files that people mean. */
const LEFTOVER = /(?:^|\/)(?:\.[^/]*|__MACOSX|thumbs\.db|desktop\.ini)(?:\/|$)/i;

/**
 * Whether a file, by its path, is none that anybody means to open.
 *
 * @param {string} path
 */
export const isLeftover = (path) => LEFTOVER.test(path);

/**
 * The name that a file had before a browser or a file manager changed it, as "config (1).json", "config - Copy.json",
 * "merges copy 2.txt", "config.json.1" and "config.json.txt".
 *
 * @param {string} name
 */
export function plainName(name) {
  const [, whole] = /^(.+\.(?:json|txt|md|safetensors|gguf))\.(?:\d+|txt|download)$/i.exec(name) ?? [name, name];
  return whole.replace(/(?: ?\(\d+\)| - copy| copy(?: \d+)?)+(?=\.[a-z]+$)/i, "");
}

/** A part of an address as it reads. @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone % stays what it is
  }
}

/**
 * The last part of an address's path.
 *
 * @param {URL} url
 */
export const fileName = ({ pathname }) => decoded(pathname.slice(pathname.lastIndexOf("/") + 1));

/** What the file of a model is called by its address: OWNER/NAME on a hub. @param {string} address */
export function modelAt(address) {
  const path = decoded(new URL(address).pathname);
  return /^\/([^/]+\/[^/]+)\/resolve\//.exec(path)?.[1] ?? path.split("/").at(-1) ?? "";
}

/** Characters of a name under which a file is saved: file systems take 255 bytes. */
const MOST_SAVED = 60;

/**
 * A model's name as a part of a file's name: without what file systems do not take, and without what cannot be seen or
 * turns the text around, which would show another ending than the file has.
 *
 * @param {string} name
 */
export const savedAs = (name) => Array.from(name.slice(0, 2 * MOST_SAVED)).slice(0, MOST_SAVED).join("").replace(/[\\/:*?"<>|\s\p{C}\p{Default_Ignorable_Code_Point}]+/gu, "-");

/**
 * Whether there is more to do with an address than to load a GGUF file from it.
 *
 * @param {URL} url
 */
export function isMore(url) {
  const name = fileName(url);
  return [SPLIT, WEIGHTS, INDEX, PYTORCH].some((kind) => kind.test(name));
}
