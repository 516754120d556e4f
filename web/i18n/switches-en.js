/** What is switched, in English. */
/** @import { Switch } from "../vitrine.d.ts" */

export const activations = { gelu_new: "GELU (its tanh form)", gelu: "GELU", relu: "ReLU" };

/** @param {Switch} one */
export function switched(one) {
  if ("scale" in one) return `Head ${one.head + 1} of layer ${one.layer + 1} times ${one.scale}`;
  if ("activation" in one) return `${activations[one.activation]} instead`;
  if (one.off === "head") return `Head ${one.head + 1} of layer ${one.layer + 1} off`;
  if (one.off === "attention") return `Attention of layer ${one.layer + 1} off`;
  if (one.off === "mlp") return `MLP of layer ${one.layer + 1} off`;
  return one.off === "mask" ? "Causal mask off" : "Position embedding off";
}

/** The first, and how many more. @param {string[]} words @returns {string} */
export const firstOf = ([first, ...more]) => (more.length ? `${first}, ${more.length} more` : (first ?? ""));
