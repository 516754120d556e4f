/** What the page says about the place where it is, in English. */

import { count, sizeWords } from "../kit/numbers.js";

export const host = {
  offer: {
    ready: "A new version is ready. Using it reloads the page: the prompt and the settings are kept, the output is lost.",
    use: "Use the new version",
    /** @param {number} n */
    others: (n) => `Vitrine is open in ${n === 1 ? "another tab" : `${count(n)} other tabs`}. Close ${n === 1 ? "it" : "them"}, then press again.`,
  },

  hosting: {
    title: "On this device",
    keeping: "The page is being kept on this device.",
    /** @param {number} bytes */
    kept: (bytes) => `The page works without a network. Its files take ${sizeWords(bytes)} on this device.`,
    /** Why the page is not on the device. */
    notKept: {
      insecure: "The page needs the network: a browser keeps only pages of https and of localhost.",
      frame: "The page needs the network: it is inside a page of another site.",
      forbidden: "The page needs the network: this browser does not let it keep files. A private window or a setting may be the reason.",
      /** @param {string} why the worker's own sentence */
      failed: (why) => `The page needs the network: its files were not kept (${why}). The next visit tries again.`,
    },
    /** @param {number} n */
    threads: (n) => `Models of 32 MB and more use up to ${count(n)} threads here.`,
    /** Why one thread computes. */
    oneThread: {
      cores: "One thread computes: the browser offers one core.",
      insecure: "One thread computes: browsers share memory between threads only at https or localhost. Open the page there for several.",
      frame: "One thread computes: the site around this page does not let it share memory. Open the page by itself for several.",
      asked: "One thread computes: the address says isolate=0. Remove it for several.",
      reload: "One thread computes: the server does not send the headers that several need (Cross-Origin-Opener-Policy, Cross-Origin-Embedder-Policy). Reload the page: it adds them itself from now on.",
      headers: "One thread computes: the server does not send the headers that several need (Cross-Origin-Opener-Policy: same-origin, Cross-Origin-Embedder-Policy: require-corp), and this browser does not let the page add them.",
    },
  },

  /** What the page waits for, when nothing has come for a while. */
  waiting: {
    /** @param {number} seconds @param {string} what */
    words: (seconds, what) => `Nothing has come for ${seconds} s. The page waits for ${what}.`,
    script: "the engine's script",
    list: "the list of models",
    engine: "the engine",
    model: "the model",
    quantize: "the converter",
  },
};

/** @typedef {typeof host} HostStrings */
