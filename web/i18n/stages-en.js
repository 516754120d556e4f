/**
 * The words of every stage: `name` and `caption` where the diagram has its place, `long` where it stands alone. Braces are
 * filled with what the loaded model has.
 */
export const stages = {
  prompt: { name: "Prompt", caption: "the text as it was typed", long: "Prompt" },
  tokenize: { name: "Tokenize", caption: "byte-level BPE pieces", long: "Tokenize: text to pieces" },
  ids: { name: "Token ids", caption: "each one of {vocabulary}", long: "Token ids" },
  embed: { name: "Token embedding", caption: "one row per token", long: "Token embedding" },
  position: { name: "Position added", caption: "{position}", long: "Position added" },
  layers: { name: "Decoder layers", caption: "{heads} heads per layer, width {embedding}", long: "Decoder layers" },
  ln1: { name: "Layer norm", caption: "norm(x), before attention", long: "Layer norm before attention" },
  attention: { name: "Masked attention", caption: "{heads} heads of {headDim}", long: "Masked self-attention" },
  "attention.qkv": { name: "Query, key, value", caption: "three vectors per head", long: "Attention: queries, keys, values" },
  "attention.scores": { name: "Scores QKᵀ", caption: "query · key, every pair", long: "Attention: scores Q·Kᵀ" },
  "attention.scale": { name: "Scale by √{headDim}", caption: "or softmax saturates", long: "Attention: scale by √d" },
  "attention.mask": { name: "Mask, softmax", caption: "no token sees a later one", long: "Attention: causal mask, softmax" },
  "attention.mix": { name: "Weights × V", caption: "then the output projection", long: "Attention: weights times values" },
  residual1: { name: "Residual connection", caption: "x + attention(norm(x))", long: "Residual: attention added" },
  ln2: { name: "Layer norm", caption: "norm(x), before the MLP", long: "Layer norm before the MLP" },
  mlp: { name: "Feed forward (MLP)", caption: "two matrices, {activation}", long: "Feed-forward network (MLP)" },
  residual2: { name: "Residual connection", caption: "x + mlp(norm(x))", long: "Residual: MLP added" },
  final: { name: "Final layer norm", caption: "", long: "Final layer norm" },
  head: { name: "Language model head", caption: "one logit per token", long: "Language model head: logits" },
  softmax: { name: "Softmax", caption: "one probability per token", long: "Softmax: probabilities" },
  distribution: { name: "Probability distribution", caption: "", long: "Probability distribution" },
  decode: { name: "Decoding pipeline", caption: "", long: "Decoding" },
  "decode.temperature": { name: "Temperature", caption: "logits ÷ T", long: "Decoding: temperature" },
  "decode.top_k": { name: "Top-k", caption: "keep the k most probable tokens", long: "Decoding: top-k" },
  "decode.top_p": { name: "Top-p", caption: "keep the smallest set that reaches p", long: "Decoding: top-p" },
  "decode.sample": { name: "Sample", caption: "renormalize and draw", long: "Decoding: sample" },
  "decode.stop": { name: "Stop", caption: "end of text, length, context, stop sequence", long: "Decoding: stop criteria" },
  select: { name: "Selected token", caption: "chosen by a random number", long: "Token selected" },
  append: { name: "Updated token ids", caption: "one longer", long: "Token appended" },
  loop: { name: "Autoregressive loop", caption: "", long: "Loop: next token" },
  generation: { name: "Step by step", caption: "", long: "Generation step" },
};

/** @typedef {typeof stages} StageStrings */
