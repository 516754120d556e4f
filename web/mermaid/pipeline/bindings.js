/** @import { Bindings } from "../drawing.js" */

/**
 * Which stage each element of pipeline.mmd shows, in reading order: nodes and subgraphs by their id, the loop by the
 * ids of its edge. One stage may have several elements: a node and the frame that opens it.
 *
 * @type {Bindings}
 */
export const bindings = new Map([
  ["A", "prompt"],
  ["B", "tokenize"],
  ["C", "ids"],
  ["D", "embed"],
  ["E", "position"],
  ["DecoderStack", "layers"],
  ["Layer", "layers"],
  ["G0", "ln1"],
  ["G1", "attention"],
  ["AttentionViz", "attention"],
  ["O1", "attention.qkv"],
  ["O2", "attention.scores"],
  ["O6", "attention.scale"],
  ["O4", "attention.mask"],
  ["O3", "attention.mix"],
  ["G2", "residual1"],
  ["G3", "ln2"],
  ["G4", "mlp"],
  ["G5", "residual2"],
  ["F6", "final"],
  ["H", "head"],
  ["I", "softmax"],
  ["J", "distribution"],
  ["K", "decode"],
  ["K1", "decode.temperature"],
  ["K2", "decode.top_k"],
  ["K3", "decode.top_p"],
  ["K4", "decode.sample"],
  ["K5", "decode.stop"],
  ["L", "select"],
  ["M", "append"],
  ["M>C", "loop"],
  ["Generation", "generation"],
  ["N1", "generation"],
  ["N2", "generation"],
  ["N3", "generation"],
  ["N4", "generation"],
  ["N5", "generation"],
  ["N6", "generation"],
  ["N7", "generation"],
  ["N8", "generation"],
  ["N9", "generation"],
]);
