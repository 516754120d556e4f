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
    large: "The link holds more than a link may hold.",
    cut: "The link is damaged or cut off.",
    sum: "The link was changed or damaged. What is read of it may be wrong.",
  },
  /** @param {string} name */
  unknown: (name) => `The page does not know the part ${name} of the link.`,
  /** @param {string} name */
  wrong: (name) => `The page cannot read ${names[name] ?? name}.`,
  /** @param {string} name @param {number} n */
  items: (name, n) => `The page left out ${count(n)} of ${names[name] ?? name}.`,
};

/** What the page says and asks where a link is opened. */
export const linked = {
  nothing: "The page opened nothing from the link.",
  some: "The page opened what it could read.",
  /** @param {string} host @param {string} address */
  other: (host, address) => `The link uses a model from ${host}: ${address}. Nothing has been asked of that host yet.`,
  /** @param {string} host */
  load: (host) => `Load it from ${host}`,
  /** @param {string} name */
  missing: (name) => `The link uses the model ${name}, which this site does not have. Open it from the model menu. Other models give other numbers, so the run of the link was not repeated.`,
  seedless: "The link names no seed, so its run was not repeated.",
  ask: "The address holds another link now. It replaces what you wrote, and the run.",
  open: "Open the link",
  stay: "Stay here",
};

/** @typedef {typeof link} LinkStrings */
/** @typedef {typeof linked} LinkedStrings */
