/** What is said of sharing, in English. */
import { count } from "../kit/numbers.js";

export const share = {
  button: "Share",
  title: "Share",
  /** What the link holds. */
  holds: {
    run: "The link opens this run for anybody: prompt, model, seed, settings, choices, branches, breakpoints, the place where it is paused, and the view. Everything is in the link itself. Nothing is uploaded.",
    fields: "The link opens the prompt and the settings for anybody. Everything is in the link itself. Nothing is uploaded.",
  },
  files: "You opened the model from files. Whoever opens the link must open the same files.",
  local: "This address is on your own device. Put the site on a server before you share it.",
  long: "This is more than a link can hold. Shorten the prompt or the diagram.",
  choices: {
    stop: "Open the run where it stands",
    embed: "How an embed looks",
    hide: "Hide",
    /** @type {Record<typeof import("../run/forms.js").parts[number], string>} */
    parts: { prompt: "Prompt", diagram: "Diagram", output: "Output", transport: "Transport bar", open: "Link to this page" },
    height: "Height of the diagram, in pixels",
    usualHeight: "by the width",
    /** @param {number} min @param {number} max */
    heightError: (min, max) => `Write a whole number from ${count(min)} to ${count(max)}, or nothing.`,
    theme: "Theme",
    themes: { "": "As the page; a frame is light", auto: "As the reader's system", light: "Light", dark: "Dark" },
  },
  /** @param {number} n */
  size: (n) => (n === 1 ? "1 character" : `${count(n)} characters`),
  /** @type {Record<import("../run/forms.js").FormName, { name: string, hint: string }>} */
  forms: {
    link: { name: "Link", hint: "Opens this page as it is now." },
    frame: { name: "Frame", hint: "HTML for hosts that take an iframe: WordPress, Notion, Moodle, Canvas." },
    element: { name: "Element", hint: "HTML for pages of your own. Its attributes can be changed by hand." },
    jekyll: { name: "Jekyll include", hint: "Markdown for Jekyll and GitHub Pages, with vitrine.html in _includes." },
    hugo: { name: "Hugo shortcode", hint: "Markdown for Hugo, with vitrine.html in layouts/shortcodes." },
    markdown: { name: "Markdown", hint: "The element for MkDocs, Docusaurus, VitePress and others. A diagram of your own stays plain Mermaid where the script does not run." },
    mermaid: { name: "Mermaid", hint: "The diagram with this step's values, for a GitHub README and wherever Mermaid is drawn." },
    picture: { name: "Picture and link", hint: "For hosts that take neither: Medium, Substack. Save the picture, and link it." },
  },
  copy: "Copy",
  /** @param {string} name */
  copyLabel: (name) => `Copy: ${name}`,
  copied: "Copied",
  /** @param {string} name */
  copiedForm: (name) => `${name} copied.`,
  copyFailed: "The browser did not allow copying. Select the text and copy it.",
  save: "Save",
  png: "Picture (PNG)",
  json: "Run (JSON)",
  text: "Transcript (text)",
  noRun: "There is no run yet",
  file: "vitrine-run",
  /** @param {string} prompt */
  frameTitle: (prompt) => `Vitrine, a language model at work: ${prompt}`,

  transcript: {
    title: "Vitrine: a run, token by token",
    /** @param {{ name: string, parameters: number, weights: string }} model */
    model: ({ name, parameters, weights }) => `Model: ${name}, ${count(parameters)} parameters, ${weights}`,
    /** @param {string} text */
    prompt: (text) => `Prompt: ${text}`,
    /** @param {{ temperature: number, topK: number, topP: number, seed: number, maxTokens: number }} s */
    settings: (s) => `Settings: temperature ${s.temperature}, top-k ${s.topK}, top-p ${s.topP}, seed ${s.seed}, at most ${count(s.maxTokens)} new tokens`,
    /** @param {string} text */
    stop: (text) => `Stop sequence: ${text}`,
    /** @param {string} what */
    switched: (what) => `Switched: ${what}`,
    /** @param {string} reason */
    ended: (reason) => `Ended: ${reason}`,
    /** @param {{ stage: string, layer: number, position: number }} at */
    stands: ({ stage, layer, position }) => `Paused at: ${stage}${layer < 0 ? "" : `, layer ${layer + 1}`}, position ${position}`,
    going: "It had not ended.",
    /** @param {string} link */
    link: (link) => `Link: ${link}`,
    head: "position     id     probability  token",
    forced: "(chosen)",
    text: "Text:",
    /** @param {string} name @param {number} from */
    branch: (name, from) => `Branch ${name}, from step ${from + 1} on:`,
  },
};

/** @typedef {typeof share} ShareStrings */
