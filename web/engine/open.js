import { VitrineError } from "./error.js";
import { INDEX, PYTORCH, SPLIT, WEIGHTS, fileName } from "./kinds.js";
import { quantize } from "./quantize.js";

/**
 * What the user opens, when it is more than one GGUF file as it is: which files belong together, and what is to be
 * done with them. Loaded when it is needed.
 *
 * @import {Quantized} from "../vitrine.d.ts"
 * @import {ModelSource} from "../worker/source.js"
 * @import {Loading} from "./quantize.js"
 * @typedef {{ source: ModelSource, quantized?: Quantized }} Opened
 */

const SHARD = /-\d{5}-of-\d{5}\.safetensors$/i;

/**
 * @param {File[]} files of one model
 * @param {string} folder that they are from; "" where unknown
 * @param {Loading} loading
 * @returns {Promise<Opened>}
 */
export async function openFiles(files, folder, loading) {
  const names = files.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) throw new VitrineError("argument", `there are two files ${twice}, want those of one model`);
  const gguf = await areGGUF(files);
  if (gguf.length > 0) return { source: sourceOf(ordered(gguf)) };
  const weights = weightsOf(names);
  if (weights) {
    const checkpoint = { weights, name: folder || stem(weights), files };
    return made(await quantize(checkpoint, loading));
  }
  const pytorch = names.find((name) => PYTORCH.test(name));
  if (pytorch) throw notHere(pytorch);
  if (files.length === 1 && !/\.(json|txt|md)$/i.test(names[0])) return { source: sourceOf(files) }; // the engine says what is wrong with it
  const list = names.length > 4 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
  throw new VitrineError(
    "model.incomplete",
    `there are no weights in ${list || "no files"}: open a GGUF file, or model.safetensors together with config.json and tokenizer.json (or vocab.json and merges.txt)`,
  );
}

/**
 * @param {URL} url of a checkpoint's weights, or of a part of a GGUF file
 * @param {Loading} loading
 * @returns {Promise<Opened>}
 */
export async function openAddress(url, loading) {
  const file = fileName(url);
  if (SPLIT.test(file)) return { source: await remoteParts(url, file, loading.signal) };
  if (PYTORCH.test(file)) throw notHere(file);
  // The Hugging Face Hub has a model's files at OWNER/NAME/resolve/REVISION/.
  const folder = new URL(".", url).pathname.replace(/\/resolve\/[^/]+\/$/, "/");
  const name = fileName(new URL(folder.slice(0, -1), url)) || stem(file);
  return made(await quantize({ weights: file, name, address: url.href }, loading));
}

/** @param {File[]} files */
async function areGGUF(files) {
  const magics = await Promise.all(files.map((file) => file.slice(0, 4).text().catch(() => ""))); // a file that is gone fails later
  return files.filter(({ name }, i) => magics[i] === "GGUF" || /\.gguf$/i.test(name));
}

/**
 * One GGUF file, or the parts of one in their order.
 *
 * @param {File[]} files
 */
function ordered(files) {
  if (files.length === 1 && !SPLIT.test(files[0].name)) return files;
  const byName = new Map(files.map((file) => [file.name, file]));
  const names = partNames(files[0].name);
  const other = files.find(({ name }) => !names.includes(name));
  if (other) throw new VitrineError("argument", `${files[0].name} and ${other.name} are two models, want one`);
  const missing = names.filter((name) => !byName.has(name));
  if (missing.length > 0) throw incomplete(missing[0]);
  return names.map((name) => /** @type {File} */ (byName.get(name)));
}

/**
 * The names of all parts of a GGUF file, from that of one.
 *
 * @param {string} name
 */
function partNames(name) {
  const [, prefix, part, of] = SPLIT.exec(name) ?? [name, "", "1", "0"];
  const count = Number(of);
  if (Number(part) < 1 || Number(part) > count) return [name];
  return Array.from({ length: count }, (_, i) => `${prefix}-${String(i + 1).padStart(5, "0")}-of-${of}.gguf`);
}

/** @param {string} part */
function incomplete(part) {
  return new VitrineError("model.incomplete", `${part} is missing: the model is divided over several files, open all of them together`);
}

/**
 * @param {URL} url of a part
 * @param {string} file its name
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<ModelSource>}
 */
async function remoteParts(url, file, signal) {
  const addresses = partNames(file).map((name) => {
    const address = new URL(encodeURIComponent(name), url);
    address.search = url.search;
    return address.href;
  });
  const last = await sizeAt(addresses[addresses.length - 1], signal); // before a name that claims 99999 parts asks for each
  const sizes = [...(await Promise.all(addresses.slice(0, -1).map((address) => sizeAt(address, signal)))), last];
  const total = sizes.includes(0) ? 0 : sizes.reduce((sum, size) => sum + size, 0);
  return { url: url.href, parts: addresses, bytes: -1, total, sha256: "" };
}

/**
 * The size of a part in bytes for display, 0 while unknown. That all parts are there is asked before one is loaded.
 *
 * @param {string} address
 * @param {AbortSignal | undefined} signal
 */
async function sizeAt(address, signal) {
  const answer = await fetch(address, { method: "HEAD", signal }).catch(() => null);
  signal?.throwIfAborted();
  if (answer?.status === 404) throw incomplete(address);
  const compressed = answer?.headers.has("Content-Encoding");
  return answer?.ok && !compressed ? Number(answer.headers.get("Content-Length") ?? 0) : 0; // what is wrong is said when it is loaded
}

/** @param {string} weights their name */
const stem = (weights) => (WEIGHTS.exec(weights) ?? INDEX.exec(weights))?.[1] ?? weights;

/**
 * The name of the weights among the files of a checkpoint, or of the index of weights in several files.
 *
 * @param {string[]} names
 */
function weightsOf(names) {
  const weights = names.filter((name) => WEIGHTS.test(name));
  if (weights.includes("model.safetensors")) return "model.safetensors";
  const index = names.find((name) => INDEX.test(name));
  if (index || weights.length === 0) return index;
  const shard = weights.find((name) => SHARD.test(name));
  if (shard) {
    throw new VitrineError("model.incomplete", `${shard} is one of several: open model.safetensors.index.json and all the files that it names together with it`);
  }
  if (weights.length > 1) throw new VitrineError("argument", `${weights[0]} and ${weights[1]} are two models, want one`);
  return weights[0];
}

/** @param {string} name */
function notHere(name) {
  return new VitrineError(
    "model.unsupported",
    `${name} is in PyTorch's format, which the page does not read. Convert it with the tool of the repository, then open the result: go run ./tools/quantize -in ${name} -out model.gguf`,
  );
}

/**
 * @param {Quantized} quantized
 * @returns {Opened}
 */
function made(quantized) {
  return { source: sourceOf([quantized.file]), quantized };
}

/**
 * @param {File[]} files
 * @returns {ModelSource}
 */
function sourceOf(files) {
  return { url: files[0].name, parts: files, bytes: files.reduce((sum, { size }) => sum + size, 0), sha256: "" };
}
