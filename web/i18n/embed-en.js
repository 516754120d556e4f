/** What the elements say on other people's pages, in English. */

import { count } from "../kit/numbers.js";

export const embed = {
  label: "A language model at work",
  prompt: {
    label: "Prompt",
    placeholder: "Write the beginning. The model continues it.",
    examples: "Examples",
    exampleTexts: [],
  },
  output: { label: "Output", empty: "The prompt and the model's continuation appear here, one box per token." },
  /** @param {string} size "" where it is not known @param {string} host that the model comes from, "" where it is the page's or ours */
  run: (size, host) => (size || host ? `Run (${[size, host && `loads from ${host}`].filter(Boolean).join(", ")})` : "Run"),
  again: "Run again",
  open: "Open in Vitrine",
  stop: "Stop",
  /** @param {string} model @param {string} size */
  recording: (model, size) => `A recording: the model ${model} wrote this when the site was built. Run loads the model (${size}) and computes in your browser.`,
  /** Where the author's prompt or model is another one. @param {string} model @param {string} size */
  otherRecording: (model, size) => `A recording of another run, of the model ${model}. Run loads the model (${size || "its size is not known"}) and computes in your browser.`,
  /** @param {string} host */
  other: (host) => `The model comes from ${host}. Nothing has been asked of that host yet.`,
  /** @param {string} value @param {string} total @param {string} unit */
  loading: (value, total, unit) => `Loading ${value} of ${total} ${unit}`,
  /** @param {string} value @param {string} unit */
  loadingSome: (value, unit) => `Loading ${value} ${unit}`,
  /** @param {string} size */
  notYet: (size) => `Run loads the model (${size || "its size is not known"}) and computes in your browser.`,
  /** @param {string} model @param {string} size */
  recordingTokens: (model, size) => `A recording: the tokenizer of the model ${model} split this when the site was built. Run loads the tokenizer (${size}), without the model's weights, and works in your browser.`,
  /** @param {string} size */
  notYetTokens: (size) => `Run loads the tokenizer (${size}), without the model's weights, and works in your browser.`,
  tokens: { label: "Tokens", empty: "The tokens of the text appear here, one box each." },
  /** @param {number[]} ids */
  ids: (ids) => `${count(ids.length)} ${ids.length === 1 ? "token" : "tokens"}: ${ids.join(" ")}`,
  liveTokens: "Live: the tokenizer runs in your browser. Nothing leaves your device.",
  next: "The most probable next tokens",
  /** @param {number} n */
  others: (n) => `${count(n)} others`,
  map: "Attention: each row is a token, each column one that it looks at, in percent",
  /** @param {number} layer @param {number} head */
  mapOf: (layer, head) => `layer ${layer}, head ${head}`,
  starting: "The engine starts.",
  /** @param {string} model */
  live: (model) => `Live: the model ${model} runs in your browser. Nothing leaves your device.`,
  /** @param {string[]} where */
  paused: (where) => `The machine is paused at ${where.join(", ")}.`,
  /** @param {string} why */
  failed: (why) => `The run failed. ${why}`,
  /** @param {string} title */
  frame: (title) => `${title}, in a frame`,
  noFrame: "The policy of this site (Content-Security-Policy) forbids the frame that the engine would run in: it must allow frame-src with the address of the script.",
  /** @param {string} host */
  noAnswer: (host) => `The frame that the engine runs in did not come from ${host}. There may be no network, or something blocks it. Run tries again.`,
  /** Of an author's diagram. @param {number} line @param {string} what */
  problem: (line, what) => `Line ${line}: ${what}`,
  diagram: {
    broken: "The diagram could not be drawn.",
    behind: "The run is too fast to follow: the view stays where it is. The numbers are right.",
  },
};

/** @typedef {typeof embed} EmbedStrings */
