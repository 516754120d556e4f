// What the tests of faults break things with.
import { readFileSync } from "node:fs";

/** A WebAssembly module whose function f ends in a trap. */
export const TRAP = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 5, 1, 3, 0, 0, 11];

/** The default model with numbers in a norm of its first layer that overflow. */
export function modelOfHugeNumbers() {
  const file = readFileSync("models/vitrine-tiny-q8_0.gguf");
  const at = Math.min(...["token_embd.weight", "position_embd.weight", "output_norm.weight", "blk.0.attn_norm.weight"].map((name) => file.indexOf(name, file.indexOf("tokenizer.ggml.merges"))));
  let offset = at - 8;
  let norm = 0;
  for (let left = Number(file.readBigUInt64LE(8)); left > 0; left--) {
    const name = file.toString("latin1", offset + 8, (offset += 8 + Number(file.readBigUInt64LE(offset))));
    offset += 4 + 8 * file.readUInt32LE(offset) + 4;
    if (name === "blk.0.ffn_norm.weight") norm = Number(file.readBigUInt64LE(offset));
    offset += 8;
  }
  const data = Math.ceil(offset / 32) * 32;
  for (let i = 0; i < 64; i++) file.writeFloatLE(3e38, data + norm + 4 * i);
  return file;
}
