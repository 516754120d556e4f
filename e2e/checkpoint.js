// A small GPT-2 checkpoint as Hugging Face's transformers saves it, with weights from a formula.

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

/** Shapes by name, in the checkpoint: matrices of layers are [in, out]. */
const shapes = { "wte.weight": [config.vocab_size, 32], "wpe.weight": [config.n_positions, 32], "ln_f.weight": [32], "ln_f.bias": [32] };
for (const layer of [0, 1]) {
  for (const [name, shape] of Object.entries({
    "ln_1.weight": [32], "ln_1.bias": [32], "attn.c_attn.weight": [32, 96], "attn.c_attn.bias": [96],
    "attn.c_proj.weight": [32, 32], "attn.c_proj.bias": [32], "ln_2.weight": [32], "ln_2.bias": [32],
    "mlp.c_fc.weight": [32, 64], "mlp.c_fc.bias": [64], "mlp.c_proj.weight": [64, 32], "mlp.c_proj.bias": [32],
  })) {
    shapes[`h.${layer}.${name}`] = shape;
  }
}
const names = Object.keys(shapes).sort();

/**
 * A safetensors file with some of the tensors.
 *
 * @param {string[]} some
 */
function safetensors(some) {
  const header = {};
  const data = [];
  let at = 0;
  for (const name of some) {
    const values = Float32Array.from({ length: shapes[name].reduce((a, b) => a * b) }, (_, i) => Math.sin(i * 12.9898 + names.indexOf(name)) / 2);
    header[name] = { dtype: "F32", shape: shapes[name], data_offsets: [at, (at += values.byteLength)] };
    data.push(Buffer.from(values.buffer));
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...data]);
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
