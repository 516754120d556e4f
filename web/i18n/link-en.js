/** What is said of links that are opened, in English. */
import { count } from "../kit/numbers.js";

/** The parts of a link, as they are called. @type {Record<string, string>} */
const names = {
  model: "the model", prompt: "the prompt", seed: "the seed", temperature: "the temperature", topK: "top-k", topP: "top-p",
  maxTokens: "the number of new tokens", stop: "the stop sequences", forced: "the chosen tokens", switches: "the switches",
  stands: "the place of the run", at: "the view", breakpoints: "the breakpoints", branch: "the branch of the run",
  branches: "the branches", hide: "the hidden controls", diagram: "the diagram",
};

export const link = {
  none: "This is not a link of Vitrine.",
  version: "This link was made by a later version of Vitrine. This version cannot read it.",
  /** What is wrong with the whole of it. */
  faults: {
    letters: "The link holds characters that no link has. It was damaged where it was copied.",
    long: "The link is too long.",
    short: "The link is cut off. Nothing of it can be read.",
    kind: "The link is damaged. Nothing of it can be read.",
    large: "The link holds more than a link may hold. The page read the beginning of it.",
    cut: "The link is damaged or cut off. The page read as much of it as it can.",
    sum: "The link was changed or damaged. The page read what it can, and that may be wrong.",
  },
  /** @param {string} name */
  unknown: (name) => `The page does not know the part ${name} of the link.`,
  /** @param {string} name */
  wrong: (name) => `The page cannot read ${names[name] ?? name}.`,
  /** @param {string} name @param {number} n */
  items: (name, n) => `The page left out ${count(n)} of ${names[name] ?? name}.`,
};

/** @typedef {typeof link} LinkStrings */
