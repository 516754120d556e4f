/** @import { StageName } from "../vitrine.d.ts" */

/** @typedef {"input" | "processing" | "attention" | "output" | "generation"} Family */

/**
 * The colour family of a stage, everywhere: in the diagram, the status line, the charts.
 *
 * @param {StageName} stage
 * @returns {Family}
 */
export function family(stage) {
  if (stage.startsWith("attention")) return "attention";
  if (stage.startsWith("decode")) return "output";
  switch (stage) {
    case "prompt":
    case "tokenize":
    case "ids":
    case "embed":
    case "position":
      return "input";
    case "head":
    case "softmax":
    case "distribution":
    case "select":
    case "append":
      return "output";
    case "loop":
    case "generation":
      return "generation";
    default:
      return "processing";
  }
}
