import { byName, chooseCheckpoint, itemsOf, topmost } from "./choose.js";
import { VitrineError } from "./error.js";
import { INDEX, PYTORCH, SPLIT, WEIGHTS, fileName } from "./kinds.js";
import { remoteParts } from "./parts.js";
import { quantize } from "./quantize.js";
import { ASK, isStill, request } from "./request.js";
import { byCheckpoint, byFiles, drop, find, put } from "./stored.js";
import { ordered } from "./weights.js";

/**
 * What the user opens, when it is more than one GGUF file as it is: which files belong together, and what is to be
 * done with them. Loaded when it is needed.
 *
 * @import {Quantized} from "../vitrine.d.ts"
 * @import {ModelSource} from "../worker/source.js"
 * @import {Loading} from "./quantize.js"
 * @typedef {{ source: ModelSource, quantized?: Quantized, from?: "stored" | "network", kept?: ReturnType<typeof put>, drop?: () => Promise<void> }} Opened
 *   kept: whether the device will have it the next time; drop: has it not have it, where it is unsound
 */

/**
 * @param {File[]} files of one model, perhaps among others
 * @param {string} folder that they are from; "" where unknown
 * @param {Loading} loading
 * @returns {Promise<Opened>}
 */
export async function openFiles(files, folder, loading) {
  const items = await itemsOf(files);
  const models = items.filter(({ kind }) => ["gguf", "safetensors", "index"].includes(kind));
  if (models.length === 0) return withoutWeights(files, items);
  const top = topmost(models);
  const gguf = top.filter(({ kind }) => kind === "gguf");
  if (gguf.length > 0) return { source: sourceOf(ordered(await byName(gguf))) };
  const checkpoint = await chooseCheckpoint(items, top[0].folder);
  const [own, ...above] = checkpoint.folder.split("/").slice(0, -1).reverse();
  const name = (above.length > 0 ? own : folder || own) || stem(checkpoint.weights);
  const { tag, ...quantized } = await quantize({ ...checkpoint, name }, loading);
  return made(quantized, byFiles(name), { name, url: "", tag }, loading);
}

/**
 * @param {File[]} files
 * @param {import("./choose.js").Item[]} items
 * @returns {Opened}
 */
function withoutWeights(files, items) {
  const other = items.find(({ kind }) => kind === "pytorch") ?? items.find(({ kind }) => kind === "archive");
  if (other?.kind === "pytorch") throw notHere(other.path);
  if (other) throw new VitrineError("model.unsupported", `${other.path} is an archive: unpack it, then open the files that are in it`);
  if (files.length === 1 && !/\.(json|txt|md)$/i.test(files[0].name)) return { source: sourceOf(files) }; // the engine says what is wrong with it
  const paths = files.map((file) => file.webkitRelativePath || file.name);
  const list = paths.length > 4 ? `${paths.slice(0, 3).join(", ")} and ${paths.length - 3} more` : paths.join(", ");
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
  const key = byCheckpoint(url.href);
  const found = loading.store ? await find(key) : null;
  const answer = found && (await request(url.href, { method: "HEAD", signal: loading.signal }, ASK).catch(() => null));
  loading.signal?.throwIfAborted();
  if (found && isStill(answer, found.known.tag)) {
    const made = new File([await found.answer.blob()], found.known.file ?? "model.gguf");
    return { source: sourceOf([made]), quantized: { file: made, notes: found.known.notes ?? [] }, from: "stored", drop: () => drop(key) };
  }
  const { tag, ...quantized } = await quantize({ weights: file, name, address: url.href }, loading);
  return { ...made(quantized, key, { name, url: url.href, tag }, loading), from: "network" };
}

/** @param {string} weights their name */
const stem = (weights) => (WEIGHTS.exec(weights) ?? INDEX.exec(weights))?.[1] ?? weights;

/** @param {string} name */
function notHere(name) {
  return new VitrineError(
    "model.unsupported",
    `${name} is in PyTorch's format, which the page does not read. Convert it with the tool of the repository, then open the result: go run ./tools/quantize -in ${name} -out model.gguf`,
  );
}

/**
 * @param {Quantized} quantized
 * @param {string} key under which it is kept
 * @param {{ name: string, url: string, tag?: string }} known
 * @param {Loading} loading
 * @returns {Opened}
 */
function made(quantized, key, known, { store }) {
  const { file, notes } = quantized;
  const kept = store ? put(key, file, { ...known, bytes: file.size, file: file.name, notes }) : undefined;
  return { source: sourceOf([file]), quantized, kept, drop: () => Promise.resolve(kept).then(() => drop(key)) };
}

/**
 * @param {File[]} files
 * @returns {ModelSource}
 */
function sourceOf(files) {
  return { url: files[0].name, parts: files, bytes: files.reduce((sum, { size }) => sum + size, 0), sha256: "" };
}
