// A small GPT-2 checkpoint as Hugging Face's transformers saves it, with weights from a formula.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The characters that stand for bytes. Source: bytes_to_unicode of openai/gpt-2 src/encoder.py. */
const printable = (byte) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
let unprintable = 256;
const bytes = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : unprintable++));
const tokens = [...bytes, "ab", "Ġa", "Ġab", "<|endoftext|>"];
const merges = "#version: 0.2\na b\nĠ a\nĠ ab\n";
const config = {
  model_type: "gpt2", vocab_size: tokens.length, n_positions: 64, n_embd: 32, n_layer: 2, n_head: 4, n_inner: 64,
  activation_function: "gelu_new", layer_norm_epsilon: 1e-5, bos_token_id: tokens.length - 1, eos_token_id: tokens.length - 1,
};

/**
 * Shapes by name, in the checkpoint: matrices of layers are [in, out].
 *
 * @param {typeof config} config
 */
function shapesOf({ vocab_size, n_positions, n_embd: c, n_layer, n_inner: inner }) {
  /** @type {Record<string, number[]>} */
  const shapes = { "wte.weight": [vocab_size, c], "wpe.weight": [n_positions, c], "ln_f.weight": [c], "ln_f.bias": [c] };
  for (let layer = 0; layer < n_layer; layer++) {
    for (const [name, shape] of Object.entries({
      "ln_1.weight": [c], "ln_1.bias": [c], "attn.c_attn.weight": [c, 3 * c], "attn.c_attn.bias": [3 * c],
      "attn.c_proj.weight": [c, c], "attn.c_proj.bias": [c], "ln_2.weight": [c], "ln_2.bias": [c],
      "mlp.c_fc.weight": [c, inner], "mlp.c_fc.bias": [inner], "mlp.c_proj.weight": [inner, c], "mlp.c_proj.bias": [c],
    })) {
      shapes[`h.${layer}.${name}`] = shape;
    }
  }
  return shapes;
}
const shapes = shapesOf(config);
const names = Object.keys(shapes).sort();

/** @param {number[]} shape */
const elements = (shape) => shape.reduce((a, b) => a * b);

/**
 * What a safetensors file begins with.
 *
 * @param {Record<string, number[]>} shapes by name
 * @returns {{ header: Buffer, bytes: number }} bytes of the data behind it
 */
function begin(shapes) {
  let bytes = 0;
  const infos = Object.entries(shapes).map(([name, shape]) => [name, { dtype: "F32", shape, data_offsets: [bytes, (bytes += 4 * elements(shape))] }]);
  const text = Buffer.from(JSON.stringify(Object.fromEntries(infos)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return { header: Buffer.concat([length, text]), bytes };
}

/**
 * A safetensors file with some of the tensors.
 *
 * @param {string[]} some
 */
function safetensors(some) {
  const data = some.map((name) =>
    Buffer.from(Float32Array.from({ length: elements(shapes[name]) }, (_, i) => Math.sin(i * 12.9898 + names.indexOf(name)) / 2).buffer));
  return Buffer.concat([begin(Object.fromEntries(some.map((name) => [name, shapes[name]]))).header, ...data]);
}

const others = {
  "config.json": Buffer.from(JSON.stringify(config)),
  "vocab.json": Buffer.from(JSON.stringify(Object.fromEntries(tokens.map((token, id) => [token, id])))),
  "merges.txt": Buffer.from(merges),
};

/** The files by name. @type {Record<string, Buffer>} */
export const whole = { ...others, "model.safetensors": safetensors(names) };

/** The same model with its weights in two files. @type {Record<string, Buffer>} */
export const sharded = (() => {
  const shards = { "model-00001-of-00002.safetensors": names.slice(0, 10), "model-00002-of-00002.safetensors": names.slice(10) };
  const map = Object.fromEntries(Object.entries(shards).flatMap(([file, tensors]) => tensors.map((name) => [name, file])));
  const files = Object.fromEntries(Object.entries(shards).map(([file, tensors]) => [file, safetensors(tensors)]));
  return { ...others, ...files, "model.safetensors.index.json": Buffer.from(JSON.stringify({ metadata: {}, weight_map: map })) };
})();

/** A model of 305 MB whose weights are zero: model.safetensors has only its header, zeros up to weightsBytes follow. */
export const large = (() => {
  const wide = { ...config, n_embd: 1024, n_layer: 6, n_head: 16, n_inner: 4096 };
  const { header, bytes } = begin(shapesOf(wide));
  const files = { ...whole, "config.json": Buffer.from(JSON.stringify(wide)), "model.safetensors": header };
  return { files, weightsBytes: header.length + bytes };
})();

/**
 * The checkpoint as GGUF files of these types.
 *
 * @param {...string} types
 */
export function converted(...types) {
  const folder = mkdtempSync(join(tmpdir(), "checkpoint-"));
  for (const [name, bytes] of Object.entries(whole)) writeFileSync(join(folder, name), bytes);
  const files = types.map((type) => {
    execFileSync("build/quantize", ["-in", folder, "-out", join(folder, `${type}.gguf`), "-type", type, "-name", "small"]);
    return readFileSync(join(folder, `${type}.gguf`));
  });
  rmSync(folder, { recursive: true });
  return files;
}
