/** What a file of a model is, by its name. */

/** A part of a GGUF file: prefix, number, count. Source: gguf-split of llama.cpp; gguf.SplitName is the same in Go. */
export const SPLIT = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/;
/** Weights of a checkpoint, or the index of weights in several files; $1 is the rest of the name. */
export const WEIGHTS = /^(.*)\.safetensors$/i;
export const INDEX = /^(.*)\.safetensors\.index\.json$/i;
export const PYTORCH = /\.(bin|pt|pth|ckpt)$/i;

/**
 * The last part of an address's path.
 *
 * @param {URL} url
 */
export function fileName({ pathname }) {
  const name = pathname.slice(pathname.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // a lone % stays what it is
  }
}

/**
 * Whether there is more to do with an address than to load a GGUF file from it.
 *
 * @param {URL} url
 */
export function isMore(url) {
  const name = fileName(url);
  return [SPLIT, WEIGHTS, INDEX, PYTORCH].some((kind) => kind.test(name));
}
